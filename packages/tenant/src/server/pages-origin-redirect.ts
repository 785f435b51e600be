import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** The route patterns that are defined on the app from now on. */
export function routesDefinedOn(app: FastifyInstance): Set<string> {
  const urls = new Set<string>();
  app.addHook("onRoute", ({ url }) => {
    if (!url.includes("*")) urls.add(url);
  });
  return urls;
}

/** Pages, and their cookies, are on the pages origin only: elsewhere a GET is redirected there and a POST gets 421. */
export function redirectToPages(app: FastifyInstance, pageRoutes: Iterable<string>, pagesOrigin: string): void {
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
export function requirePagesOrigin(app: FastifyInstance, pagesOrigin: string): void {
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
