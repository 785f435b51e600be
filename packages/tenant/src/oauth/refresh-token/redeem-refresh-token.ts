import type { FastifyRequest } from "fastify";
import { consentedScopes } from "../../directory/access-rules.ts";
import type { Api, App, User } from "../../directory/entities.ts";
import { ADMINISTRATIVE_SCOPES, isAdministrative } from "../../directory/graph-scopes.ts";
import { endOfRefreshToken, endOfSignIn, REFRESH_GRACE } from "../../directory/lifetimes.ts";
import { GRAPH_RESOURCE_ID, qualifiedScope, reachOf, type ScopeSet } from "../../directory/scopes.ts";
import { networkOf } from "../../kernel/ip-address.ts";
import type { Renewal, RotateResult, TokenFamily } from "../../storage/store.ts";
import { identifyClient, publicClientId, requireGrant } from "../client-authentication.ts";
import { type Form, required } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { parseScopes, scopeError } from "../parse-scopes.ts";
import { ProtocolError } from "../protocol-error.ts";
import { refusalError } from "../refusal-error.ts";
import { hashRefreshToken, newRefreshToken, sealSuccessor, unsealSuccessor } from "../tokens/issue-tokens.ts";
import { signTokens, tokenResponse } from "../tokens/sign-tokens.ts";

/**
 * Renewal (RFC 6749 §6, RFC 9700 §4.14). Every use rotates; see `TokenStore.rotate` for grace and reuse. As in Entra,
 * the new access token may be for another API that was consented to for this app, if the page of this sign-in listed
 * it.
 */
export async function tokenByRefreshToken(
  ctx: OAuthContext,
  request: FastifyRequest,
  form: Form,
): Promise<Record<string, unknown>> {
  const { ip } = request;
  const { client, presented, tokenHash, renewal } = await readRenewal(ctx, request, form);
  const { app, by } = client;
  const { token: found, user } = renewal;
  if (!found) throw new ProtocolError("bad_refresh_token", { suberror: "bad_token" });
  const { family } = found;
  if (family.clientId !== app.clientId) throw new ProtocolError("wrong_client");

  const asked = await scopesOfRenewal(ctx, family, renewal, form.get("scope")).catch((error: unknown) => {
    // A used or revoked token is still processed, because an invalid scope must not hide a reuse.
    const spent = found.usedAt !== null || family.revokedAt !== null;
    if (spent && error instanceof ProtocolError) return error;
    throw error;
  });
  const refusal = asked instanceof ProtocolError ? asked : undefined;
  const { scopes, api } = asked instanceof ProtocolError ? { scopes: family.scopes, api: undefined } : asked;
  // Signed before the transaction. Nothing is signed for a disabled user; the rotation below refuses and revokes.
  const tokens =
    user && user.disabledAt === null && !refusal
      ? await signTokens(ctx, { user, app, api, roles: renewal.roles.get(scopes.resourceId), by, scopes, family })
      : undefined;

  const now = ctx.clock.now();
  const { lifetimes } = ctx.config;
  const next = newRefreshToken();
  const result = await ctx.store.tokens.rotate({
    tokenHash,
    renewal,
    clientId: app.clientId,
    scopes,
    next: { tokenHash: hashRefreshToken(next), expiresAt: endOfRefreshToken(lifetimes, family.createdAt, now) },
    nextSealed: sealSuccessor(presented, next, family.id),
    graceMs: REFRESH_GRACE,
    familyMs: endOfSignIn(lifetimes, 0),
    from: networkOf(ip),
    now,
    audit: {
      at: now,
      event: "refresh_token.rotated",
      actor: "client",
      userId: family.userId,
      clientId: app.clientId,
      grantId: family.grantId,
      ip,
      detail: { family: family.id },
    },
  });
  if (result.outcome === "reuse" && result.ended) ctx.telemetry.refreshTokenReused();
  if (user) await tellOf(ctx, result, { user, app, ip });
  const refreshToken = successorOf(result, presented, next);
  if (refusal) throw refusal;
  if (!user || !tokens) throw new ProtocolError("user_disabled", { suberror: "bad_token" });
  const withClientInfo = form.get("client_info") === "1";
  return tokenResponse({ tokens, refreshToken, scopes, user, tenantId: ctx.config.tenantId, withClientInfo });
}

/**
 * Reads the client and what its token leads to: for a client that does not authenticate together, otherwise only after
 * its authentication.
 */
