import { optionalString, type Profile, refuseIdToken, requiredString, strings, tenant, words } from "./profile.ts";

/** JWT access tokens as RFC 9068 writes them. `typ` alone tells them from ID tokens (§2.1, §4). */
export const rfc9068: Profile = {
  algorithms: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
  typ: "at+jwt",
  requiredClaims: ["sub", "client_id", "jti"],
  read(claims, expected) {
    refuseIdToken(claims);
    requiredString(claims, "jti");
    const sub = requiredString(claims, "sub");
    const clientId = requiredString(claims, "client_id");
    return {
      sub,
      oid: optionalString(claims, "oid"),
      tid: tenant(claims, expected.tenantId),
      azp: clientId,
      scopes: words(claims, "scope"),
      roles: strings(claims, "roles"),
      // §2.2: where no person is involved, the subject is the client itself.
      appOnly: sub === clientId,
    };
  },
};
