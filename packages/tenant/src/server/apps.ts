import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AdminContext } from "../admin/admin-context.ts";
import { registerGraph } from "../graph/register.ts";
import { registerInbox } from "../interaction/inbox/inbox.ts";
import type { InteractionContext } from "../interaction/page-request.ts";
import { registerPages } from "../interaction/register.ts";
import { isLoopbackOrigin } from "../kernel/ip-address.ts";
import { mailsTaken } from "../mail/mail-budget.ts";
import { registerEndpoints, registerLoopbackAuthorize } from "../oauth/register.ts";
import { hostsOf, LOOPBACK, originOf } from "./deployment.ts";
import { createMetrics, registerMonitoring } from "./monitoring.ts";
import { answerUnknownPaths, createWebApp, type WebAppOptions } from "./web-app.ts";

/** What a running tenant consists of. Each room sees the part of it that it needs. */
export type TenantContext = InteractionContext & AdminContext;

export interface WebApps {
  issuer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Null where the pages are on the issuer origin. */
  pages: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  close(): Promise<void>;
}

/** Back channel on the https origin, pages on the http one; the authorization endpoint is on both. */
export async function loopbackApps(ctx: TenantContext, inboxToken: string | null): Promise<WebApps> {
  const { issuerOrigin, pagesOrigin } = ctx.config;
  const shared = sharedOptions(ctx);

  const pages = createWebApp({ ...shared, hosts: loopbackHosts(pagesOrigin) });
  requirePagesOrigin(pages, pagesOrigin);
  registerLoopbackAuthorize(pages, ctx);
  // Loaded first: the issuer origin has it itself, and redirects only what follows.
  await pages.after();
  pointToIssuer(pages, ctx);
  const pageRoutes = routesDefinedOn(pages);
  registerPages(pages, ctx);
  if (inboxToken !== null) registerInbox(pages, ctx, { bearer: inboxToken });
  await pages.ready();

  const issuer = createWebApp({ ...shared, hosts: loopbackHosts(issuerOrigin) });
  answerUnknownPaths(issuer);
  registerMonitoring(issuer, ctx.store, shared.metrics);
  registerEndpoints(issuer, ctx);
  registerGraph(issuer, ctx);
  redirectToPages(issuer, pageRoutes, pagesOrigin);
  await issuer.ready();

  return {
    issuer: handlerOf(issuer),
    pages: handlerOf(pages),
    close: async () => {
      await Promise.all([issuer.close(), pages.close()]);
    },
  };
}

/** Whoever takes the port of the pages for the issuer's asks here for its metadata. */
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

/** Everything on one https origin, which is the pages origin too. */
export async function singleOriginApp(ctx: TenantContext, requireForwardedTls: boolean): Promise<WebApps> {
  const shared = sharedOptions(ctx);
  const app = createWebApp({ ...shared, hosts: hostsOf(ctx.config.issuerOrigin), requireForwardedTls });
  answerUnknownPaths(app);
  registerMonitoring(app, ctx.store, shared.metrics);
  registerEndpoints(app, ctx);
  registerGraph(app, ctx);
  registerPages(app, ctx);
  await app.ready();
  return { issuer: handlerOf(app), pages: null, close: () => app.close() };
}

function sharedOptions(ctx: TenantContext): Omit<WebAppOptions, "hosts"> {
  return {
    log: ctx.log,
    metrics: createMetrics(() => mailsTaken(ctx)),
    trustedProxies: ctx.config.trustedProxies,
    requireForwardedTls: false,
    strictTransport: !isLoopbackOrigin(ctx.config.issuerOrigin),
  };
}

/** A client may call a machine's own server by any of its loopback names. */
function loopbackHosts(origin: string): string[] {
  const { protocol, port } = new URL(origin);
  const scheme = protocol === "https:" ? "https" : "http";
  return LOOPBACK.flatMap((host) => hostsOf(originOf(scheme, host, Number(port || (scheme === "https" ? 443 : 80)))));
}

const handlerOf = (app: FastifyInstance) => (request: IncomingMessage, response: ServerResponse) =>
  app.routing(request, response);

/** The route patterns that are defined on the app from now on. */
function routesDefinedOn(app: FastifyInstance): Set<string> {
  const urls = new Set<string>();
  app.addHook("onRoute", ({ url }) => {
    if (!url.includes("*")) urls.add(url);
  });
  return urls;
}

/** Pages, and their cookies, are on the pages origin only: elsewhere a GET is redirected there and a POST gets 421. */
function redirectToPages(app: FastifyInstance, pageRoutes: Iterable<string>, pagesOrigin: string): void {
  for (const url of pageRoutes) {
    app.route({
      // HEAD comes with GET.
      method: app.supportedMethods.filter((method) => method !== "HEAD"),
      url,
      // Before any body is read.
      onRequest: async (request, reply) => redirect(request, reply, pagesOrigin),
      handler: async () => undefined,
    });
  }
}

/** The pages origin is one name: another name of the same machine (127.0.0.1 for localhost) is redirected too. */
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
