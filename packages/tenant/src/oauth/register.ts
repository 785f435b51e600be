import type { FastifyError, FastifyInstance, HTTPMethods } from "fastify";
import { authorize } from "./authorization-code/authorize-endpoint.ts";
import { devicecode } from "./device-authorization/devicecode-endpoint.ts";
import { discovery, instanceDiscovery, keys } from "./discovery.ts";
import { acceptForms } from "./form.ts";
import { logout } from "./logout.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ProtocolError, sendProtocolError } from "./protocol-error.ts";
import { revoke } from "./revoke.ts";
import { token } from "./token-endpoint.ts";
import { userinfo } from "./userinfo.ts";

/** What one of our paths is called in MSAL's authorities when it is not the tenant's own name. */
const COMMON = "common";

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

/** The authorization endpoint for the pages origin, where that is another one: there no browser asks for its certificate. */
export function registerLoopbackAuthorize(app: FastifyInstance, ctx: OAuthContext): void {
  app.register(async (scope) => endpointsOfTenant(scope, ctx, (tenant) => authorize(tenant, ctx)));
}

/** `scope` is one of their own: its body parser and errors are not the pages'. */
function endpointsOfTenant(scope: FastifyInstance, ctx: OAuthContext, define: (app: FastifyInstance) => void): void {
  acceptForms(scope);
  const names = new Set([ctx.config.tenantId, ctx.config.domain.toLowerCase(), COMMON]);
  scope.addHook("onRequest", async (request) => {
    const { tenant } = request.params as { tenant?: string };
    if (tenant !== undefined && !names.has(tenant.toLowerCase())) throw new ProtocolError("tenant_unknown");
  });
  // An endpoint that takes a form gets one even when the body is missing.
  scope.addHook("preValidation", async (request) => {
    if (request.method === "POST" && !(request.body instanceof Map)) request.body = new Map();
  });
  scope.setErrorHandler((error: FastifyError | ProtocolError, request, reply) => {
    if (error instanceof ProtocolError) return sendProtocolError(reply, request, error, ctx.clock);
    const status = error.statusCode ?? 500;
    if (status < 500) {
      const malformed = new ProtocolError("parameter_invalid", { detail: sentenceFor(status), status });
      return sendProtocolError(reply, request, malformed, ctx.clock);
    }
    request.log.error({ err: error }, "an endpoint failed");
    const failed = new ProtocolError("failed");
    return sendProtocolError(reply, request, failed, ctx.clock);
  });
  const refuseOtherMethods = methodsNotAllowed(scope);
  define(scope);
  refuseOtherMethods();
}

function sentenceFor(status: number): string {
  if (status === 413) return "the body is larger than 16 KiB.";
  if (status === 415) return "the body must be application/x-www-form-urlencoded.";
  return "it could not be read.";
}

const METHODS: HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Answers a known path with a method it does not have by 405 and `Allow` (RFC 9110 §15.5.6), where Fastify would say 404.
 * Call it before the routes are defined; call what it returns after.
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
        // Before any body is read: whatever it is, this path does not take it.
        onRequest: async (_request, reply) => {
          reply.header("allow", allow);
          throw new ProtocolError("parameter_invalid", { detail: `the method is one of ${allow} here.`, status: 405 });
        },
        handler: async () => undefined,
      });
    }
  };
}
