import { randomInt } from "node:crypto";

/** Base-20: consonants only, so that codes form no words and no letter looks like a digit (RFC 8628 §6.1). */
export const USER_CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";

/**
 * Wrong guesses per day that codes of the standard length withstand. Each further grade withstands eight times as many.
 */
const GUESSES_OF_FIRST_GRADE = 500;
const MORE_PER_GRADE = 8;

/**
 * How many additional letters codes need, by the number of wrong guesses in the past day. Each letter makes a guess
 * twenty times less likely to hit and allows eight times as many guesses, so the risk of all grades together stays
 * below twice that of the first, no matter how many guess.
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
 * The length a user_code needs so that the wrong guesses of a day hit any live code with a probability of at most 2⁻²⁰:
 * 1,000 guesses at grade 0 (20^n ≥ 1000 · live · 2^20), and any number at higher grades, where shorter codes are
 * rejected.
 */
export function userCodeLength(liveCodes: number, grade = 0): number {
  let length = 8;
  while (20 ** length < 2 * GUESSES_OF_FIRST_GRADE * 2 ** 20 * (liveCodes + 1)) length++;
  return length + grade;
}

/** A user_code from the cryptographic random generator, without a separator. */
export function newUserCode(length: number): string {
  let code = "";
  for (let i = 0; i < length; i++) code += USER_CODE_ALPHABET[randomInt(USER_CODE_ALPHABET.length)];
  return code;
}

/**
 * Normalizes a typed code to its stored form: upper case, only letters and digits (RFC 8628 §6.1). Reads 64 characters
 * at most.
 */
export function normalizeUserCode(typed: string): string {
  return typed
    .slice(0, 64)
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
}

/** Formats a code for display, in groups: `FSBF-ZMBK`, `FSBFZ-MBKC`. */
export function displayUserCode(code: string): string {
  const half = Math.ceil(code.length / 2);
  return `${code.slice(0, half)}-${code.slice(half)}`;
}
