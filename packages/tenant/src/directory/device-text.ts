import { withoutSpelling } from "./visible-text.ts";

/** The longest `device_name` and `device_platform`, in characters. */
export const DEVICE_TEXT_LENGTH = 40;

/**
 * Control, format (bidi, zero-width, joiners that are no spelling), surrogate, private-use, line and paragraph separator
 * characters, and others that are not shown (variation selectors, fillers), which can disguise text.
 */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** What asks for the picture of an emoji, and the frame around a digit: they could part what the checks look for. */
const OF_PICTURES = /(?<=\p{Extended_Pictographic})\ufe0f|\u20e3/gu;

/**
 * Characters that look like a full stop (Unicode's confusables of U+002E), and the dot of UTS 46. NFKC has already
 * converted the others.
 */
const LOOK_ALIKE_DOTS = /[\u06d4\u0701\u0702\u3002\ua4f8\ua60e\u{10a50}\u{1d16d}]/gu;
/**
 * Characters that look like a full stop between Latin letters only: Arabic zeros and dots at half height, except in the
 * Catalan `l·l`.
 */
const MIDDLE_DOTS =
  /(?<=[\p{Script=Latin}\p{Nd}])(?<!l)[\u00b7\u0660\u06f0\u1427\u16eb\u2022\u2027\u2219\u22c5\u2e31\u2e33\u30fb\ua78f\u{10101}](?=\p{Script=Latin})/giu;

/** Text that reads as a web address: a scheme, `www.`, or a dotted name that could be a host, in any script. */
const LOOKS_LIKE_URL = /:\/\/|www\.|[\p{L}\p{M}\p{N}_-] ?\.[\p{L}\p{M}]{2,}(?![\p{L}\p{M}\p{N}])/iu;
const LOOKS_LIKE_EMAIL = /[^\s@]\s?@\s?[^\s@]/u;

const OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
const IPV4 = new RegExp(`(?<![0-9.])${OCTET}(?:\\.${OCTET}){3}(?![0-9]|\\.[0-9])`);
const IPV6 =
  /(?<![\p{L}\p{N}:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|[0-9a-f:]*::[0-9a-f:]*[0-9a-f][0-9a-f:]*)(?![\p{L}\p{N}:])/iu;

/**
 * Text with many digits that is no telephone number: a date, or a version of up to four parts (`10.0.22631`, `6.8.0`).
 */
const DATE = /(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)/g;
const VERSION = /(?<![\d.+(])(?!0\d)\d{1,3}\.\d{1,2}(?:\.\d{1,5}){0,2}(?!\d|\.\d)/g;
/** Digits, with the separators that are common in telephone numbers. */
const DIGITS = /\d(?:[ (),./:_\p{Pd}\u2212]*\d)*/gu;
/** The fewest digits of a number that can be called from anywhere. */
const TELEPHONE_DIGITS = 7;

/**
 * Normalizes what a device says about itself for display: NFKC, trimmed, repeated spaces collapsed. An attacker can
 * choose this text (Cross-Device Flows BCP §6.1.14), so text that could pass for something else is rejected, not
 * repaired.
 */
export function cleanDeviceText(text: string | undefined): { text: string | null } | { problem: string } {
  if (text === undefined) return { text: null };
  const clean = text.normalize("NFKC").trim().replace(/ +/g, " ");
  if (clean === "") return { text: null };
  if ([...clean].length > DEVICE_TEXT_LENGTH) return { problem: `it is longer than ${DEVICE_TEXT_LENGTH} characters.` };
  // Joiners that are spelling could still part what the checks look for.
  const bare = withoutSpelling(clean).replace(OF_PICTURES, "");
  if (FORBIDDEN.test(bare)) return { problem: "it contains control characters or invisible characters." };
  // Checks what the user would read, not the exact spelling.
  const read = asciiDigits(bare.replace(LOOK_ALIKE_DOTS, ".").replace(MIDDLE_DOTS, "."));
  if (LOOKS_LIKE_URL.test(read)) return { problem: "it looks like a web address." };
  if (LOOKS_LIKE_EMAIL.test(read)) return { problem: "it looks like an email address." };
  if (IPV4.test(read) || IPV6.test(read)) return { problem: "it looks like an IP address." };
  if (hasTelephoneNumber(read)) return { problem: "it looks like a telephone number." };
  return { text: clean };
}

function hasTelephoneNumber(text: string): boolean {
  const rest = text.replace(DATE, "x").replace(VERSION, "x");
  return (rest.match(DIGITS) ?? []).some((run) => run.replace(/\D/g, "").length >= TELEPHONE_DIGITS);
}

/** Converts digits of other scripts to 0 to 9. Each script has its digits in an ordered block of ten. */
function asciiDigits(text: string): string {
  return text.replace(/[^\P{Nd}0-9]/gu, (digit) => {
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(digit.codePointAt(0)! - value - 1))) value++;
    return String(value);
  });
}
