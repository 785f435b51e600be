import { createHmac, hash } from "node:crypto";
import type { Api, App, SigningAlgorithm, User } from "../../directory/entities.ts";
import { ACCESS_TOKEN_SECONDS } from "../../directory/lifetimes.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../../directory/scopes.ts";
import { MFA } from "../../directory/sign-in-methods.ts";
import { accessTokenAlgorithm, HASH_OF } from "../../directory/signing-algorithms.ts";
import { issuerOf, type TenantConfig } from "../../directory/tenant-config.ts";
import { firstKeyOf } from "../../kernel/kept-keys.ts";
import { newSecret, type SealKey } from "../../kernel/seal.ts";

/** Values of `acr` (OpenID Connect Core §2), weakest first: no factor (the operator approved), one, two. */
export const ACR_VALUES = ["0", "1", "2"] as const;

export const ACR_MFA = "2";

/** The authentication context class of a sign-in with these methods (`amr`, RFC 8176). */
export function contextClassOf(amr: readonly string[]): (typeof ACR_VALUES)[number] {
  if (amr.includes(MFA)) return ACR_MFA;
  return amr.length > 0 ? "1" : "0";
}

/** How an app authenticated. Public clients do not authenticate. */
export type ClientProof = "nothing" | "secret" | "certificate";

/** Entra's `azpacr`: how the client authenticated for this token. */
export const AUTHENTICATION_CLASS = { nothing: "0", secret: "1", certificate: "2" } as const;

/** Everything that a token will contain, collected before signing. */
export interface TokenSubject {
  user: User;
  app: App;
  by: ClientProof;
  /** Undefined for a token of bare scopes (UserInfo, Graph). */
  api: Api | undefined;
  roles: string[];
  /** IDs of the user's groups. Empty if neither app nor API lists them. */
  groups: string[];
  scopes: ScopeSet;
  /** `pairwiseSub`, of both tokens. */
  sub: string;
  /** The family: one sign-in on one device. */
  sid: string;
  amr: string[];
  /** Milliseconds since the epoch. */
  authTime: number;
  /** From the authorization request (OpenID Connect Core §3.1.3.7). Null if there was none. */
  nonce: string | null;
}

/**
 * Pairwise (OpenID Connect Core §8.1): two apps cannot correlate their users by it. From the tenant's first seal key,
 * because apps store it.
 */
export function pairwiseSub(sealKey: SealKey, appId: string, userId: string): string {
  return createHmac("sha256", firstKeyOf(sealKey, "pairwise-sub")).update(`${appId}:${userId}`).digest("base64url");
}

export function accessTokenClaims(
  config: TenantConfig,
  subject: TokenSubject,
  now: number,
): { typ: string; alg: SigningAlgorithm; claims: Record<string, unknown> } {
  const { user, app, api, scopes } = subject;
  const issuedAt = Math.floor(now / 1000);
  const common = {
    iss: issuerOf(config),
    aud: api?.clientId ?? GRAPH_RESOURCE_ID,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + ACCESS_TOKEN_SECONDS,
    sub: subject.sub,
    sid: subject.sid,
  };
  const granted = api ? scopes.resourceScopes : [...scopes.oidc, ...scopes.resourceScopes];
  const memberships = {
    ...(subject.roles.length > 0 ? { roles: subject.roles } : {}),
    ...(api?.groupClaims ? groupClaims(subject.groups) : {}),
  };
  if (api?.tokenProfile === "rfc9068") {
    return {
      typ: "at+jwt",
      alg: accessTokenAlgorithm(api),
      claims: {
        ...common,
        ...memberships,
        client_id: app.clientId,
        scope: granted.join(" "),
        jti: tokenId(),
        // RFC 9068 §2.2.1. Entra's profile has none of them.
        auth_time: Math.floor(subject.authTime / 1000),
        acr: contextClassOf(subject.amr),
        amr: subject.amr,
      },
    };
  }
  return {
    typ: "JWT",
    alg: "RS256",
    claims: {
      ...common,
      ...memberships,
      azp: app.clientId,
      azpacr: AUTHENTICATION_CLASS[subject.by],
      // As in Entra, these require `profile`: no other scope's text on the page mentions them.
      ...(scopes.oidc.includes("profile") ? { name: user.displayName, preferred_username: user.email } : {}),
      oid: user.id,
      scp: granted.join(" "),
      tid: config.tenantId,
      uti: tokenId(),
      ver: "2.0",
    },
  };
}

export function idTokenClaims(
  config: TenantConfig,
  subject: TokenSubject,
  accessToken: string,
  now: number,
): Record<string, unknown> {
  const { user, app, scopes } = subject;
  const issuedAt = Math.floor(now / 1000);
  return {
    iss: issuerOf(config),
    aud: app.clientId,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + ACCESS_TOKEN_SECONDS,
    sub: subject.sub,
    sid: subject.sid,
    oid: user.id,
    tid: config.tenantId,
    uti: tokenId(),
    ver: "2.0",
    auth_time: Math.floor(subject.authTime / 1000),
    acr: contextClassOf(subject.amr),
    amr: subject.amr,
    ...(subject.nonce === null ? {} : { nonce: subject.nonce }),
    // Binds the two tokens and marks an ID token: a guard refuses it in place of an access token.
    at_hash: leftHalf(hash(HASH_OF[app.idTokenSignedResponseAlg], accessToken, "buffer")),
    ...(app.groupClaims ? groupClaims(subject.groups) : {}),
    ...(scopes.oidc.includes("profile") ? profileClaims(user) : {}),
    ...(scopes.oidc.includes("email") ? { email: user.email } : {}),
  };
}

const leftHalf = (hash: Buffer) => hash.subarray(0, hash.length / 2).toString("base64url");

/** Entra's limit for a JWT: with more groups, the token says so and lists none. */
const MOST_GROUPS = 200;

function groupClaims(groups: string[]): Record<string, unknown> {
  if (groups.length > MOST_GROUPS) return { hasgroups: true };
  return groups.length > 0 ? { groups } : {};
}

/** The `profile` claims (OpenID Connect Core §5.4), as far as sign-up collected them. */
export function profileClaims(user: User): Record<string, unknown> {
  const { givenName, surname } = user.attributes;
  return {
    name: user.displayName,
    preferred_username: user.email,
    ...(givenName === undefined ? {} : { given_name: givenName }),
    ...(surname === undefined ? {} : { family_name: surname }),
  };
}

const tokenId = (): string => newSecret(16);
