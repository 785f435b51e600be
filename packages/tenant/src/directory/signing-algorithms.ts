import type { Api, SigningAlgorithm } from "./entities.ts";

/** In the order of the metadata. RS256 first: every client and every API can verify it. */
export const SIGNING_ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const satisfies SigningAlgorithm[];

/** What is stored, which a newer version may have written: RS256 if this version does not know it. */
export function knownAlgorithm(stored: string): SigningAlgorithm {
  return SIGNING_ALGORITHMS.find((alg) => alg === stored) ?? "RS256";
}

/** The JWS algorithm of an API's access tokens. Entra's form is signed with RS256, whatever is stored. */
export function accessTokenAlgorithm(api: Pick<Api, "tokenProfile" | "accessTokenSigningAlg">): SigningAlgorithm {
  return api.tokenProfile === "rfc9068" ? api.accessTokenSigningAlg : "RS256";
}

/** Whether an API's form of access tokens can be signed with its algorithm. */
export function canSign(api: Pick<Api, "tokenProfile" | "accessTokenSigningAlg">): boolean {
  return accessTokenAlgorithm(api) === api.accessTokenSigningAlg;
}

/** The hash of `at_hash` (OpenID Connect Core §3.1.3.6): the one in the algorithm; Ed25519 uses SHA-512. */
export const HASH_OF: Record<SigningAlgorithm, "sha256" | "sha512"> = {
  RS256: "sha256",
  ES256: "sha256",
  EdDSA: "sha512",
};

/**
 * The key of an algorithm that signs at `now`, in milliseconds since the epoch: the newest active one. If none is active
 * yet, the oldest: another node, whose clock is ahead, has just created it and signs with it.
 *
 * @param keys those of one algorithm that are not retired, in the order in which they sign
 */
export function signingKeyOf<K extends { activatesAt: number }>(keys: readonly K[], now: number): K | undefined {
  return keys.findLast(({ activatesAt }) => activatesAt <= now) ?? keys[0];
}
