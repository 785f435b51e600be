import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { AdminContext } from "../admin/admin-context.ts";
import { registerGraph } from "../graph/register.ts";
import { registerInbox } from "../interaction/inbox/inbox.ts";
import type { InteractionContext } from "../interaction/page-request.ts";
import { registerPages } from "../interaction/register.ts";
import { isLoopbackOrigin } from "../kernel/ip-address.ts";
import { registerEndpoints } from "../oauth/register.ts";
import { hostsOf, LOOPBACK, originOf } from "./deployment.ts";
import { createMetrics, registerMonitoring } from "./monitoring.ts";
import { redirectToPages, requirePagesOrigin, routesDefinedOn } from "./pages-origin-redirect.ts";
import { answerUnknownPaths, createWebApp, type WebAppOptions } from "./web-app.ts";

/** What a running tenant consists of. Each room sees the part of it that it needs. */
export type TenantContext = InteractionContext & AdminContext;

export interface WebApps {
  issuer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Null where the pages are on the issuer origin. */
  pages: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  close(): Promise<void>;
}

/** Back channel on the https origin, pages on the http one; neither serves what is the other's. */
export async function loopbackApps(ctx: TenantContext, inboxToken: string | null): Promise<WebApps> {
  const { issuerOrigin, pagesOrigin } = ctx.config;
  const shared = sharedOptions(ctx);

  const pages = createWebApp({ ...shared, hosts: loopbackHosts(pagesOrigin) });
  requirePagesOrigin(pages, pagesOrigin);
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
    metrics: createMetrics(),
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
