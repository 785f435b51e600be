import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bearerFetch } from "../../src/fetch/bearer-fetch.ts";
import { isLoopback } from "../../src/transport/secure-url.ts";
import { httpsServer } from "../fixtures/https-server.ts";

describe("a fetch with a token from another source", () => {
  test("sends it to one origin, and asks for it at each request", async (t) => {
    const server = await httpsServer(t, (request, response) => response.end(request.headers.authorization));
    let asked = 0;
    const token = async () => `token-${++asked}`;
    const call = bearerFetch({ origin: server.origin, token, ca: server.ca });
    assert.equal(await (await call(`${server.origin}/one`)).text(), "Bearer token-1");
    assert.equal(await (await call(new URL("/two", server.origin), { method: "POST" })).text(), "Bearer token-2");
    const fixed = bearerFetch({ origin: server.origin, token: "mine", ca: server.ca });
    assert.equal(await (await fixed(server.origin)).text(), "Bearer mine");
  });

  test("requests no other origin, and asks for no token for one", async () => {
    const token = () => assert.fail("asked for a token");
    const call = bearerFetch({ origin: "https://todo.example/ignored", token });
    for (const [url, origin] of [
      ["https://evil.example/", "https://evil.example"],
      ["http://todo.example/", "http://todo.example"],
      ["https://todo.example:8443/", "https://todo.example:8443"],
    ] as const) {
      await assert.rejects(call(url), { code: "origin_not_declared", message: new RegExp(`: ${origin}\\.$`) });
    }
  });

  test("allows https, and http only on this computer", () => {
    const open = (origin: string) => bearerFetch({ origin, token: "mine" });
    for (const origin of ["https://todo.example", "http://localhost:3000", "http://127.0.0.1", "https://localhost"]) {
      assert.equal(typeof open(origin), "function");
    }
    for (const origin of ["http://todo.example", "ftp://localhost", "todo.example", ""]) {
      assert.throws(() => open(origin), {
        code: "configuration",
        message: new RegExp(`the origin ${origin} is neither https nor on this machine`),
      });
    }
  });
});

test("loopback is localhost and its subdomains, 127.0.0.0/8 and ::1, and no name that only resembles one", () => {
  for (const host of ["localhost", "LOCALHOST", "api.localhost", "127.0.0.1", "127.255.25.4", "[::1]"]) {
    assert.equal(isLoopback(host), true, host);
  }
  for (const host of [
    "notlocalhost",
    "localhost.example",
    "",
    "127.0.0.1.example",
    "x127.0.0.1",
    "127.0.0",
    "127.0.0.1.1",
    "127.0.0.1234",
    "127.a.b.c",
    "128.0.0.1",
    "[::2]",
  ]) {
    assert.equal(isLoopback(host), false, host);
  }
});
