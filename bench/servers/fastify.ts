// The framework's share: Fastify reads the form, parses it, and answers with a fixed 400.
import type { AddressInfo } from "node:net";
import { fastify } from "fastify";
import { benchCertificate, FIXED_ANSWER, serve } from "../served.ts";

const { key, cert, ca } = await benchCertificate();
const app = fastify({ https: { key, cert }, keepAliveTimeout: 65_000 });
app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) =>
  done(null, new URLSearchParams(String(body))),
);
for (const path of ["/devicecode", "/token"]) {
  app.post(path, (_request, reply) => reply.code(400).header("cache-control", "no-store").send(FIXED_ANSWER));
}
await app.listen({ port: 0, host: "127.0.0.1" });
serve(
  {
    origin: `https://localhost:${(app.server.address() as AddressInfo).port}`,
    ca,
    devicecodePath: "/devicecode",
    tokenPath: "/token",
    clientId: "fastify",
    deviceGrant: "device_code",
    fixed: true,
  },
  {
    refreshTokens: async () => [],
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  },
);
