import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { isCommonPassword } from "./common-passwords.ts";
import { HashingQueue } from "./hashing-queue.ts";

/** Argon2id, 19 MiB, two passes, one lane: OWASP's minimum (ASVS 11.4.2). */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * The hash of a random password. Unknown addresses are verified against it, and it replaces a password that its owner
 * disowned: the account still has a password, so that a reset can set a new one.
 */
export const NOBODYS_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$GppALKLABet3JocMa+K7oQ$BbdiA174MPTvhBKOjce0fLlfJz/nbuI+qX0P6iFXqtc";

/** `switched_off`: there was one, which no longer works. A reset by mail sets another. */
export type PasswordState = "none" | "set" | "switched_off";

export function passwordStateOf({ passwordHash }: { passwordHash: string | null }): PasswordState {
  if (passwordHash === null) return "none";
  return passwordHash === NOBODYS_HASH ? "switched_off" : "set";
}

export type PasswordProblem = "short" | "long" | "common";

export const MIN_PASSWORD = 8;
export const MAX_PASSWORD = 128;

/** Too many passwords are waiting to be hashed. The user can retry in a moment. */
export class HashingBusy extends Error {
  readonly code = "hashing_busy";
  readonly hint = "Try again in a few seconds.";
  constructor() {
    super("Too many passwords are being checked at once.");
    this.name = "HashingBusy";
  }
}

// Each hash takes 19 MiB, a core, and one of the four threads that signatures, files and DNS also need.
const queue = new HashingQueue(
  { atOnce: Math.min(3, availableParallelism()), maxWaiting: 50, maxChoosing: 20 },
  () => new HashingBusy(),
);

/**
 * PHC string of Argon2id.
 *
 * @param source who asks: a network (`widestNetworkOf`). Everything that the tenant's operator asks counts as one
 *   source
 * @throws HashingBusy if too many are waiting
 */
export function hashPassword(password: string, source = "operator"): Promise<string> {
  return queue.run("choose", source, () => hash(normalize(password), ARGON2ID));
}

/**
 * Without a hash to compare with, the result is false after the same amount of work.
 *
 * @param source see `hashPassword`
 * @throws HashingBusy if too many are waiting
 */
export async function verifyPassword(stored: string | null, password: string, source = "operator"): Promise<boolean> {
  const possible = stored !== null && length(password) <= MAX_PASSWORD;
  const candidate = possible ? normalize(password) : "";
  const right = await queue.run("verify", source, () => verify(possible ? stored : NOBODYS_HASH, candidate));
  return possible && right;
}

/**
 * Why a new password is rejected: it is too short, or among the first an attacker tries. There are no composition
 * rules, and every character counts, spaces included (NIST SP 800-63B §3.1.1.2).
 */
export async function checkPassword(
  password: string,
  about: { email: string; tenantName?: string },
): Promise<PasswordProblem | null> {
  const characters = length(password);
  if (characters < MIN_PASSWORD) return "short";
  if (characters > MAX_PASSWORD) return "long";
  const common = await isCommonPassword(normalize(password), [about.email, "doorcode", about.tenantName ?? ""]);
  return common ? "common" : null;
}

/** Other keyboards may produce different code points for the same characters. */
function normalize(password: string): string {
  return password.normalize("NFC");
}

function length(password: string): number {
  return [...normalize(password)].length;
}

/** Without characters that are easily confused. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/** 100 random bits, as four groups that can be read aloud. */
export function newPassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return Array.from({ length: 4 }, group).join("-");
}
