import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AdminContext, AdminView } from "../admin/admin-context.ts";
import { type Administration, administration } from "../admin/administration.ts";
import { HashingBusy } from "../directory/password.ts";
import { graphOf } from "../directory/tenant-config.ts";
import { correlationIdOf } from "../oauth/protocol-error.ts";
import { isUnavailable, RETRY_SECONDS } from "../storage/store-error.ts";
import { applicationRoutes } from "./applications/applications.ts";
import { authenticateCaller, type GraphCaller } from "./caller.ts";
import { groupRoutes } from "./groups/groups.ts";
import { badRequest, GraphError, graphErrorBody } from "./odata/graph-error.ts";
import { type GraphCall, type GraphRoute, matchPath, stepsOf } from "./odata/route.ts";
import { organizationRoutes } from "./organization/organization.ts";
import { authenticationFlowsPolicyRoutes } from "./policies/authentication-flows-policy.ts";
import { policyRoutes } from "./policies/conditional-access-policies.ts";
import { permissionGrantRoutes } from "./service-principals/permission-grants.ts";
import { roleAssignmentRoutes } from "./service-principals/role-assignments.ts";
import { servicePrincipalRoutes } from "./service-principals/service-principals.ts";
import { userFlowAttributeRoutes } from "./user-flows/user-flow-attributes.ts";
import { userFlowPartRoutes } from "./user-flows/user-flow-parts.ts";
import { userFlowRoutes } from "./user-flows/user-flows.ts";
import { directoryRoleRoutes } from "./users/directory-roles.ts";
import { userRoutes } from "./users/users.ts";

const BODY_LIMIT = 64 * 1024;

/** Requests of one caller. Applying a file that contains everything takes a few hundred. */
export const GRAPH_LIMIT = { count: 1_200, windowMs: 60_000 };

const routes: readonly GraphRoute[] = [
  ...applicationRoutes,
  ...servicePrincipalRoutes,
  ...permissionGrantRoutes,
  ...roleAssignmentRoutes,
  ...userFlowRoutes,
  ...userFlowPartRoutes,
  ...userFlowAttributeRoutes,
  ...groupRoutes,
  ...userRoutes,
  ...policyRoutes,
  ...authenticationFlowsPolicyRoutes,
  ...organizationRoutes,
  ...directoryRoleRoutes,
];

/** The result of checking path and token, before any body is read. */
interface Admitted {
  route: GraphRoute;
  call: Omit<GraphCall, "body">;
}

/**
 * The part of Microsoft Graph v1.0 that prepares a tenant, on the issuer origin. In its own Fastify scope, because body
 * parser and errors differ from the endpoints' and the pages'. One Fastify route leads to all of ours, because
 * Fastify's paths do not support OData's keys.
 */
export function registerGraph(app: FastifyInstance, admin: AdminContext): void {
  const ctx: AdminView = admin;
  const actFor = ({ actor, userId, clientId, ip }: GraphCaller) =>
    administration(admin, { actor, caller: { userId, clientId, ip } });
  const admitted = new WeakMap<FastifyRequest, Admitted>();
  const base = new URL(graphOf(ctx.config)).pathname;

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "string", bodyLimit: BODY_LIMIT },
      (_request, body, done) => done(null, body),
    );
    scope.setErrorHandler((error: FastifyError, request, reply) => sendError(ctx, request, reply, error));
    scope.route({
      method: ["GET", "POST", "PUT", "PATCH", "DELETE"],
      url: `${base}/*`,
      bodyLimit: BODY_LIMIT,
      onRequest: async (request) => {
        admitted.set(request, await admit(ctx, actFor, request, base));
      },
      handler: async (request, reply) => {
        const { route, call } = admitted.get(request) as Admitted;
        const answer = await route.handle({ ...call, body: parsed(request.body) });
        return withIds(request, reply.status(answer.status)).send(answer.body);
      },
    });
  });
}

