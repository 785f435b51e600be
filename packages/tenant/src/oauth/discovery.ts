import type { FastifyInstance } from "fastify";
import { OIDC_SCOPES } from "../directory/scopes.ts";
import { SIGNING_ALGORITHMS } from "../directory/signing-algorithms.ts";
import { issuerOf, MAX_WAIT_SECONDS, type TenantConfig } from "../directory/tenant-config.ts";
import { PROMPTS, RESPONSE_MODES } from "./authorization-code/authorization-parameters.ts";
import { ASSERTION_ALGORITHMS } from "./client-assertion.ts";
import { DEVICE_CODE_GRANT } from "./device-authorization/known-polls.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ACR_VALUES } from "./tokens/claims.ts";

/**
 * Metadata: OpenID Connect Discovery at Entra's two paths, RFC 8414 at its own path, the member of RFC 8628 §4, and the
 * response to MSAL's instance discovery. All URLs come from the configuration, none from the request.
 */
export function discovery(app: FastifyInstance, ctx: OAuthContext): void {
  const document = metadata(ctx);
  for (const path of [
    "/:tenant/v2.0/.well-known/openid-configuration",
    "/:tenant/.well-known/openid-configuration",
    "/:tenant/v2.0/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/:tenant/v2.0",
  ]) {
    app.get(path, async (_request, reply) => reply.header("cache-control", "public, max-age=300").send(document));
  }
}

/** `GET /common/discovery/instance`: which host names belong to one cloud. Ours is a single host. */
export function instanceDiscovery(app: FastifyInstance, ctx: OAuthContext): void {
  const host = new URL(ctx.config.issuerOrigin).host;
  app.get("/common/discovery/instance", async () => ({
    tenant_discovery_endpoint: `${issuerOf(ctx.config)}/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  }));
}

/** The tenant's public keys (RFC 7517), in Entra's shape. */
export function keys(app: FastifyInstance, ctx: OAuthContext): void {
  app.get("/:tenant/discovery/v2.0/keys", async (_request, reply) =>
    reply.header("cache-control", "public, max-age=300").send({ keys: await ctx.signingKeys.published() }),
  );
}

function metadata({ config, texts }: OAuthContext): Record<string, unknown> {
  const base = `${config.issuerOrigin}/${config.tenantId}`;
  const clientAuthentication = ["none", "client_secret_post", "client_secret_basic", "private_key_jwt"];
  return {
    issuer: issuerOf(config),
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    userinfo_endpoint: `${config.issuerOrigin}/${config.tenantId}/openid/userinfo`,
    revocation_endpoint: `${base}/oauth2/v2.0/revoke`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    grant_types_supported: ["authorization_code", DEVICE_CODE_GRANT, "refresh_token", "client_credentials"],
    response_types_supported: ["code"],
    response_modes_supported: RESPONSE_MODES,
    prompt_values_supported: PROMPTS,
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    scopes_supported: OIDC_SCOPES,
    ui_locales_supported: texts.locales,
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: SIGNING_ALGORITHMS,
    acr_values_supported: ACR_VALUES,
    token_endpoint_auth_methods_supported: clientAuthentication,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: clientAuthentication,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    claims_supported:
      "sub iss aud exp iat nbf auth_time acr amr sid oid tid uti ver name given_name family_name preferred_username email groups".split(
        " ",
      ),
    request_uri_parameter_supported: false,
    http_logout_supported: true,
    tenant_region_scope: null,
    // Tells a Doorcode client that it can use MSAL Node as its engine here.
    doorcode_profile: "entra",
    // The most that a poll may ask for with `Prefer: wait`. There is no standard member for it.
    doorcode_prefer_wait_seconds: MAX_WAIT_SECONDS,
    ...loopbackAuthorization(config),
  };
}

/**
 * The same page at an address where browsers do not need the local CA's certificate. A separate member, because
 * `authorization_endpoint` must be https (OpenID Connect Discovery §3) and standard clients refuse anything else.
 */
function loopbackAuthorization({ localPagesOrigin, issuerOrigin, tenantId }: TenantConfig): Record<string, string> {
  if (localPagesOrigin === issuerOrigin) return {};
  return { doorcode_loopback_authorization_endpoint: `${localPagesOrigin}/${tenantId}/oauth2/v2.0/authorize` };
}
