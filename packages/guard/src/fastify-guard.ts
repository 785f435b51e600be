import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { type AccessToken, checkRequirements, type Requirements } from "./access-token.ts";
import type { Guard } from "./create-guard.ts";
import { GuardError } from "./errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route requires of a token; false makes it public. */
    guard?: Requirements | false;
  }
  interface FastifyRequest {
    /** The verified token of the request. Only on routes that a guard protects. */
    accessToken: AccessToken;
  }
}

export interface FastifyGuardOptions {
  guard: Guard;
}

/**
 * Protects every route added after it in the same Fastify context. Each route declares what it needs in
 * `config.guard`; a route without it throws a TypeError when it is added, so that none is open by mistake. Tokens are
 * verified before the body is read.
 *
 * @example
 * ```ts
 * await app.register(fastifyGuard, { guard });
 * app.get("/todos", { config: { guard: { scopes: ["ToDoList.Read"] } } }, (request) => todosOf(request.accessToken.oid));
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
        throw new TypeError(`${route.method} ${route.url} does not say what it needs: set config.guard (false: open).`);
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
