import { timingSafeEqual } from "node:crypto";
import type { AppSecret } from "../directory/app-secret.ts";
import { hashSecret } from "../kernel/seal.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * Finds the app's secret with this text. A plain SHA-256 is enough: secrets are 256 random bits that we generate, which
 * cannot be guessed, and a slow hash would burden every request of the app. Timing reveals nothing: every stored hash
 * is compared, in constant time.
 *
 * @param now milliseconds since the epoch
 * @throws ProtocolError `secret_wrong` (also for a secret that is not valid yet); `secret_expired`
 */
export function checkSecret(secrets: readonly AppSecret[], text: string, now: number): AppSecret {
  const given = Buffer.from(hashSecret(text));
  const matching = secrets.filter(({ secretHash }) => {
    const stored = Buffer.from(secretHash);
    return stored.length === given.length && timingSafeEqual(stored, given);
  });
  const begun = matching.filter(({ startsAt }) => startsAt <= now);
  const [valid] = begun.filter(({ endsAt }) => now < endsAt);
  if (valid) return valid;
  throw new ProtocolError(begun.length > 0 ? "secret_expired" : "secret_wrong");
}
