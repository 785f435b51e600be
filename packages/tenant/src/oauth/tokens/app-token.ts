import type { Api, App } from "../../directory/entities.ts";
import { ACCESS_TOKEN_SECONDS } from "../../directory/lifetimes.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import { accessTokenAlgorithm } from "../../directory/signing-algorithms.ts";
import { issuerOf } from "../../directory/tenant-config.ts";
import { newSecret } from "../../kernel/seal.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { AUTHENTICATION_CLASS, type ClientProof } from "./claims.ts";

/**
 * Signs an access token for an app without a user, in Entra's form: `idtyp` "app", roles, no `scp`, and the app's
 * service principal as subject. It has no `sid`, because there is no sign-in, and UserInfo does not accept it.
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
  const tokenId = newSecret(16);
  if (api?.tokenProfile === "rfc9068") {
    // RFC 9068 §2.2: without a user, the subject is the client itself.
    const claims = { ...common, sub: app.clientId, client_id: app.clientId, jti: tokenId };
    return ctx.signingKeys.sign(claims, "at+jwt", accessTokenAlgorithm(api));
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
      // For ourselves: every call checks whether the token is still valid (graph/caller.ts).
      ...(api === undefined && keyId !== undefined ? { azp_key: keyId } : {}),
    },
    "JWT",
  );
}

/** Whether these claims, already verified for Graph, belong to an app without a user. */
export function isAppToken(claims: Record<string, unknown>): boolean {
  return claims.idtyp === "app";
}
