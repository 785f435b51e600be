import { deriveKey, hashSecret, newSecret, seal, unseal } from "../../kernel/seal.ts";

/** A recognizable beginning lets secret scanners find a leaked one. */
const PREFIX = "dcr_";

export function newRefreshToken(): string {
  return PREFIX + newSecret();
}

export const hashRefreshToken = hashSecret;

/** Encrypts the next token under a key that only the holder of the present one has: the store alone cannot read it. */
export function sealSuccessor(presented: string, next: string, familyId: string): string {
  return seal(deriveKey(presented, "refresh-successor"), next, familyId);
}

export function unsealSuccessor(presented: string, sealed: string, familyId: string): string {
  return unseal(deriveKey(presented, "refresh-successor"), sealed, familyId);
}
