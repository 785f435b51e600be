import { CommandError, UsageError } from "./exit-codes.ts";
import { readStdin } from "./input.ts";
import { printEvent, printResult, say } from "./output.ts";

/** Times of a token, in seconds since 1970 (RFC 7519 §4.1). */
const TIMES = ["iat", "nbf", "exp", "auth_time"] as const;

/**
 * Prints a token's header and claims as JSON, without its signature. Nothing is verified, and stderr says so.
 * @throws CommandError `token_not_trusted` if it is no JWT
 */
export function printDecoded(token: string, { json }: { json: boolean }): void {
  const [header, payload, signature, ...more] = token.trim().split(".");
  const parts = [header, payload].map(objectIn);
  if (parts.includes(undefined) || signature === undefined || more.length > 0) {
    throw new CommandError(
      "token_not_trusted",
      "This token is not a JWT, so it has no claims to read.",
      "Only its issuer can read it. Ask the issuer's introspection endpoint.",
    );
  }
  const decoded = { header: parts[0], claims: parts[1], verified: false };
  if (json) printEvent("decoded_token", decoded);
  else printResult(JSON.stringify(decoded, undefined, 2));
  say(`Not verified: anyone can write such a token.${timesOf(parts[1] ?? {})}`);
}

/** `doorcode token --decode -` */
export async function tokenFromStdin(word: string): Promise<string> {
  if (word === "-") return readStdin("token");
  throw new UsageError(
    "A token does not belong on the command line, where every user of this machine can read it.",
    "Pipe it in: doorcode token --decode - < FILE",
    "secret_on_argv",
  );
}

function objectIn(part: string | undefined): Record<string, unknown> | undefined {
  try {
    if (part === undefined || !/^[\w-]+$/.test(part)) return undefined;
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function timesOf(claims: Record<string, unknown>): string {
  const lines = TIMES.flatMap((name) => {
    const value = claims[name];
    const date = typeof value === "number" ? new Date(value * 1_000) : undefined;
    return date === undefined || Number.isNaN(date.getTime()) ? [] : [`\n${name.padEnd(9)} ${date.toISOString()}`];
  });
  return lines.join("");
}
