import { audienceRefused, invalidToken } from "../errors.ts";
import { type Profile, refuseIdToken, requiredString, strings, tenant, words } from "./profile.ts";

/**
 * Version 2.0 access tokens of Microsoft Entra (and of a Doorcode tenant). Their `typ` is `JWT`, like that of an ID
 * token, so what they carry has to tell them apart: `azp`, and `scp` or `roles`.
 */
export const entra: Profile = {
  algorithms: ["RS256"],
  typ: "JWT",
  requiredClaims: ["nbf", "sub", "oid", "tid", "azp", "ver"],
  read(claims, expected) {
    refuseIdToken(claims);
    if (claims.ver !== "2.0") {
      throw invalidToken(
        "version_refused",
        "The token is not a version 2.0 token.",
        "Set accessTokenAcceptedVersion (requestedAccessTokenVersion) to 2 in the API's registration.",
      );
    }
    // Entra writes one audience, the API's client ID; a list would be somebody else's token.
    if (claims.aud !== expected.audience) throw audienceRefused();
    const scopes = words(claims, "scp");
    const roles = strings(claims, "roles");
    // An empty scp is a person's token that permits nothing; only one without scp can be an app's own.
    const appOnly = claims.idtyp === "app" || (claims.idtyp === undefined && claims.scp === undefined);
    if ((appOnly ? roles : scopes).length === 0) {
      throw invalidToken(
        "permissions_missing",
        "The token permits nothing: it has no scopes, and no app roles of an app on its own.",
        "Ask for a token with this API's scopes, or assign the app a role of this API.",
      );
    }
    return {
      sub: requiredString(claims, "sub"),
      oid: requiredString(claims, "oid"),
      tid: tenant(claims, expected.tenantId),
      azp: requiredString(claims, "azp"),
      // A program without a person has no delegated permissions, whatever else the token says.
      scopes: appOnly ? [] : scopes,
      roles,
      appOnly,
    };
  },
};
