import { randomInt } from "node:crypto";

/** Base-20: consonants only, so no word comes out and no letter looks like a digit (RFC 8628 §6.1). */
export const USER_CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";

/** Wrong guesses in a day that codes of the ordinary length withstand; each further grade withstands eight times as many. */
const GUESSES_OF_FIRST_GRADE = 500;
const MORE_PER_GRADE = 8;

/**
 * How many letters longer codes have to be, by the wrong guesses that the tenant has seen in the day. Each letter makes a
 * guess twenty times less likely to hit and allows eight times as many, so that all grades together stay below twice the
 * first one, however many people guess.
 */
export function guessGrade(wrongGuesses: number): number {
  let grade = 0;
  for (let withstood = GUESSES_OF_FIRST_GRADE, size = withstood; wrongGuesses > withstood; withstood += size) {
    size *= MORE_PER_GRADE;
    grade++;
  }
  return grade;
}

/**
 * Characters that a user_code has to have, so that the wrong guesses of a day hit any of the codes that are alive with a
 * probability of at most 2⁻²⁰: 1,000 of them without a grade (20^n ≥ 1000 · live · 2^20), and any number with one, where
 * shorter codes are not accepted.
 */
export function userCodeLength(liveCodes: number, grade = 0): number {
  let length = 8;
  while (20 ** length < 2 * GUESSES_OF_FIRST_GRADE * 2 ** 20 * (liveCodes + 1)) length++;
  return length + grade;
}

/** A user_code from the cryptographic generator, without a separator. */
export function newUserCode(length: number): string {
  let code = "";
  for (let i = 0; i < length; i++) code += USER_CODE_ALPHABET[randomInt(USER_CODE_ALPHABET.length)];
  return code;
}

/** What a person typed, as it is stored: upper case, everything but letters and digits dropped (RFC 8628 §6.1). At most 64 characters are looked at. */
export function normalizeUserCode(typed: string): string {
  return typed
    .slice(0, 64)
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
}

/** How a person reads it: in groups, `FSBF-ZMBK`, `FSBFZ-MBKC`. */
export function displayUserCode(code: string): string {
  const half = Math.ceil(code.length / 2);
  return `${code.slice(0, half)}-${code.slice(half)}`;
}
