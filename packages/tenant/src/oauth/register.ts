import type { FastifyError, FastifyInstance, FastifyRequest, HTTPMethods } from "fastify";
import type { TenantConfig } from "../directory/tenant-config.ts";
import { isUnavailable, RETRY_SECONDS } from "../storage/store-error.ts";
import { authorize } from "./authorization-code/authorize-endpoint.ts";
import { claimedClientId } from "./client-authentication.ts";
import { devicecode } from "./device-authorization/devicecode-endpoint.ts";
import { discovery, instanceDiscovery, keys } from "./discovery.ts";
import { acceptForms, type Form } from "./form.ts";
import { logout } from "./logout.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ProtocolError, type ProtocolErrorName, sendProtocolError } from "./protocol-error.ts";
import { revoke } from "./revoke.ts";
import { token } from "./token-endpoint.ts";
import { userinfo } from "./userinfo.ts";

/** The name of our paths in MSAL's authorities, if it is not the tenant's own name. */
const COMMON = "common";

/** How a path names the tenant, in lower case. */
export const namesOf = ({ tenantId, domain }: TenantConfig) => [tenantId, domain.toLowerCase(), COMMON];

/** The back channel: every endpoint under `/{tid|domain|common}`. */
export function registerEndpoints(app: FastifyInstance, ctx: OAuthContext): void {
  app.register(async (scope) => {
    endpointsOfTenant(scope, ctx, (tenant) => {
      discovery(tenant, ctx);
      instanceDiscovery(tenant, ctx);
      keys(tenant, ctx);
      devicecode(tenant, ctx);
      token(tenant, ctx);
      userinfo(tenant, ctx);
      revoke(tenant, ctx);
      logout(tenant, ctx);
      authorize(tenant, ctx);
    });
  });
}

/**
 * The authorization endpoint on the pages origin, if that is a separate one, where browsers do not ask for its
 * certificate.
 */
export function registerLoopbackAuthorize(app: FastifyInstance, ctx: OAuthContext): void {
  app.register(async (scope) => endpointsOfTenant(scope, ctx, (tenant) => authorize(tenant, ctx)));
}

/** `scope` is their own Fastify scope: body parser and errors differ from the pages'. */
function endpointsOfTenant(scope: FastifyInstance, ctx: OAuthContext, define: (app: FastifyInstance) => void): void {
  acceptForms(scope);
  const names = new Set(namesOf(ctx.config));
  scope.addHook("onRequest", (request, _reply, done) => {
    const { tenant } = request.params as { tenant?: string };
    done(tenant === undefined || names.has(tenant.toLowerCase()) ? undefined : new ProtocolError("tenant_unknown"));
  });
  // An endpoint that takes a form gets an empty one if the body is missing.
  scope.addHook("preValidation", (request, _reply, done) => {
    if (request.method === "POST" && !(request.body instanceof Map)) request.body = new Map();
    done();
  });
  scope.setErrorHandler((error: FastifyError | ProtocolError, request, reply) => {
    if (error instanceof ProtocolError) {
      reportRefused(ctx, request, error);
      return sendProtocolError(reply, request, error, ctx.clock);
    }
    const status = error.statusCode ?? 500;
    if (status < 500) {
      const malformed = new ProtocolError("parameter_invalid", { detail: sentenceFor(status), status });
      return sendProtocolError(reply, request, malformed, ctx.clock);
    }
    request.log.error({ err: error }, "an endpoint failed");
    const failed = isUnavailable(error)
      ? new ProtocolError("unavailable", { retryAfterSeconds: RETRY_SECONDS })
      : new ProtocolError("failed");
    return sendProtocolError(reply, request, failed, ctx.clock);
  });
  const refuseOtherMethods = methodsNotAllowed(scope);
  define(scope);
  refuseOtherMethods();
}

/** Answers of a sign-in that goes on, and a denial, which the audit log has. */
const EXPECTED = new Set<ProtocolErrorName>(["pending", "slow_down", "declined"]);

function reportRefused(ctx: OAuthContext, request: FastifyRequest, error: ProtocolError): void {
  if (EXPECTED.has(error.why) || error.injected) return;
  const clientId = request.body instanceof Map ? claimedClientId(request, request.body as Form) : undefined;
  const { why, message, detail = null, number: aadsts, recorded } = error;
  const about = { actor: "client", clientId: clientId ?? null, userId: null, ip: request.ip } as const;
  ctx.reportRefusal({ why, message, detail, aadsts, recorded, ...about });
}

function sentenceFor(status: number): string {
  if (status === 413) return "the body is larger than 16 KiB.";
  if (status === 415) return "the body must be application/x-www-form-urlencoded.";
  return "it could not be read.";
}

const METHODS: HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Answers a known path with an unsupported method with 405 and `Allow` (RFC 9110 §15.5.6); Fastify would return 404.
 * Call it before the routes are defined, and call the returned function after.
 */
function methodsNotAllowed(app: FastifyInstance): () => void {
  const defined = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const methods = defined.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    defined.set(url, methods);
  });
  return () => {
    for (const [url, methods] of [...defined]) {
      const others = METHODS.filter((method) => !methods.has(method) && !(method === "HEAD" && methods.has("GET")));
      const allow = [...methods].sort().join(", ");
      app.route({
        method: others,
        url,
        // Before any body is read: this path does not accept the method, whatever the body is.
        onRequest: async (_request, reply) => {
          reply.header("allow", allow);
          throw new ProtocolError("parameter_invalid", { detail: `the method must be one of ${allow}.`, status: 405 });
        },
        handler: async () => undefined,
      });
    }
  };
}
