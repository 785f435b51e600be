import { randomInt } from "node:crypto";
import { deriveKey, keyedHash, type SealKey } from "../../kernel/seal.ts";

/** Neither 0 and O, 1, I and L, nor U beside V. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 12 of 30 signs are 58 bit. */
const LENGTH = 12;
const COUNT = 10;
const GROUP = 4;

/** A new set, as it is shown once: `7KQM-X2RD-WB9T`. */
export function newRecoveryCodes(): string[] {
  const codes = new Set<string>();
  while (codes.size < COUNT) {
    codes.add(Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(""));
  }
  return [...codes].map((code) => (code.match(new RegExp(`.{${GROUP}}`, "g")) ?? []).join("-"));
}

/** In any case and spacing; undefined for what can be no code of ours. */
export function readRecoveryCode(typed: string): string | undefined {
  const code = typed
    .slice(0, 64)
    .toUpperCase()
    .replace(/[\s\p{P}]/gu, "");
  return new RegExp(`^[${ALPHABET}]{${LENGTH}}$`).test(code) ? code : undefined;
}

/** How one is kept: it proves something for this person only. */
export function hashRecoveryCode(sealKey: SealKey, userId: string, code: string): string {
  return keyedHash(deriveKey(sealKey, "recovery code"), `${userId}:${code.replaceAll("-", "")}`);
}
