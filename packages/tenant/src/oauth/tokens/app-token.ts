import { randomBytes } from "node:crypto";
import type { Api, App } from "../../directory/entities.ts";
import { ACCESS_TOKEN_SECONDS } from "../../directory/lifetimes.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import { issuerOf } from "../../directory/tenant-config.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { AUTHENTICATION_CLASS, type ClientProof } from "./claims.ts";

/**
 * Signs an access token of an app on its own, in Entra's form: `idtyp` "app", the roles, no `scp`, and as its subject the
 * app's service principal. It has no `sid`: no sign-in is behind it, and userinfo knows nobody by it.
 */
export async function signAppToken(
  ctx: OAuthContext,
  input: {
    app: App;
    /** Its service principal: `oid` and `sub`. */
    principalId: string;
    /** Undefined for Microsoft Graph. */
    api: Api | undefined;
    roles: string[];
    by: Exclude<ClientProof, "nothing">;
    /** Of the certificate or secret. */
    keyId?: string | undefined;
  },
): Promise<string> {
  const { app, principalId, api, roles, by, keyId } = input;
  const issuedAt = Math.floor(ctx.clock.now() / 1000);
  const common = {
    iss: issuerOf(ctx.config),
    aud: api?.clientId ?? GRAPH_RESOURCE_ID,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + ACCESS_TOKEN_SECONDS,
    roles,
  };
  const tokenId = randomBytes(16).toString("base64url");
  if (api?.tokenProfile === "rfc9068") {
    // RFC 9068 §2.2: where no person is involved, the subject is the client itself.
    const claims = { ...common, sub: app.clientId, client_id: app.clientId, jti: tokenId };
    return ctx.signingKeys.sign(claims, "at+jwt");
  }
  return ctx.signingKeys.sign(
    {
      ...common,
      azp: app.clientId,
      azpacr: AUTHENTICATION_CLASS[by],
      idtyp: "app",
      oid: principalId,
      sub: principalId,
      tid: ctx.config.tenantId,
      uti: tokenId,
      ver: "2.0",
      // For ourselves, who look at every call whether it still stands (graph/caller.ts).
      ...(api === undefined && keyId !== undefined ? { azp_key: keyId } : {}),
    },
    "JWT",
  );
}

/** Whether these claims, verified for Graph, are of an app on its own. */
export function isAppToken(claims: Record<string, unknown>): boolean {
  return claims.idtyp === "app";
}
