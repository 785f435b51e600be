// In place of your web API: answers requests with a token that the tenant issued for it.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createGuard } from "@doorcode/guard";
import type { Tenant } from "./tenant.ts";

export async function startApi(tenant: Tenant) {
  const ca = await readFile(tenant.caFile, "utf8");
  const guard = createGuard({ issuer: tenant.issuer, audience: tenant.api, profile: "entra", ca });
  const server = createServer(async (request, response) => {
    const token = await guard.authenticate(request, response, { scopes: ["Messages.Read"] });
    // Without one the guard has answered already, by 401 or 403 and the reason.
    if (token) response.end(JSON.stringify([{ text: "Hello from the web API", for: token.oid }]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/messages`, stop: () => server.close() };
}
