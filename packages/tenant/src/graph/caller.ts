import type { FastifyRequest } from "fastify";
import type { JWTPayload } from "jose";
import type { AdminView } from "../admin/admin-context.ts";
import { isOperatorToken, onlyReads } from "../admin/operator-token.ts";
import { mayAdminister } from "../directory/grant-types.ts";
import { GRAPH_SCOPES, isAdministrative } from "../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { isAppToken } from "../oauth/tokens/app-token.ts";
import { tokenHolder } from "../oauth/userinfo.ts";
import { GraphError } from "./odata/graph-error.ts";

/** The caller of Graph, for responses and the audit log. */
export interface GraphCaller {
  /** `client`: an app without a user. */
  actor: "user" | "client" | "operator";
  /** Null for an app without a user, and for the operator, who is not a user of the tenant. */
  userId: string | null;
  /** Null for the operator, whose token was issued without an app. */
  clientId: string | null;
  ip: string;
  /**
   * Graph scopes of the token. For an app without a user: its application permissions, which have the same names. For
   * the operator: all.
   */
  scopes: ReadonlySet<string>;
}

/**
 * Authenticates the caller of this request by the current state. The token is only the start: account, sign-in, app,
 * the app's administrative scopes and the user's administrator right are looked up at every call, so that removing one
 * takes effect with the next request.
 *
 * @param anyOf scopes of which one is enough, such as the `.Read.All` and the `.ReadWrite.All` for a GET
 * @param options.ofThemselves the call shows callers only their own account (`GET /me`), so no administrator is needed
 * @throws GraphError 401 `InvalidAuthenticationToken`; 403 `Authorization_RequestDenied` that names what is missing
 */
export async function authenticateCaller(
  ctx: AdminView,
  request: Pick<FastifyRequest, "headers" | "ip"> & Partial<Pick<FastifyRequest, "method">>,
  anyOf: readonly string[],
  options: { ofThemselves?: boolean } = {},
): Promise<GraphCaller> {
  const header = request.headers.authorization;
  // RFC 6750 §3.1: without any bearer token, the response names the scheme but no error.
  if (header === undefined || !/^Bearer(?: |$)/i.test(header)) {
    throw unauthenticated("Access token is empty.", "");
  }
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  const claims = token && (await ctx.signingKeys.verify(token, { audience: GRAPH_RESOURCE_ID }));
  if (!claims) {
    throw unauthenticated("The access token is malformed, expired or for another audience.", "invalid_token");
  }
  if (isOperatorToken(claims)) {
    if (onlyReads(claims) && request.method !== "GET") {
      throw denied("Insufficient privileges to complete the operation: the token only reads.");
    }
    return { actor: "operator", userId: null, clientId: null, ip: request.ip, scopes: new Set(GRAPH_SCOPES) };
  }
  if (isAppToken(claims)) return callerOfApp(ctx, request, claims, anyOf, options);
  const { oid, sid, azp, scp } = claims;
  if (typeof oid !== "string" || typeof sid !== "string" || typeof azp !== "string" || typeof scp !== "string") {
    throw unauthenticated("The access token is not one for Microsoft Graph.", "invalid_token");
  }

  const holder = await tokenHolder(ctx, { oid, sid, azp, scp });
  if (holder.refusal !== undefined) {
    throw unauthenticated("The sign-in behind the access token was revoked.", "invalid_token");
  }
  const { app, family } = holder;
  const mayUse = (scope: string) => !isAdministrative(scope) || mayAdminister(app, [scope], family.grantType);
  const scopes = new Set([...holder.scopes].filter(mayUse));
  requireOne(anyOf, scopes, "scope");
  // All users may see everything about their own account.
  if (options.ofThemselves !== true && !holder.user.administrator) {
    throw denied(
      "Insufficient privileges to complete the operation: the account is not an administrator of this tenant.",
    );
  }
  return { actor: "user", userId: oid, clientId: azp, ip: request.ip, scopes };
}

/**
 * Authenticates an app without a user. It must be enabled, have the permission in its token and still be assigned it,
 * and still have the certificate or secret with which it got the token. Removing any of these ends the token: an
 * administrator who replaces a leaked credential must not find that the attacker has added another one meanwhile.
 */
async function callerOfApp(
  ctx: AdminView,
  { ip }: Pick<FastifyRequest, "ip">,
  { oid, azp, roles, azp_key: keyId }: JWTPayload,
  anyOf: readonly string[],
  options: { ofThemselves?: boolean },
): Promise<GraphCaller> {
  if (typeof oid !== "string" || typeof azp !== "string" || !Array.isArray(roles)) {
    throw unauthenticated("The access token is not one for Microsoft Graph.", "invalid_token");
  }
  if (options.ofThemselves === true) {
    throw new GraphError(400, "Request_BadRequest", "/me request is only valid with delegated authentication flow.");
  }
  const { certificatesOf, secretsOf } = ctx.store.credentials;
  const [app, found, assigned, ...credentials] = await Promise.all([
    ctx.store.directory.findApp(azp),
    ctx.store.registrations.find({ clientId: azp }),
    ctx.store.directory.rolesFor(GRAPH_RESOURCE_ID, oid),
    keyId === undefined ? [] : certificatesOf(azp),
    keyId === undefined ? [] : secretsOf(azp),
  ]);
  if (app?.disabledAt !== null || found?.registration.servicePrincipalId !== oid) {
    throw unauthenticated("The application of the access token is disabled or deleted.", "invalid_token");
  }
  if (keyId !== undefined && !credentials.flat().some((credential) => credential.keyId === keyId)) {
    throw unauthenticated("The certificate or secret of the access token was removed.", "invalid_token");
  }
  const scopes = new Set(assigned.filter((role) => roles.includes(role)));
  requireOne(anyOf, scopes, "application permission");
  return { actor: "client", userId: null, clientId: azp, ip, scopes };
}

function requireOne(anyOf: readonly string[], scopes: ReadonlySet<string>, what: string): void {
  if (anyOf.some((scope) => scopes.has(scope))) return;
  throw denied(`Insufficient privileges to complete the operation: it requires the ${what} ${listed(anyOf)}.`, {
    "www-authenticate": `Bearer error="insufficient_scope", scope="${anyOf.join(" ")}"`,
  });
}

function unauthenticated(message: string, error: "" | "invalid_token"): GraphError {
  const challenge = error === "" ? "Bearer" : `Bearer error="${error}", error_description="${message}"`;
  return new GraphError(401, "InvalidAuthenticationToken", message, { headers: { "www-authenticate": challenge } });
}

function denied(message: string, headers: Record<string, string> = {}): GraphError {
  return new GraphError(403, "Authorization_RequestDenied", message, { headers });
}

function listed(scopes: readonly string[]): string {
  return scopes.join(" or ");
}
