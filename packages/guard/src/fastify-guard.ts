import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { type AccessToken, checkRequirements, type Requirements } from "./access-token.ts";
import type { Guard } from "./create-guard.ts";
import { GuardError } from "./errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route requires of a token; `false` makes it public. */
    guard?: Requirements | false;
  }
  interface FastifyRequest {
    /** The request's verified token. Only on routes that a guard protects. */
    accessToken: AccessToken;
  }
}

/** Options of `fastifyGuard`. */
export interface FastifyGuardOptions {
  /** The guard that verifies the tokens. */
  guard: Guard;
}

/**
 * A Fastify plugin that protects every route added after it in the same context. Each route declares its requirements
 * in `config.guard`; adding a route without them throws a TypeError, so that no route is open by mistake. Tokens are
 * verified before the body is read.
 * @example
 * ```ts
 * import { createGuard } from "@doorcode/guard";
 * import { fastifyGuard } from "@doorcode/guard/fastify";
 * import fastify from "fastify";
 *
 * const app = fastify();
 * const guard = createGuard({
 *   issuer: "https://contoso.ciamlogin.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
 *   audience: "00001111-aaaa-2222-bbbb-3333cccc4444",
 *   profile: "entra",
 * });
 * await app.register(fastifyGuard, { guard });
 * app.get("/todos", { config: { guard: { scopes: ["ToDoList.Read"] } } }, (request) => ({ user: request.accessToken.oid }));
 * ```
 */
export const fastifyGuard = fp(
  async (app: FastifyInstance, { guard }: FastifyGuardOptions) => {
    const tokens = new WeakMap<FastifyRequest, AccessToken>();
    app.decorateRequest("accessToken", {
      getter(this: FastifyRequest) {
        const token = tokens.get(this);
        if (!token) throw new TypeError("No guard protects this route, so its requests have no access token.");
        return token;
      },
    });

    app.addHook("onRoute", (route) => {
      const requirements = route.config?.guard;
      if (requirements === undefined) {
        throw new TypeError(
          `${route.method} ${route.url} has no requirements: set config.guard (false makes it public).`,
        );
      }
      checkRequirements(requirements || {});
    });

    app.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
      const requirements = request.routeOptions.config.guard;
      if (requirements === false || request.is404) return;
      try {
        tokens.set(request, await guard.verifyRequest(request.raw, requirements));
      } catch (error) {
        if (!(error instanceof GuardError)) throw error;
        if (error.status === 503) request.log.warn({ err: error.cause }, error.message);
        if (error.wwwAuthenticate !== null) reply.header("www-authenticate", error.wwwAuthenticate);
        return reply.code(error.status).header("cache-control", "no-store").send(error.body());
      }
    });
  },
  { name: "@doorcode/guard", fastify: "5.x" },
);