async function readRenewal(ctx: OAuthContext, request: FastifyRequest, form: Form) {
  const [clientId, token] = [publicClientId(request, form), form.get("refresh_token")];
  const tokenHash = hashRefreshToken(token ?? "");
  const read = (by: string) => ctx.store.tokens.findRenewal({ tokenHash, clientId: by });
  const early = clientId !== undefined && token ? await read(clientId) : undefined;
  const client = await identifyClient(ctx, request, form, early?.app);
  requireGrant(client.app, "refresh_token");
  const presented = required(form, "refresh_token");
  const renewal = early ?? (await read(client.app.clientId));
  return { client, presented, tokenHash, renewal };
}

/** By mail, but not for every repeat: the store decides when (see `RotateResult`). */
async function tellOf(
  { notices }: OAuthContext,
  result: RotateResult,
  { user, app, ip }: { user: User; app: App; ip: string },
): Promise<void> {
  if (result.outcome === "reuse" && result.ended) await notices.refreshTokenReused(user, { app, ip });
  if (result.outcome === "grace" && result.elsewhere !== null) {
    await notices.refreshTokenRepeated(user, { app, ip, before: result.elsewhere });
  }
}

/**
 * @throws ProtocolError for every outcome without a token. `bad_token` makes MSAL discard the token and ask the user
 *   again
 */
function successorOf(result: RotateResult, presented: string, next: string): string {
  const dead = { suberror: "bad_token" };
  switch (result.outcome) {
    case "rotated":
      return next;
    case "grace":
      return unsealSuccessor(presented, result.successorSealed, result.family.id);
    case "reuse":
      throw new ProtocolError("revoked", { ...dead, recorded: result.ended });
    case "revoked":
      throw new ProtocolError("revoked", dead);
    case "expired":
      throw new ProtocolError("refresh_expired", dead);
    case "refused":
      throw refusalError(result.why, "renewal", { recorded: result.family.revokedAt !== null });
    case "wrong_client":
      throw new ProtocolError("wrong_client");
    case "unknown":
      throw new ProtocolError("bad_refresh_token", dead);
  }
}

/**
 * The scopes of this renewal: the requested ones, or those of the sign-in. Each must be within its reach and still
 * consented to.
 */
async function scopesOfRenewal(
  ctx: OAuthContext,
  family: TokenFamily,
  { consents, apis }: Renewal,
  text: string | undefined,
): Promise<{ scopes: ScopeSet; api: Api | undefined }> {
  const { directory } = ctx.store;
  const known = (is: (api: Api) => boolean, find: () => Promise<Api | undefined>) => {
    const api = apis.find(is);
    return api ? Promise.resolve(api) : find();
  };
  const findApi = (id: string) =>
    known(
      ({ clientId }) => clientId === id,
      () => directory.findApi(id),
    );
  const findApiByIdentifierUri = (uri: string) =>
    known(
      ({ identifierUri }) => identifierUri === uri,
      () => directory.findApiByIdentifierUri(uri),
    );
  const lookup = { directory: { findApi, findApiByIdentifierUri } };
  const parsed = text === undefined ? family.scopes : await parseScopes(lookup, text);
  if ("problem" in parsed) throw scopeError(parsed);
  const { resourceId } = parsed;
  const api = resourceId === GRAPH_RESOURCE_ID ? undefined : await findApi(resourceId);
  const reach = new Set(reachOf(family));
  const reachable = (resource: string, scopes: string[]) =>
    scopes.filter((scope) => reach.has(qualifiedScope(resource, scope)));
  const atGraph = reachable(GRAPH_RESOURCE_ID, [
    ...consentedScopes({ api, consents }, GRAPH_RESOURCE_ID).filter((scope) => !isAdministrative(scope)),
    // Consent to them is not remembered: they stay with the sign-in that requested them.
    ...ADMINISTRATIVE_SCOPES,
  ]);
  const atApi = reachable(resourceId, consentedScopes({ api, consents }, resourceId));
  const atResource = resourceId === GRAPH_RESOURCE_ID ? atGraph : atApi;

  const resourceScopes = parsed.isDefault && text !== undefined ? atResource : parsed.resourceScopes;
  const missing = [
    ...parsed.oidc.filter((scope) => !atGraph.includes(scope)),
    ...resourceScopes.filter((scope) => !atResource.includes(scope)),
  ];
  const nothingAtApi = resourceId !== GRAPH_RESOURCE_ID && resourceScopes.length === 0;
  if (missing.length > 0 || nothingAtApi) {
    throw unconsented(`${missing.join(", ") || ".default"}.`);
  }
  return { scopes: { ...parsed, resourceScopes }, api };
}

function unconsented(detail: string): ProtocolError {
  return new ProtocolError("consent_required", { detail, suberror: "consent_required" });
}
