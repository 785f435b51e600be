import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { connectProxy } from "../../../../tests/fixtures/connect-proxy.ts";
import { socksProxy } from "../../../../tests/fixtures/socks-proxy.ts";
import { nodeFetch } from "../../src/fetch/node-fetch.ts";
import { unreachable } from "../../src/issuer/issuer-answer.ts";
import { connections } from "../../src/transport/connections.ts";
import { nodeTransport } from "../../src/transport/node-transport.ts";
import { TransportError } from "../../src/transport/transport.ts";
import { httpsServer } from "../fixtures/https-server.ts";
import { issuerCertificate } from "../fixtures/issuer-certificate.ts";
import { manualClock } from "../fixtures/manual-clock.ts";

// The environment belongs to the process, so these tests run one after the other in their own process.
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

test("HTTPS_PROXY is used with CONNECT and its credentials, and the issuer's certificate is still checked", async (t) => {
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

test("each variable that names a proxy is read, in upper and lower case", async (t) => {
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

test("hosts in NO_PROXY and this computer itself are reached without it", async (t) => {
  const issuer = await httpsServer(t, (_, response) => response.end("direct"));
  const proxy = await connectProxy(t);
  process.env.https_proxy = `http://127.0.0.1:${proxy.port}`;
  assert.equal(
    (await nodeTransport({ ca: issuer.ca, clock: manualClock() }).send({ ...get, url: issuer.origin })).body,
    "direct",
  );
  process.env.NO_PROXY = ".invalid";
  // This name exists only behind the proxy, which gets no request.
  await assert.rejects(
    nodeTransport({ clock: manualClock() }).send({ ...get, url: "https://issuer.invalid/" }),
    /cannot resolve/,
  );
  assert.deepEqual(proxy.connects, []);
});

/** The error of a request to https://issuer.example/ through the proxy in HTTPS_PROXY. */
async function failureThrough(proxy: string, ca?: string): Promise<TransportError> {
  process.env.HTTPS_PROXY = proxy;
  const sent = nodeTransport({ ca, clock: manualClock() }).send({ ...get, url: "https://issuer.example/" });
  const error = await sent.then(
    () => assert.fail("it went through"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TransportError, String(error));
  assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes("canary"));
  return error;
}

test("a proxy that refuses is named with its variable, and its response is never treated as the issuer's", async (t) => {
  for (const [status, person, says] of [
    [407, "", /^the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) asks for a user name and password \(407\)$/],
    [407, "person:canary@", /the proxy .* rejects the user name and password in HTTPS_PROXY \(407\)$/],
    [403, "person:canary@", /the proxy .* answered 403 and did not connect to issuer\.example$/],
    [400, "", /the proxy .* answered 400 and did not connect to issuer\.example$/],
    [502, "", /the proxy .* answered 502/],
  ] as const) {
    const proxy = await connectProxy(t, { status });
    const error = await failureThrough(`http://${person}127.0.0.1:${proxy.port}`);
    assert.equal(error.kind, "connection");
    assert.match(error.message, says);
    const { code, hint } = unreachable(error);
    assert.equal(code, "issuer_unreachable");
    assert.match(hint, /Check the proxy that HTTPS_PROXY names/);
  }
});

test("an unreachable proxy is named, not the issuer", async (t) => {
  const plain = await connectProxy(t);
  const certificate = await issuerCertificate(["localhost"]);
  const secure = await connectProxy(t, { tls: certificate });
  const silent = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  t.after(() => silent.close());
  const closing = (silent.address() as AddressInfo).port;
  for (const [address, kind, says] of [
    [
      "http://localhost:1",
      "connection",
      /^the proxy localhost:1 \(HTTPS_PROXY\) refuses connections \(ECONNREFUSED\)$/,
    ],
    ["http://proxy.invalid:3128", "connection", /^cannot resolve the proxy proxy\.invalid:3128 \(HTTPS_PROXY\)/],
    [
      `http://localhost:${closing}`,
      "connection",
      /^the connection to the proxy localhost:\d+ \(HTTPS_PROXY\) was lost/,
    ],
    [
      `https://localhost:${secure.port}`,
      "tls",
      /^the certificate of the proxy localhost:\d+ \(HTTPS_PROXY\) is not trust/,
    ],
    [`https://localhost:${plain.port}`, "tls", /^the TLS handshake with the proxy localhost:\d+ \(HTTPS_PROXY\)/],
    [
      "socks5h://localhost:1",
      "connection",
      /^the proxy localhost:1 \(HTTPS_PROXY\) did not connect to issuer\.example: connect ECONNR/,
    ],
    [
      "socks5h://proxy.invalid",
      "connection",
      /^the proxy proxy\.invalid:1080 \(HTTPS_PROXY\) did not connect to issuer\.example: getaddrinfo/,
    ],
    [
      `socks5h://p:canary@localhost:${plain.port}`,
      "connection",
      /^the proxy localhost:\d+ \(HTTPS_PROXY\) did not connect/,
    ],
    ["socks5://localhost:1", "connection", /^this machine cannot resolve issuer\.example: with socks5h in HTTPS_PROXY/],
  ] as const) {
    const error = await failureThrough(address);
    assert.match(error.message, says, address);
    assert.equal(error.kind, kind, address);
  }
});

test("a connection that breaks behind the proxy: the error names both", async (t) => {
  const proxy = await connectProxy(t, { cuts: true });
  const { message } = await failureThrough(`http://127.0.0.1:${proxy.port}`);
  assert.match(message, /lost the connection to issuer\.example through the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\)/);
});

test("a proxy may use https, with the caller's CA", async (t) => {
  const issuer = await httpsServer(t, (_, response) => response.end("through"), ["issuer.example"]);
  const { ca, ...tls } = await issuerCertificate(["localhost"]);
  const proxy = await connectProxy(t, { tls });
  process.env.HTTPS_PROXY = `https://person:pass@localhost:${proxy.port}`;
  const transport = nodeTransport({ ca: [issuer.ca, ca], clock: manualClock() });
  assert.equal((await transport.send({ ...get, url: issuer.origin })).body, "through");
  assert.deepEqual(proxy.connects, [{ target: `issuer.example:${issuer.port}`, credentials: "person:pass" }]);
});

test("a SOCKS proxy is used, and resolves the name itself", async (t) => {
  const issuer = await httpsServer(t, (_, response) => response.end("through"), ["issuer.example"]);
  const proxy = await socksProxy(t);
  for (const [scheme, credentials] of [
    ["socks5h", ""],
    ["socks", "per%40son:pass%20word@"],
  ]) {
    process.env.ALL_PROXY = `${scheme}://${credentials}127.0.0.1:${proxy.port}`;
    const transport = nodeTransport({ ca: issuer.ca, clock: manualClock() });
    assert.equal((await transport.send({ ...get, url: issuer.origin })).body, "through");
  }
  const target = `issuer.example:${issuer.port}`;
  assert.deepEqual(proxy.connects, [
    { target, credentials: undefined },
    { target, credentials: "per@son:pass word" },
  ]);
});

test("a web API's failure through a proxy names the proxy too", async (t) => {
  const proxy = await connectProxy(t, { status: 403 });
  process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  const fetch = nodeFetch(connections(undefined));
  await assert.rejects(fetch(new URL("https://api.example/"), {}), {
    name: "TypeError",
    message: `fetch failed: the proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY) answered 403 and did not connect to api.example`,
  });
});

test("a request through a proxy that hangs ends at the time limit, and leaves no connection open", async (t) => {
  const proxy = await connectProxy(t, { hangs: true });
  process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  const clock = manualClock();
  const sent = nodeTransport({ clock }).send({ ...get, url: "https://issuer.example/" });
  const failed = assert.rejects(sent, (error) => {
    assert.ok(error instanceof TransportError);
    assert.equal(error.kind, "timeout");
    assert.match(
      error.message,
      /^the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) did not connect to issuer\.example within 5 s$/,
    );
    return true;
  });
  while (proxy.connects.length === 0) await setImmediate();
  await clock.advance(get.timeoutMs);
  await failed;
  assert.equal(proxy.connects.length, 1);
  while (proxy.open() > 0) await setImmediate();
});

test("a proxy that is not a URL is named as the error, without its text", async () => {
  process.env.HTTPS_PROXY = "http://person:canary-password@:x";
  const error = await nodeTransport({ clock: manualClock() })
    .send({ ...get, url: "https://issuer.example/" })
    .catch((thrown: unknown) => thrown as Error & { code: string });
  assert.equal((error as { code: string }).code, "configuration");
  assert.match((error as Error).message, /HTTPS_PROXY is not a proxy address/);
  assert.ok(!(error as Error).message.includes("canary-password"));
});
