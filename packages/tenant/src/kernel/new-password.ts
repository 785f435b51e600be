import { randomInt } from "node:crypto";

/** Without characters that are easily confused. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/** 100 random bits, as four groups that can be read aloud. */
export function newPassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return Array.from({ length: 4 }, group).join("-");
}