async function admit(
  ctx: AdminView,
  actFor: (caller: GraphCaller) => Administration,
  request: FastifyRequest,
  base: string,
): Promise<Admitted> {
  const [whole = "", ...search] = request.url.split("?");
  const path = whole.slice(base.length + 1);
  const steps = stepsOf(path);
  const query = new URLSearchParams(search.join("?"));
  // PostgreSQL cannot store this character, so nothing here contains it.
  if (!steps || /%00/.test(request.url)) throw badRequest("The URL cannot be decoded.");

  const here = routes.flatMap((route) => {
    const keys = matchPath(route.path, steps);
    return keys ? [{ route, keys }] : [];
  });
  const method = request.method === "HEAD" ? "GET" : request.method;
  const found = here.find(({ route }) => route.method === method);
  if (!found)
    throw await refusedPath(
      ctx,
      request,
      here.map(({ route }) => route.method),
    );
  const { route, keys } = found;
  const options = { ofThemselves: route.ofThemselves === true };
  const caller = await authenticateCaller(ctx, request, route.scopes, options);
  const now = ctx.clock.now();
  await throttle(ctx, caller, now);
  return {
    route,
    call: { ctx, admin: actFor(caller), caller, keys, query, path, prefer: preferencesOf(request), now },
  };
}

/** Callers without access do not learn which resources exist. */
async function refusedPath(ctx: AdminView, request: FastifyRequest, methods: string[]): Promise<GraphError> {
  await authenticateCaller(ctx, request, [...new Set(routes.flatMap(({ scopes }) => scopes))]);
  if (methods.length === 0) return new GraphError(404, "Request_ResourceNotFound", "The resource does not exist.");
  const allow = [...new Set(methods)].sort().join(", ");
  return new GraphError(405, "Request_BadRequest", `Specified HTTP method is not allowed. Use ${allow}.`, {
    headers: { allow },
  });
}

async function throttle(ctx: AdminView, { userId, clientId }: GraphCaller, now: number): Promise<void> {
  const taken = await ctx.store.throttle.take(`graph:${userId ?? clientId ?? "operator"}`, GRAPH_LIMIT, now);
  if (!taken.allowed) throw tooMany("Too many requests.", Math.ceil((taken.retryAt - now) / 1_000));
}

function tooMany(message: string, seconds: number): GraphError {
  return new GraphError(429, "TooManyRequests", message, { headers: { "retry-after": String(Math.max(1, seconds)) } });
}

/** RFC 7240 §2. Preferences with a value are not used here. */
function preferencesOf(request: FastifyRequest): Set<string> {
  const header = request.headers.prefer ?? "";
  return new Set(
    String(header)
      .toLowerCase()
      .split(/[,;]/)
      .map((each) => each.trim()),
  );
}

function parsed(body: unknown): unknown {
  if (typeof body !== "string" || body.trim() === "") return undefined;
  try {
    // An escaped NUL, which PostgreSQL cannot store.
    if (/(?<!\\)(?:\\\\)*\\u0000/.test(body)) throw new SyntaxError("NUL");
    return JSON.parse(body);
  } catch {
    throw badRequest("Unable to read JSON request payload. Please ensure that the payload is of valid JSON format.");
  }
}

function withIds(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.headers({
    "cache-control": "no-store",
    "request-id": request.id,
    "client-request-id": correlationIdOf(request),
  });
}

function sendError(ctx: AdminView, request: FastifyRequest, reply: FastifyReply, error: FastifyError): FastifyReply {
  const answer = answerTo(error);
  if (answer.status >= 500) request.log.error({ err: error }, "a Graph request failed");
  const ids = { requestId: request.id, clientRequestId: correlationIdOf(request) };
  return withIds(request, reply.status(answer.status))
    .headers({ ...answer.headers, "client-request-id": ids.clientRequestId })
    .send(graphErrorBody(answer, ids, ctx.clock.now()));
}

function answerTo(error: FastifyError | GraphError | HashingBusy): GraphError {
  if (error instanceof GraphError) return error;
  if (error instanceof HashingBusy) return tooMany(error.message, 5);
  if (isUnavailable(error)) {
    return new GraphError(503, "serviceNotAvailable", "The tenant's store is not available at the moment.", {
      headers: { "retry-after": String(RETRY_SECONDS) },
    });
  }
  const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
  if (status === 413) return new GraphError(413, "Request_BadRequest", "The body is larger than 64 KiB.");
  if (status === 415) return new GraphError(415, "Request_BadRequest", "The body must be application/json.");
  if (status < 500) return new GraphError(status, "Request_BadRequest", "The request is invalid.");
  return new GraphError(
    500,
    "UnknownError",
    "The tenant could not process the request. Its log shows the reason under the request ID.",
  );
}
