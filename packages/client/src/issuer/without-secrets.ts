// The same file is in @doorcode/client and in @doorcode/prepare, which import nothing of each other; a test compares the two.

/** What a person reads of an error is shorter, and the work of looking for a secret grows with its text. */
const LONGEST_TEXT = 4_096;

/** A shorter secret is masked as a word of its own only: within words it would take away what the text says. */
const longEnough = 8;

/**
 * A text without the secrets of the request that it answers, however it spells them: as they are, percent-encoded or
 * form-encoded, once or more, or escaped as in JSON and HTML. Of a long text the first 4,096 characters are left.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  // The longest first: one may hold another.
  const byLength = secrets.filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return byLength.reduce((masked, secret) => masked.replace(spellingsOf(secret), "…"), short);
}

function spellingsOf(secret: string): RegExp {
  const source = Array.from(secret, spellingsOfOne).join("");
  return new RegExp(secret.length < longEnough ? `(?<![\\p{L}\\p{N}_])${source}(?![\\p{L}\\p{N}_])` : source, "gu");
}

/** Letters and digits are never encoded; that keeps the expression short for a token of kilobytes. */
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

/** Digits of either case. */
const hex = (number: number, digits: number) =>
  number
    .toString(16)
    .padStart(digits, "0")
    .replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
