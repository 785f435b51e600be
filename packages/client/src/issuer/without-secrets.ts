// The same file is in @doorcode/client and in @doorcode/prepare, which do not import each other; a test compares them.

/** The most of an error text that people read; the cost of searching for a secret grows with the text. */
const LONGEST_TEXT = 4_096;

/** A shorter secret is masked only as a whole word: inside words it would destroy the text. */
const longEnough = 8;

/**
 * Removes the request's secrets from a text that answers it, in any spelling: plain, percent-encoded or form-encoded,
 * once or repeatedly, or escaped as in JSON and HTML. Only the first 4,096 characters of the text are kept.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  // The longest first: one may contain another.
  const byLength = secrets.filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return byLength.reduce((masked, secret) => masked.replace(spellingsOf(secret), "…"), short);
}

function spellingsOf(secret: string): RegExp {
  const source = Array.from(secret, spellingsOfOne).join("");
  return new RegExp(secret.length < longEnough ? `(?<![\\p{L}\\p{N}_])${source}(?![\\p{L}\\p{N}_])` : source, "gu");
}

/** Letters and digits are never encoded, which keeps the expression short for a token of kilobytes. */
function spellingsOfOne(character: string): string {
  if (/^[a-z\d]$/i.test(character)) return character;
  const code = character.codePointAt(0) as number;
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const percent = (bytes: Iterable<number>) => Array.from(bytes, (byte) => `%(?:25){0,3}${hex(byte, 2)}`).join("");
  return `(?:${[
    percent(Buffer.from(character)),
    // Latin-1, as older servers have it.
    ...(code > 127 && code < 256 ? [percent([code])] : []),
    units.map((unit) => `\\\\u${hex(unit, 4)}`).join(""),
    `&#0*${code};|&#[xX]0*${hex(code, 1)};`,
    ...(htmlNames[character] ? [`&${htmlNames[character]};`] : []),
    ...(character === " " ? ["\\+"] : []),
    `\\\\?${literal(units)}`,
  ].join("|")})`;
}

const htmlNames: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };

const literal = (units: number[]) => units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");

/** Upper and lower case digits. */
const hex = (number: number, digits: number) =>
  number
    .toString(16)
    .padStart(digits, "0")
    .replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
