import type { Api, ApiRole } from "../../directory/entities.ts";
import { ACCESS_TOKEN_SECONDS } from "../../directory/lifetimes.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import { consumeAssertion, type IdentifiedClient } from "../client-authentication.ts";
import { type Form, required } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { parseScopes } from "../parse-scopes.ts";
import { ProtocolError } from "../protocol-error.ts";
import { signAppToken } from "../tokens/app-token.ts";

/**
 * Client Credentials Grant (RFC 6749 §4.4): an app without a user, authenticated by certificate or secret. It gets an
 * access token with the roles that its service principal has at one resource, and no refresh token (§4.4.3).
 */
export async function tokenByClientCredentials(
  ctx: OAuthContext,
  client: IdentifiedClient,
  form: Form,
  ip: string,
): Promise<Record<string, unknown>> {
  const { app, by } = client;
  // Knowing a public client's ID does not authenticate the client.
  if (by === "nothing") throw new ProtocolError("secret_missing");
  const { keyId } = by === "certificate" ? client.assertion : client;
  const resourceId = await resourceOf(ctx, required(form, "scope"));
  const api = resourceId === GRAPH_RESOURCE_ID ? undefined : await ctx.store.directory.findApi(resourceId);
  const principalId = await servicePrincipalOf(ctx, app.clientId);
  const roles = (await ctx.store.directory.rolesFor(resourceId, principalId)).filter(isForApps(api));
  if (roles.length === 0) {
    throw new ProtocolError("role_missing", { detail: `${api?.identifierUri ?? "Microsoft Graph"}.` });
  }
  await consumeAssertion(ctx, client, {
    purpose: `client_credentials ${resourceId}`,
    audit: {
      at: ctx.clock.now(),
      event: "app_token.issued",
      actor: "client",
      userId: null,
      clientId: app.clientId,
      grantId: null,
      ip,
      detail: { resource: resourceId, by, key_id: keyId },
    },
  });
  return {
    token_type: "Bearer",
    expires_in: ACCESS_TOKEN_SECONDS - 1,
    ext_expires_in: ACCESS_TOKEN_SECONDS - 1,
    access_token: await signAppToken(ctx, { app, principalId, api, roles, by, keyId }),
  };
}

/** What has the role assignments. */
async function servicePrincipalOf(ctx: OAuthContext, clientId: string): Promise<string> {
  const found = await ctx.store.registrations.find({ clientId });
  const id = found?.registration.servicePrincipalId;
  if (id === undefined || id === null) throw new ProtocolError("service_principal_missing");
  return id;
}

/** A role for users only gives an app nothing, even if assigned. */
function isForApps(api: Api | undefined): (value: string) => boolean {
  const forApps = ({ allowedMemberTypes }: ApiRole) => allowedMemberTypes?.includes("Application") ?? true;
  return (value) => api === undefined || api.roles.some((role) => role.value === value && forApps(role));
}

/** The one resource of `<resource>/.default`. */
async function resourceOf(ctx: OAuthContext, scope: string): Promise<string> {
  const parsed = await parseScopes(ctx.store, scope);
  if ("problem" in parsed) {
    throw new ProtocolError(parsed.problem, "detail" in parsed ? { detail: parsed.detail } : {});
  }
  if (!parsed.isDefault || parsed.oidc.length > 0) throw new ProtocolError("scope_not_default");
  return parsed.resourceId;
}
