import { randomInt } from "node:crypto";

/** Base-20: consonants only, so no word comes out and no letter looks like a digit (RFC 8628 §6.1). */
export const USER_CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";

/**
 * Characters of the next user_code. It grows with the codes that are alive, so that 1,000 wrong guesses a day
 * hit any of them with a probability of at most 2⁻²⁰ (20^n ≥ 1000 · live · 2^20, rounded to the bounds that hold it).
 */
export function userCodeLength(liveCodes: number): number {
  let length = 8;
  while (20 ** length < 1_000 * 2 ** 20 * (liveCodes + 1)) length++;
  return length;
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
