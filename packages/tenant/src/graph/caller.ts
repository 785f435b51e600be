import type { FastifyRequest } from "fastify";
import type { JWTPayload } from "jose";
import type { AdminView } from "../admin/admin-context.ts";
import { isOperatorToken } from "../admin/operator-token.ts";
import { mayAdminister } from "../directory/grant-types.ts";
import { GRAPH_SCOPES, isAdministrative } from "../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { isAppToken } from "../oauth/tokens/app-token.ts";
import { tokenHolder } from "../oauth/userinfo.ts";
import { GraphError } from "./odata/graph-error.ts";

/** Who asks Graph, for its answers and the audit log. */
export interface GraphCaller {
  /** `client`: an app on its own. */
  actor: "user" | "client" | "operator";
  /** Null for an app on its own, and for the operator, who is no person of the tenant. */
  userId: string | null;
  /** Null for the operator, whose token was made without a program. */
  clientId: string | null;
  ip: string;
  /** Graph scopes of the token; an app's own: its application permissions, of the same names; all there are for the operator. */
  scopes: ReadonlySet<string>;
}

/**
 * Who sends this request, as things stand now: a token is only where it begins. Account, sign-in, program, the scopes
 * that the program is named for and the administrator's right are looked up at every call, so that taking one away counts
 * from the next request on.
 *
 * @param anyOf scopes of which one is enough, such as the `.Read.All` and the `.ReadWrite.All` for a GET
 * @param options.ofThemselves the call shows callers their own account only (`GET /me`): no administrator is needed
 * @throws GraphError 401 `InvalidAuthenticationToken`; 403 `Authorization_RequestDenied` that names what is missing
 */
export async function authenticateCaller(
  ctx: AdminView,
  request: Pick<FastifyRequest, "headers" | "ip">,
  anyOf: readonly string[],
  options: { ofThemselves?: boolean } = {},
): Promise<GraphCaller> {
  const header = request.headers.authorization;
  // RFC 6750 §3.1: whoever sent no bearer token at all is told the scheme and no error.
  if (header === undefined || !/^Bearer(?: |$)/i.test(header)) {
    throw unauthenticated("Access token is empty.", "");
  }
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
  const claims = token && (await ctx.signingKeys.verify(token, { audience: GRAPH_RESOURCE_ID }));
  if (!claims) {
    throw unauthenticated("The access token is malformed, expired or for another audience.", "invalid_token");
  }
  if (isOperatorToken(claims)) {
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
  // Of their own account everybody may see all that there is.
  if (options.ofThemselves !== true && !holder.user.administrator) {
    throw denied("Insufficient privileges to complete the operation: the account is no administrator of this tenant.");
  }
  return { actor: "user", userId: oid, clientId: azp, ip: request.ip, scopes };
}

/**
 * An app on its own: enabled now, with the permission in its token and still assigned, and the certificate or secret that it
 * came by still its own. Removing any of them ends the token's use: whoever replaces a credential that others got hold of
 * must not find that they have put in another one meanwhile.
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
    throw unauthenticated("The application of the access token is disabled or gone.", "invalid_token");
  }
  if (keyId !== undefined && !credentials.flat().some((credential) => credential.keyId === keyId)) {
    throw unauthenticated("The certificate or secret behind the access token was taken away.", "invalid_token");
  }
  const scopes = new Set(assigned.filter((role) => roles.includes(role)));
  requireOne(anyOf, scopes, "application permission");
  return { actor: "client", userId: null, clientId: azp, ip, scopes };
}

function requireOne(anyOf: readonly string[], scopes: ReadonlySet<string>, what: string): void {
  if (anyOf.some((scope) => scopes.has(scope))) return;
  throw denied(`Insufficient privileges to complete the operation: it needs the ${what} ${listed(anyOf)}.`, {
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
