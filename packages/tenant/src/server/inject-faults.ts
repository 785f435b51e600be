import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { decodeJwt } from "jose";
import { isConsoleToken } from "../admin/operator-token.ts";
import { graphOf } from "../directory/tenant-config.ts";
import { GraphError } from "../graph/odata/graph-error.ts";
import { claimedClientId } from "../oauth/client-authentication.ts";
import type { Form } from "../oauth/form.ts";
import type { OAuthContext } from "../oauth/oauth-context.ts";
import { ProtocolError } from "../oauth/protocol-error.ts";
import { errorOfNumber } from "../testing/aadsts.ts";
import { FAULT_ENDPOINTS, type Fault, type FaultEndpoint, type Faults } from "../testing/fault-list.ts";

/**
 * Lets the requests of this app fail as testers ask for. Call it before the endpoints are registered.
 *
 * @param here the endpoints that this app has. Default: all
 */
export function injectFaults(
  app: FastifyInstance,
  ctx: Pick<OAuthContext, "config" | "reportRefusal">,
  faults: Faults,
  here: readonly FaultEndpoint[] = FAULT_ENDPOINTS,
): void {
  const graph = `${new URL(graphOf(ctx.config)).pathname}/*`;
  // After the body is parsed, because it names the app, and before the endpoint sees the request.
  app.addHook("preValidation", (request, reply, done) => {
    const endpoint = faults.isEmpty ? undefined : endpointOf(request.routeOptions.url ?? "", graph);
    if (!endpoint || !here.includes(endpoint) || isOfConsole(request, endpoint)) return done();
    const fault = faults.take(endpoint, clientIdOf(request, endpoint));
    if (!fault) return done();
    apply(ctx, fault, faults.stopped, request, reply).then(
      () => done(),
      (error: Error) => done(error),
    );
  });
}

const LAST_PART: Readonly<Record<string, FaultEndpoint>> = {
  authorize: "authorize",
  devicecode: "devicecode",
  instance: "metadata",
  keys: "keys",
  revoke: "revoke",
  token: "token",
  userinfo: "userinfo",
};

function endpointOf(route: string, graph: string): FaultEndpoint | undefined {
  if (route === graph) return "graph";
  if (route.includes("/.well-known/")) return "metadata";
  if (!route.startsWith("/:tenant/") && route !== "/common/discovery/instance") return undefined;
  return LAST_PART[route.slice(route.lastIndexOf("/") + 1)];
}

/** Requests of the console are no tester's: they would use up the fault that a program is to meet. */
function isOfConsole(request: FastifyRequest, endpoint: FaultEndpoint): boolean {
  return endpoint === "graph" && isConsoleToken(claimsOf(request));
}

/** Which app the request says that it is from. It decides nothing but which requests fail, so nothing is verified. */
function clientIdOf(request: FastifyRequest, endpoint: FaultEndpoint): string | undefined {
  if (endpoint === "graph" || endpoint === "userinfo") {
    const { azp } = claimsOf(request);
    return azp === undefined ? undefined : String(azp);
  }
  if (request.body instanceof Map) return claimedClientId(request, request.body as Form);
  return (request.query as Record<string, string | undefined>).client_id;
}

function claimsOf(request: FastifyRequest): Record<string, unknown> {
  try {
    return decodeJwt(request.headers.authorization?.slice("Bearer ".length) ?? "");
  } catch {
    return {};
  }
}

async function apply(
  ctx: Pick<OAuthContext, "config" | "reportRefusal">,
  fault: Fault,
  stopped: AbortSignal,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { endpoint, delayMs, cut, clientId } = fault;
  const by = { actor: "client", clientId, userId: null, ip: request.ip } as const;
  const detail = `${endpoint} ${whatHappens(fault)}.`;
  const about = { aadsts: fault.aadsts, recorded: false, detail, message: `Injected fault: ${detail}` };
  ctx.reportRefusal({ why: "fault", ...about, ...by });
  if (delayMs > 0) await late(delayMs, stopped, reply);
  if (cut) {
    reply.hijack();
    request.raw.socket.destroy();
    return;
  }
  if (fault.status !== null || fault.aadsts !== null) throw errorOf(endpoint, fault);
}

function whatHappens({ cut, status, aadsts, delayMs }: Fault): string {
  const late = delayMs > 0 ? ` ${delayMs} ms late` : "";
  if (cut) return `closes the connection${late}`;
  if (status === null && aadsts === null) return `answers${late}`;
  return `answers ${status ?? `AADSTS${aadsts}`}${late}`;
}

/** Network delays are real time, whatever the tenant's clock says. It ends when the client leaves or the tenant stops. */
async function late(ms: number, stopped: AbortSignal, { raw }: FastifyReply): Promise<void> {
  const left = new AbortController();
  const leave = () => left.abort();
  raw.once("close", leave);
  await sleep(ms, undefined, { signal: AbortSignal.any([stopped, left.signal]) }).catch(() => undefined);
  raw.off("close", leave);
}

/** The error that the endpoint itself answers with when it is too busy or its store is away. */
function errorOf(endpoint: FaultEndpoint, { status, aadsts, retryAfterSeconds }: Fault): Error {
  if (aadsts !== null) return errorOfNumber(aadsts);
  if (endpoint === "graph") {
    const headers = { "retry-after": String(retryAfterSeconds) };
    if (status === 429) return new GraphError(429, "TooManyRequests", "Too many requests.", { headers });
    return new GraphError(503, "serviceNotAvailable", "The tenant's store is not available at the moment.", {
      headers,
    });
  }
  return new ProtocolError(status === 429 ? "too_many" : "unavailable", { retryAfterSeconds, injected: true });
}
