import Fastify from "fastify";
import { registerPages } from "../../src/interaction/register.ts";
import type { TenantContext } from "../../src/server/apps.ts";

/** Every page, as its handlers were registered, so that a test of all pages omits none. */
export async function pagePaths(ctx: TenantContext): Promise<{ get: string[]; post: string[] }> {
  const app = Fastify();
  const found = { get: new Set<string>(), post: new Set<string>() };
  app.addHook("onRoute", ({ method, url }) => {
    const path = url.replace(":tenant", "common");
    // A list of methods belongs to the 405 answer of a page.
    if (method === "GET") found.get.add(path);
    if (method === "POST") found.post.add(path);
  });
  registerPages(app, ctx);
  await app.ready();
  await app.close();
  return { get: [...found.get], post: [...found.post] };
}
