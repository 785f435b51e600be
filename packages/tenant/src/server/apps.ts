import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AdminContext } from "../admin/admin-context.ts";
import { administratorAccess } from "../console/administrator-access.ts";
import { keyAccess } from "../console/key-access.ts";
import { type ConsoleParts, registerConsole } from "../console/register.ts";
import { registerGraph } from "../graph/register.ts";
import { registerInbox } from "../interaction/inbox/inbox.ts";
import { type InteractionContext, PageProblem } from "../interaction/page-request.ts";
import { registerPages } from "../interaction/register.ts";
import { isLoopbackAddress, isLoopbackOrigin, plainIp } from "../kernel/ip-address.ts";
import { registerEndpoints, registerLoopbackAuthorize } from "../oauth/register.ts";
import type { Faults } from "../testing/fault-list.ts";
import { hostsOf, LOOPBACK, originOf } from "./deployment.ts";
import { injectFaults } from "./inject-faults.ts";
import { isFromLocalNetwork } from "./lan-address.ts";
import { registerMonitoring } from "./monitoring.ts";
import type { Observation } from "./observation.ts";
import { quickPolls } from "./quick-polls.ts";
import { answerUnknownPaths, createWebApp, type WebAppOptions } from "./web-app.ts";

/** The parts of a running tenant. Each room sees only the parts that it needs. */
export type TenantContext = InteractionContext & AdminContext;

/** What watches the apps. `metrics`: where `/metrics` is. */
export interface Watched {
  observation: Pick<Observation, "health" | "metrics" | "tracing">;
  metrics: Parameters<typeof registerMonitoring>[2]["metrics"];
}

/** The console. `key`: of this start, on the embedded tenant. */
export interface ConsoleOptions extends Omit<ConsoleParts, "access"> {
  key: string | null;
}

export interface WebApps {
  issuer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Null if the pages are on the issuer origin. */
  pages: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** The pages on the local network; then `pages` has what stays on this computer. */
  lanPages: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  close(): Promise<void>;
}

/**
 * Back channel on the https origin, pages on the http one. The authorization endpoint is on both. If the pages are in the
 * local network, nothing else is: the inbox, the console and the authorization endpoint stay on this computer, which redirects the other
 * pages.
 */
export async function loopbackApps(
  ctx: TenantContext,
  watched: Watched,
  { inboxToken, faults }: { inboxToken: string | null; faults: Faults | undefined },
  console: ConsoleOptions,
): Promise<WebApps> {
  const { issuerOrigin, pagesOrigin, localPagesOrigin } = ctx.config;
  const inNetwork = pagesOrigin !== localPagesOrigin;
  const shared = sharedOptions(ctx, watched);

  const local = createWebApp({ ...shared, hosts: loopbackHosts(localPagesOrigin) });
  requirePagesOrigin(local, localPagesOrigin);
  if (faults) injectFaults(local, ctx, faults, ["authorize"]);
  registerLoopbackAuthorize(local, ctx);
  // Loaded first: the issuer origin has this endpoint itself, and redirects only the routes that follow.
  await local.after();
  pointToIssuer(local, ctx);
  const localRoutes = routesDefinedOn(local);
  if (inboxToken !== null) registerInbox(local, ctx, { bearer: inboxToken });
  addConsole(local, ctx, console);
  await local.after();
  const inboxRoutes = [...localRoutes];

  const pages = inNetwork ? createWebApp({ ...shared, hosts: hostsOf(pagesOrigin) }) : local;
  const pageRoutes = inNetwork ? routesDefinedOn(pages) : localRoutes;
  if (inNetwork) guardNetwork(pages, new URL(pagesOrigin).hostname.replace(/^\[|\]$/g, ""));
  registerPages(pages, ctx);
  await pages.after();
  if (inNetwork) {
    answerUnknownPaths(local);
    answerUnknownPaths(pages);
    redirectToPages(local, pageRoutes, pagesOrigin);
    await pages.ready();
  }
  await local.ready();

  const issuerOptions = { ...shared, hosts: loopbackHosts(issuerOrigin) };
  const issuer = createWebApp(issuerOptions);
  answerUnknownPaths(issuer);
  if (faults) injectFaults(issuer, ctx, faults);
  registerMonitoring(issuer, watched.observation, watched);
  registerEndpoints(issuer, ctx);
  registerGraph(issuer, ctx);
  redirectToPages(issuer, pageRoutes, pagesOrigin);
  if (inNetwork) redirectToPages(issuer, inboxRoutes, localPagesOrigin);
  await issuer.ready();

  return {
    issuer: quickPolls(ctx, issuerOptions, handlerOf(issuer), faults),
    pages: handlerOf(local),
    lanPages: inNetwork ? handlerOf(pages) : null,
    close: async () => {
      await Promise.all([...new Set([issuer, local, pages])].map((each) => each.close()));
    },
  };
}

