import { timingSafeEqual } from "node:crypto";
import type { AppSecret } from "../directory/app-secret.ts";
import { hashSecret } from "../kernel/seal.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * The secret that this text is. A bare SHA-256 is enough: secrets are 256 random bits of our own making, which nobody
 * finds by trying, and a slow hash would be a cost at every request of the app. How long the comparison takes says
 * nothing: each stored hash is compared, in constant time.
 *
 * @param now milliseconds since the epoch
 * @throws ProtocolError `secret_wrong` (one that is not valid yet, too); `secret_expired`
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
