import type { FastifyRequest } from "fastify";
import { GRAPH_SCOPES } from "../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import type { TenantContext } from "../tenant-context.ts";
import { isOperatorToken } from "../tokens/operator-token.ts";
import { GraphError } from "./graph-error.ts";

/** Who asks Graph, for its answers and the audit log. */
export interface GraphCaller {
  actor: "user" | "operator";
  /** Null for the operator, who is no person of the tenant. */
  userId: string | null;
  /** Null for the operator, whose token was made without a program. */
  clientId: string | null;
  ip: string;
  /** Graph scopes of the token; all there are for the operator. */
  scopes: ReadonlySet<string>;
}

/**
 * Who sends this request, as things stand now: a token is only where it begins. Account, sign-in, program and the
 * administrator's right are looked up at every call, so that taking one away counts from the next request on.
 *
 * @param anyOf scopes of which one is enough, such as the `.Read.All` and the `.ReadWrite.All` for a GET
 * @param options.ofThemselves the call shows callers their own account only (`GET /me`): no administrator is needed
 * @throws GraphError 401 `InvalidAuthenticationToken`; 403 `Authorization_RequestDenied` that names what is missing
 */
export async function authenticateCaller(
  ctx: TenantContext,
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
  const { oid, sid, azp, scp } = claims;
  if (typeof oid !== "string" || typeof sid !== "string" || typeof azp !== "string" || typeof scp !== "string") {
    throw unauthenticated("The access token is not one for Microsoft Graph.", "invalid_token");
  }

  const [user, family, client] = await Promise.all([
    ctx.store.directory.findUser(oid),
    ctx.store.tokens.findFamily(sid),
    ctx.store.directory.findApp(azp),
  ]);
  const stands = user?.disabledAt === null && family?.revokedAt === null && client?.disabledAt === null;
  if (!user || !stands) {
    throw unauthenticated("The sign-in behind the access token was revoked.", "invalid_token");
  }
  const scopes = new Set(scp.split(" "));
  if (!anyOf.some((scope) => scopes.has(scope))) {
    throw denied(`Insufficient privileges to complete the operation: it needs the scope ${listed(anyOf)}.`, {
      "www-authenticate": `Bearer error="insufficient_scope", scope="${anyOf.join(" ")}"`,
    });
  }
  if (options.ofThemselves !== true && !user.administrator) {
    throw denied("Insufficient privileges to complete the operation: the account is no administrator of this tenant.");
  }
  return { actor: "user", userId: user.id, clientId: azp, ip: request.ip, scopes };
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
