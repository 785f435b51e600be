import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { isCommonPassword } from "./common-passwords.ts";
import { HashingQueue } from "./hashing-queue.ts";

/** Argon2id, 19 MiB, two passes, one lane: OWASP's minimum (ASVS 11.4.2). */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * A password that nobody has, hashed as any other: what an unknown address is verified against, and what takes the place
 * of a password that its owner disowned. Such an account still has a password, so that a reset gives it a new one.
 */
export const NOBODYS_HASH =
  "$argon2id$v=19$m=19456,t=2,p=1$GppALKLABet3JocMa+K7oQ$BbdiA174MPTvhBKOjce0fLlfJz/nbuI+qX0P6iFXqtc";

export type PasswordProblem = "short" | "long" | "common";

export const MIN_PASSWORD = 8;
export const MAX_PASSWORD = 128;

/** Too many passwords wait to be hashed; the person tries again in a moment. */
export class HashingBusy extends Error {
  readonly code = "hashing_busy";
  readonly hint = "Try again in a few seconds.";
  constructor() {
    super("Too many passwords are being checked at once.");
    this.name = "HashingBusy";
  }
}

// Each hash holds 19 MiB, a core, and one of the four threads that signatures, files and DNS need too.
const queue = new HashingQueue(
  { atOnce: Math.min(3, availableParallelism()), maxWaiting: 50, maxChoosing: 20 },
  () => new HashingBusy(),
);

/**
 * PHC string of Argon2id.
 *
 * @param source who asks: a network (`widestNetworkOf`); all that the tenant's operator asks is one source
 * @throws HashingBusy when too many wait
 */
export function hashPassword(password: string, source = "operator"): Promise<string> {
  return queue.run("choose", source, () => hash(normalize(password), ARGON2ID));
}

/**
 * With no hash to compare with, the answer is no after the same work.
 *
 * @param source as of `hashPassword`
 * @throws HashingBusy when too many wait
 */
export async function verifyPassword(stored: string | null, password: string, source = "operator"): Promise<boolean> {
  const possible = stored !== null && length(password) <= MAX_PASSWORD;
  const candidate = possible ? normalize(password) : "";
  const right = await queue.run("verify", source, () => verify(possible ? stored : NOBODYS_HASH, candidate));
  return possible && right;
}

/**
 * Why a new password will not do. No rules of composition, any character counts, spaces too (NIST SP 800-63B §3.1.1.2):
 * what is refused is short, or what everybody tries first.
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

/** The same characters may be typed as different code points on another keyboard. */
function normalize(password: string): string {
  return password.normalize("NFC");
}

function length(password: string): number {
  return [...normalize(password)].length;
}
