/** Characters of `device_name` and `device_platform` that a person is shown. */
export const DEVICE_TEXT_LENGTH = 40;

/** Control, format (bidi, zero-width), surrogate, private-use, line and paragraph separators: nothing that can disguise text. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
/** Reads as an address: a scheme, `www.`, or a dotted name that could be a host, in any script, with any dot of UTS 46. */
const LOOKS_LIKE_URL = /:\/\/|www\.|[\p{L}\p{M}\p{N}_-][.\u3002\uff0e\uff61][\p{L}\p{M}]{2,}(?![\p{L}\p{M}\p{N}])/iu;

/**
 * What a device says of itself, as it may be shown: NFC, trimmed, inner blanks single. The text is the attacker's to
 * choose (Cross-Device Flows BCP §6.1.14), so what could pass for something else is refused, not repaired.
 */
export function cleanDeviceText(text: string | undefined): { text: string | null } | { problem: string } {
  if (text === undefined) return { text: null };
  const clean = text.normalize("NFC").trim().replace(/ +/g, " ");
  if (clean === "") return { text: null };
  if ([...clean].length > DEVICE_TEXT_LENGTH) return { problem: `it is longer than ${DEVICE_TEXT_LENGTH} characters.` };
  if (FORBIDDEN.test(clean)) return { problem: "it holds control or invisible characters." };
  if (LOOKS_LIKE_URL.test(clean)) return { problem: "it looks like a web address." };
  return { text: clean };
}