function addConsole(app: FastifyInstance, ctx: TenantContext, { key, ...parts }: ConsoleOptions): void {
  registerConsole(app, ctx, { ...parts, access: key === null ? administratorAccess(ctx) : keyAccess(ctx, key) });
}

/** A client that mistakes the port of the pages for the issuer's asks here for metadata. */
function pointToIssuer(pages: FastifyInstance, { config }: TenantContext): void {
  const authority = `${config.issuerOrigin}/${config.tenantId}`;
  const body = {
    error: "not_found",
    error_description: `This is the port of the pages. The issuer is ${authority}`,
    doorcode_authority: authority,
  };
  for (const path of ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]) {
    for (const under of ["", "/:tenant", "/:tenant/v2.0"]) {
      pages.get(`${under}${path}`, async (_request, reply) => reply.status(404).send(body));
    }
  }
}

/** Everything on one https origin, which is also the pages origin. */
export async function singleOriginApp(
  ctx: TenantContext,
  watched: Watched,
  requireForwardedTls: boolean,
  console: ConsoleOptions,
): Promise<WebApps> {
  const shared = sharedOptions(ctx, watched);
  const options = { ...shared, hosts: hostsOf(ctx.config.issuerOrigin), requireForwardedTls };
  const app = createWebApp(options);
  answerUnknownPaths(app);
  registerMonitoring(app, watched.observation, watched);
  registerEndpoints(app, ctx);
  registerGraph(app, ctx);
  registerPages(app, ctx);
  addConsole(app, ctx, console);
  await app.ready();
  return { issuer: quickPolls(ctx, options, handlerOf(app)), pages: null, lanPages: null, close: () => app.close() };
}

function sharedOptions(ctx: TenantContext, { observation }: Watched): Omit<WebAppOptions, "hosts"> {
  return {
    log: ctx.log,
    metrics: observation.metrics,
    tracing: observation.tracing,
    trustedProxies: ctx.config.trustedProxies,
    requireForwardedTls: false,
    strictTransport: !isLoopbackOrigin(ctx.config.issuerOrigin),
  };
}

/** A client may call a server on its own machine by any of the loopback names. */
function loopbackHosts(origin: string): string[] {
  const { protocol, port } = new URL(origin);
  const scheme = protocol === "https:" ? "https" : "http";
  return LOOPBACK.flatMap((host) => hostsOf(originOf(scheme, host, Number(port || (scheme === "https" ? 443 : 80)))));
}

/**
 * On an address of the local network: no requests from other networks, and sign-ins of programs in a browser only from
 * this computer, where those programs are. `own`: the address, by which this computer's own browser comes.
 */
function guardNetwork(pages: FastifyInstance, own: string): void {
  pages.addHook("onRequest", async (request) => {
    const isHere = isLoopbackAddress(request.ip) || plainIp(request.ip) === own;
    const isForPrograms = request.routeOptions.url?.startsWith("/authorize");
    if (!isFromLocalNetwork(request.ip) || (isForPrograms && !isHere)) throw new PageProblem({ page: "not_found" });
  });
}

const handlerOf = (app: FastifyInstance) => (request: IncomingMessage, response: ServerResponse) =>
  app.routing(request, response);

/** The route patterns that are registered on the app from now on. */
function routesDefinedOn(app: FastifyInstance): Set<string> {
  const urls = new Set<string>();
  app.addHook("onRoute", ({ url }) => {
    if (!url.includes("*")) urls.add(url);
  });
  return urls;
}

/** Pages and their cookies exist only on the pages origin. Elsewhere, a GET is redirected there and a POST gets 421. */
function redirectToPages(app: FastifyInstance, pageRoutes: Iterable<string>, pagesOrigin: string): void {
  for (const url of pageRoutes) {
    app.route({
      // GET includes HEAD.
      method: app.supportedMethods.filter((method) => method !== "HEAD"),
      url,
      // Before any body is read.
      onRequest: async (request, reply) => redirect(request, reply, pagesOrigin),
      handler: async () => undefined,
    });
  }
}

/** The pages origin has one name. Another name of the same machine (127.0.0.1 for localhost) is redirected too. */
function requirePagesOrigin(app: FastifyInstance, pagesOrigin: string): void {
  const { host } = new URL(pagesOrigin);
  app.addHook("onRequest", async (request, reply) => {
    if (request.headers.host?.toLowerCase() !== host) return redirect(request, reply, pagesOrigin);
  });
}

function redirect(request: FastifyRequest, reply: FastifyReply, pagesOrigin: string): FastifyReply {
  reply.header("cache-control", "no-store");
  const readOnly = request.method === "GET" || request.method === "HEAD";
  if (readOnly && request.url.startsWith("/")) return reply.redirect(`${pagesOrigin}${request.url}`, 302);
  return reply.status(421).send({ error: "invalid_request", error_description: `The pages are at ${pagesOrigin}.` });
}
