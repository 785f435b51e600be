import { beside } from "./common-passwords-beside.ts";

let known: Promise<ReadonlySet<string>> | undefined;

/**
 * The 49,000 commonest passwords of published breaches (@zxcvbn-ts/language-common, MIT), lower case, with what that list
 * lacks. Read when the first password is chosen.
 */
function commonPasswords(): Promise<ReadonlySet<string>> {
  known ??= import("@zxcvbn-ts/language-common").then(
    ({ dictionary }) => new Set([...dictionary["passwords-common"], ...beside.split(" ")]),
  );
  return known;
}

/**
 * Among the passwords that everybody tries first (ASVS 6.2.4, 6.2.12), offline: a listed one, a listed one with a few
 * digits or signs around it, a pattern of the keyboard; or no more than a word of this very account (its address, the
 * tenant's name) with digits or signs around it (ASVS 6.2.11).
 */
export async function isCommonPassword(password: string, context: readonly string[]): Promise<boolean> {
  const folded = password.toLowerCase();
  const common = await commonPasswords();
  if (common.has(folded) || isRepeated(folded, common) || isSequence(folded) || isDecorated(folded, common))
    return true;
  const bare = strip(folded);
  return words(context).some((word) => bare === word || repeats(bare, word));
}

/** A listed word with at most so many digits and signs around it, or with another listed one: `Summer2024!`, `dragon12345`. */
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

/** Three characters, or a listed word, over and over. */
function isRepeated(text: string, common: ReadonlySet<string>): boolean {
  const unit = /^(.+?)\1+$/su.exec(text)?.[1];
  return unit !== undefined && (characters(unit).length <= 3 || common.has(unit));
}

const ROWS = ["1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm"];
const BACK_AND_FORTH = ROWS.flatMap((row) => [row, [...row].reverse().join("")]);

/** Characters that follow each other in steps of one or two, or on a row of a keyboard. */
function isSequence(text: string): boolean {
  const codes = characters(text).map((character) => character.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] ?? 0)));
  const [step = 0] = steps;
  return (steps.size === 1 && Math.abs(step) <= 2) || BACK_AND_FORTH.some((row) => row.includes(text));
}

/** The words of the context as they could be typed: an address whole, its local part, a name with and without spaces. */
function words(context: readonly string[]): string[] {
  return context
    .flatMap((text) => {
      const lower = text.toLowerCase().trim();
      return [lower, lower.split("@")[0] ?? "", lower.replace(/\s+/g, ""), ...lower.split(/\s+/)];
    })
    .map(strip)
    .filter((word) => word.length >= 3);
}

/** Without digits and signs at either end. */
function strip(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
}

function repeats(text: string, word: string): boolean {
  return text !== "" && text.length % word.length === 0 && text === word.repeat(text.length / word.length);
}

function characters(text: string): string[] {
  return [...text];
}
