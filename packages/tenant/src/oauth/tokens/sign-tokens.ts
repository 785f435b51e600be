import type { Api, App, User } from "../../directory/entities.ts";
import { ACCESS_TOKEN_SECONDS } from "../../directory/lifetimes.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../../directory/scopes.ts";
import { amrOf, countedMethods } from "../../directory/sign-in-methods.ts";
import type { TokenFamily } from "../../storage/store.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { accessTokenClaims, type ClientProof, idTokenClaims, pairwiseSub, type TokenSubject } from "./claims.ts";

export interface SignedTokens {
  accessToken: string;
  /** Undefined unless `openid` was granted. */
  idToken: string | undefined;
}

/** Signs the tokens of one token response, before the transaction, which must not wait for a signature. */
export async function signTokens(
  ctx: OAuthContext,
  input: {
    user: User;
    app: App;
    /** The API of the scopes, if it was already read. */
    api?: Api | undefined;
    /** The user's roles at this API, if they were already read. */
    roles?: string[] | undefined;
    by: ClientProof;
    scopes: ScopeSet;
    family: Pick<TokenFamily, "id" | "methods" | "authTime">;
    nonce?: string | null;
  },
): Promise<SignedTokens> {
  const { user, app, by, scopes, family, nonce = null } = input;
  const { directory } = ctx.store;
  const [api, assigned]: [Api | undefined, string[]] =
    scopes.resourceId === GRAPH_RESOURCE_ID
      ? [undefined, []]
      : await Promise.all([
          input.api ?? directory.findApi(scopes.resourceId),
          input.roles ?? directory.rolesFor(scopes.resourceId, user.id),
        ]);
  const roles = api ? assigned.filter(isForPeople(api)) : [];
  const groups = app.groupClaims || api?.groupClaims ? await directory.groupsOf(user.id) : [];
  const subject: TokenSubject = {
    user,
    app,
    by,
    api,
    roles,
    groups,
    scopes,
    sub: pairwiseSub(ctx.sealKey, app.clientId, user.id),
    sid: family.id,
    amr: amrOf(countedMethods(family.methods, ctx.config)),
    authTime: family.authTime,
    nonce,
  };
  const now = ctx.clock.now();
  const access = accessTokenClaims(ctx.config, subject, now);
  const accessToken = await ctx.signingKeys.sign(access.claims, access.typ, access.alg);
  if (!scopes.oidc.includes("openid")) return { accessToken, idToken: undefined };
  const claims = idTokenClaims(ctx.config, subject, accessToken, now);
  return { accessToken, idToken: await ctx.signingKeys.sign(claims, "JWT", app.idTokenSignedResponseAlg) };
}

/** A role for apps only gives a user nothing, even if assigned, just as one for users gives an app nothing. */
function isForPeople({ roles }: Api): (value: string) => boolean {
  return (value) => roles.some((role) => role.value === value && (role.allowedMemberTypes?.includes("User") ?? true));
}

/** The token endpoint's success body in Entra's shape (and RFC 6749 §5.1). */
export function tokenResponse(input: {
  tokens: SignedTokens;
  refreshToken: string | undefined;
  scopes: ScopeSet;
  user: User;
  tenantId: string;
  /** MSAL requests it with `client_info=1` and derives its account ID from it. */
  withClientInfo: boolean;
}): Record<string, unknown> {
  const { tokens, scopes, user } = input;
  const body: Record<string, unknown> = {
    token_type: "Bearer",
    // The names that the client requested, so that MSAL finds its token again.
    scope: scopes.asked.join(" "),
    expires_in: ACCESS_TOKEN_SECONDS - 1,
    ext_expires_in: ACCESS_TOKEN_SECONDS - 1,
    access_token: tokens.accessToken,
  };
  if (input.refreshToken !== undefined) body.refresh_token = input.refreshToken;
  if (tokens.idToken !== undefined) body.id_token = tokens.idToken;
  if (input.withClientInfo) {
    body.client_info = Buffer.from(JSON.stringify({ uid: user.id, utid: input.tenantId })).toString("base64url");
  }
  return body;
}
