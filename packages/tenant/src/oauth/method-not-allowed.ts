import type { FastifyInstance, HTTPMethods } from "fastify";
import { ProtocolError } from "./protocol-error.ts";

const METHODS: HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Answers a known path with a method it does not have by 405 and `Allow` (RFC 9110 §15.5.6), where Fastify would say 404.
 * Call it before the routes are defined; call what it returns after.
 */
export function methodsNotAllowed(app: FastifyInstance): () => void {
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
