import { MAX_WAIT_SECONDS } from "../../directory/tenant-config.ts";

/** One preference of RFC 7240 §2: a name, and optionally a value as a token or a quoted string. */
const PREFERENCE =
  /\s*([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*)))?((?:[^",]|"(?:[^"\\]|\\.)*")*)(?:,|$)/y;

/**
 * The seconds of `Prefer: wait=N` (RFC 7240 §4.3), at most `MAX_WAIT_SECONDS`. 0 if the header has no usable `wait`. If a
 * preference is repeated, the first one counts (§2).
 */
export function preferredWait(header: string | string[] | undefined): number {
  const text = [header ?? []].flat().join(", ");
  if (text === "" || text.length > 1_000) return 0;
  PREFERENCE.lastIndex = 0;
  for (let match = PREFERENCE.exec(text); match?.[1] !== undefined; match = PREFERENCE.exec(text)) {
    if (match[1].toLowerCase() === "wait") {
      const value = match[2] ?? match[3] ?? "";
      return /^\d{1,9}$/.test(value) ? Math.min(Number(value), MAX_WAIT_SECONDS) : 0;
    }
    if (PREFERENCE.lastIndex >= text.length) break;
  }
  return 0;
}
