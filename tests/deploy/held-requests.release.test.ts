// A request that is held for a minute passes the proxies of deploy/proxies: none of their timeouts is shorter.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { send } from "../../packages/tenant/test/server/raw-request.ts";
import { HOST, proxyNames, startProxy, without } from "./proxies.ts";

const HELD_MS = 61_000;

describe("a request that is held for a minute", { concurrency: true }, () => {
  for (const name of proxyNames) {
    test(`passes ${name}`, { skip: without(name), timeout: 300_000 }, async () => {
      const server = createServer(async (request, response) => {
        if (request.url === "/held") await delay(HELD_MS);
        response.end(request.url);
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      const { port } = server.address() as AddressInfo;
      try {
        await using proxy = await startProxy(name, { port, monitoringPort: port });
        const to = { secure: true, address: "127.0.0.1", port: proxy.httpsPort, ca: proxy.ca, name: HOST };
        while ((await send(to, { path: "/", headers: { host: HOST } })).status !== 200) await delay(50);
        const { status, body } = await send(to, { path: "/held", headers: { host: HOST } });
        assert.deepEqual([status, body], [200, "/held"]);
      } finally {
        server.close();
      }
    });
  }
});
