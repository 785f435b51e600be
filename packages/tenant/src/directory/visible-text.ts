// cspell:ignore nukta virama viramas Deva Beng Gujr Orya Taml Telu Knda Mlym Sinh phalaa

/** Scripts of India and Sri Lanka whose spelling uses joiners: a letter, with its nukta if it has one, and the viramas. */
const INDIC = ["Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh"]
  .map((script) => `\\p{sc=${script}}`)
  .join("");
const LETTER = `(?=\\p{L})[${INDIC}][\\u093c\\u09bc\\u0a3c\\u0abc\\u0b3c\\u0c3c\\u0cbc]?`;
const VIRAMA = "\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca";

/** Arabic letters that never join to the next one (Joining_Type R or U): after them, U+200C changes nothing. */
const UNJOINED =
  "\\u0621-\\u0625\\u0627\\u0629\\u062f-\\u0632\\u0648\\u0671-\\u0677\\u0688-\\u0699\\u06c0\\u06c3-\\u06cb\\u06cd\\u06cf\\u06d2\\u06d3\\u06d5\\u06ee\\u06ef";
const ARABIC = "(?!\\P{L})\\p{sc=Arab}";

/** England, Scotland and Wales, the only flags that are spelled with tags (Unicode Technical Standard #51, annex C). */
const TAGGED_FLAGS =
  "\\u{1f3f4}\\u{e0067}\\u{e0062}(?:\\u{e0065}\\u{e006e}\\u{e0067}|\\u{e0073}\\u{e0063}\\u{e0074}|\\u{e0077}\\u{e006c}\\u{e0073})\\u{e007f}";

/**
 * Invisible characters that are spelling where they stand. Joiners (U+200C, U+200D) as in RFC 5892, appendix A, and two
 * more of the Unicode Standard: before a virama (Bengali ya-phalaa, Sinhala touching letters), and in an emoji sequence.
 * Nothing visible would change without any other joiner, so no other one counts.
 */
const SPELLING = [
  `(?<=${LETTER}[${VIRAMA}])\\u200d`,
  `(?<=${LETTER}[${VIRAMA}])\\u200c(?=${LETTER})`,
  `(?<=${LETTER})\\u200d(?=[${VIRAMA}]${LETTER})`,
  `(?<=(?![${UNJOINED}])${ARABIC}\\p{M}*)\\u200c(?=\\p{M}*${ARABIC})`,
  "(?<=\\p{Extended_Pictographic}[\\p{Emoji_Modifier}\\ufe0f]*)\\u200d(?=\\p{Extended_Pictographic})",
  TAGGED_FLAGS,
].join("|");

const INVISIBLE = new RegExp(`(${SPELLING})|\\p{C}`, "gu");
const SPELLED = new RegExp(SPELLING, "gu");

/**
 * Without invisible characters (control, bidi and other format characters, which could make one text read as another),
 * except those that are spelling.
 *
 * @example withoutInvisible("a\u200db \u202ec") // "ab c"
 */
export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, "$1");

/** Without the invisible characters that are spelling: what is left of them is none. For checks. */
export const withoutSpelling = (text: string): string =>
  text.replace(SPELLED, (spelled) => (spelled.startsWith("\u{1f3f4}") ? "\u{1f3f4}" : ""));
