import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { nodeTransport } from "../../src/transport/node-transport.ts";
import { TransportError } from "../../src/transport/transport.ts";
import { connectProxy } from "../fixtures/connect-proxy.ts";
import { httpsServer } from "../fixtures/https-server.ts";
import { manualClock } from "../fixtures/manual-clock.ts";

// The environment belongs to the process: these tests run one after the other, in a process of their own.
const names = [
  "https_proxy",
  "HTTPS_PROXY",
  "http_proxy",
  "HTTP_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
];
const clear = () => {
  for (const name of names) delete process.env[name];
};
beforeEach(clear);
afterEach(clear);

const get = { method: "GET", timeoutMs: 5_000 } as const;

test("HTTPS_PROXY is gone through by CONNECT, with its credentials; the issuer's certificate is still checked", async (t) => {
  const issuer = await httpsServer(t, (_, response) => response.end("through"), ["issuer.example"]);
  const proxy = await connectProxy(t);
  process.env.HTTPS_PROXY = `http://person:pass%20word@127.0.0.1:${proxy.port}`;
  const transport = nodeTransport({ ca: issuer.ca, clock: manualClock() });
  assert.equal((await transport.send({ ...get, url: issuer.origin })).body, "through");
  assert.deepEqual(proxy.connects, [{ target: `issuer.example:${issuer.port}`, credentials: "person:pass word" }]);

  const untrusting = nodeTransport({ clock: manualClock() });
  await assert.rejects(
    untrusting.send({ ...get, url: issuer.origin }),
    (error) => error instanceof TransportError && error.kind === "tls",
  );
});

test("a connection through a proxy is kept between requests", async (t) => {
  const issuer = await httpsServer(t, (_, response) => response.end("through"), ["issuer.example"]);
  const proxy = await connectProxy(t);
  process.env.ALL_PROXY = `http://127.0.0.1:${proxy.port}`;
  const transport = nodeTransport({ ca: issuer.ca, clock: manualClock() });
  for (let n = 0; n < 3; n++) await transport.send({ ...get, url: issuer.origin });
  assert.equal(proxy.connects.length, 1);
});

test("each variable that names a proxy is looked at, in capitals or not", async (t) => {
  const issuer = await httpsServer(t, (_, response) => response.end("through"), ["issuer.example"]);
  const proxy = await connectProxy(t);
  const asked = async (name: string) => {
    clear();
    process.env[name] = `http://127.0.0.1:${proxy.port}`;
    const transport = nodeTransport({ ca: issuer.ca, clock: manualClock() });
    return await transport.send({ ...get, url: issuer.origin });
  };
  for (const name of ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]) {
    assert.equal((await asked(name)).body, "through", name);
  }
  assert.equal(proxy.connects.length, 4);
});

test("hosts in NO_PROXY and this machine itself are reached without it", async (t) => {
  const issuer = await httpsServer(t, (_, response) => response.end("direct"));
  const proxy = await connectProxy(t);
  process.env.https_proxy = `http://127.0.0.1:${proxy.port}`;
  assert.equal(
    (await nodeTransport({ ca: issuer.ca, clock: manualClock() }).send({ ...get, url: issuer.origin })).body,
    "direct",
  );
  process.env.NO_PROXY = ".invalid";
  // No such name exists without the proxy, and the proxy is not asked.
  await assert.rejects(
    nodeTransport({ clock: manualClock() }).send({ ...get, url: "https://issuer.invalid/" }),
    /no address is known/,
  );
  assert.deepEqual(proxy.connects, []);
});

test("a proxy that refuses is a lost connection; what it says is never taken for the issuer's word", async (t) => {
  for (const status of [407, 400]) {
    const proxy = await connectProxy(t, { status });
    process.env.HTTPS_PROXY = `http://person:canary-password@127.0.0.1:${proxy.port}`;
    const error = await nodeTransport({ clock: manualClock() })
      .send({ ...get, url: "https://issuer.example/" })
      .catch((thrown: unknown) => thrown);
    assert.ok(error instanceof TransportError);
    assert.equal(error.kind, "connection");
    assert.match(error.message, new RegExp(`the proxy answered ${status}`));
    assert.ok(!`${error.message}${error.stack}`.includes("canary-password"));
  }
});

test("a proxy that hangs ends at the time limit, and leaves no connection behind", async (t) => {
  const proxy = await connectProxy(t, { hangs: true });
  process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  const clock = manualClock();
  const sent = nodeTransport({ clock }).send({ ...get, url: "https://issuer.example/" });
  const failed = assert.rejects(sent, (error) => error instanceof TransportError && error.kind === "timeout");
  while (proxy.connects.length === 0) await setImmediate();
  await clock.advance(get.timeoutMs);
  await failed;
  assert.equal(proxy.connects.length, 1);
  while (proxy.open() > 0) await setImmediate();
});

test("a proxy that is no URL is named as the fault, without its text", async () => {
  process.env.HTTPS_PROXY = "http://person:canary-password@:x";
  const error = await nodeTransport({ clock: manualClock() })
    .send({ ...get, url: "https://issuer.example/" })
    .catch((thrown: unknown) => thrown as Error & { code: string });
  assert.equal((error as { code: string }).code, "configuration");
  assert.ok(!(error as Error).message.includes("canary-password"));
});
