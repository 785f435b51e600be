import { morePasswords } from "./more-common-passwords.ts";

let known: Promise<ReadonlySet<string>> | undefined;

/**
 * The 49,000 most common passwords of published breaches (@zxcvbn-ts/language-common, MIT), in lower case, plus what
 * that list lacks. Loaded when the first password is set.
 */
function commonPasswords(): Promise<ReadonlySet<string>> {
  known ??= import("@zxcvbn-ts/language-common").then(
    ({ dictionary }) => new Set([...dictionary["passwords-common"], ...morePasswords.split(" ")]),
  );
  return known;
}

/**
 * Whether a password is among the first that an attacker tries (ASVS 6.2.4, 6.2.12). Works offline. Such passwords are:
 * a listed one, a listed one with a few digits or symbols around it, a keyboard pattern, or a word from this account
 * (its email address, the tenant's name) with digits or symbols around it (ASVS 6.2.11).
 */
export async function isCommonPassword(password: string, context: readonly string[]): Promise<boolean> {
  const folded = password.toLowerCase();
  const common = await commonPasswords();
  if (common.has(folded) || isRepeated(folded, common) || isSequence(folded) || isDecorated(folded, common))
    return true;
  const bare = strip(folded);
  return words(context).some((word) => bare === word || repeats(bare, word));
}

/**
 * A listed word with a limited number of digits and symbols around it, or two listed words: `Summer2024!`,
 * `dragon12345`.
 */
const FEW = 6;

function isDecorated(text: string, common: ReadonlySet<string>): boolean {
  const [, before = "", middle = "", after = ""] = /^([^\p{L}]*)(.*?)([^\p{L}]*)$/su.exec(text) ?? [];
  const ways: [word: string, around: string][] = [
    [before + middle, after],
    [middle + after, before],
    [middle, before + after],
  ];
  return ways.some(
    ([word, around]) =>
      word.length >= 3 && common.has(word) && (characters(around).length <= FEW || common.has(around)),
  );
}

/** Three characters, or a listed word, repeated. */
function isRepeated(text: string, common: ReadonlySet<string>): boolean {
  const unit = /^(.+?)\1+$/su.exec(text)?.[1];
  return unit !== undefined && (characters(unit).length <= 3 || common.has(unit));
}

const ROWS = ["1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm"];
const BACK_AND_FORTH = ROWS.flatMap((row) => [row, [...row].reverse().join("")]);

/** Characters in sequence, one or two apart, or along a keyboard row. */
function isSequence(text: string): boolean {
  const codes = characters(text).map((character) => character.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] ?? 0)));
  const [step = 0] = steps;
  return (steps.size === 1 && Math.abs(step) <= 2) || BACK_AND_FORTH.some((row) => row.includes(text));
}

/**
 * The account's words as they could be typed: the whole email address, its local part, and names with and without
 * spaces.
 */
function words(context: readonly string[]): string[] {
  return context
    .flatMap((text) => {
      const lower = text.toLowerCase().trim();
      return [lower, lower.split("@")[0] ?? "", lower.replace(/\s+/g, ""), ...lower.split(/\s+/)];
    })
    .map(strip)
    .filter((word) => word.length >= 3);
}

/** Without leading and trailing digits and symbols. */
function strip(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
}

function repeats(text: string, word: string): boolean {
  return text !== "" && text.length % word.length === 0 && text === word.repeat(text.length / word.length);
}

function characters(text: string): string[] {
  return [...text];
}
