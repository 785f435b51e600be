import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { connectProxy } from "../../../tests/fixtures/connect-proxy.ts";
import { noProxies, proxyCases } from "../../../tests/fixtures/proxy-cases.ts";
import { socksProxy } from "../../../tests/fixtures/socks-proxy.ts";
import { createGuard } from "../src/index.ts";
import { proxyFor } from "../src/proxy.ts";
import { localIssuer } from "./fixtures/local-issuer.ts";
import { localhostCertificate } from "./fixtures/localhost-certificate.ts";
import { refused } from "./fixtures/refused.ts";

// The environment belongs to the process, so these tests run one after the other in their own process.
const names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];
const clear = () => {
  for (const name of names) delete process.env[name];
};
beforeEach(clear);
afterEach(clear);

/** An issuer with a name that is reachable only through a proxy. */
async function behindProxy() {
  const { ca, ...tls } = await localhostCertificate("issuer.example");
  const at = await localIssuer({ tls, host: "issuer.example" });
  const guard = () => createGuard({ ...at.trust, profile: "entra", ca });
  return { at, guard, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
}

test("the guard reads the environment as the client does", () => {
  for (const { env, url, goes } of proxyCases) {
    const proxy = proxyFor(new URL(url), env);
    assert.equal(proxy ? `${proxy.url.protocol}${proxy.name.split(" ")[0]}` : null, goes, JSON.stringify({ env, url }));
  }
});

test("metadata and keys are read through HTTPS_PROXY; the issuer's certificate is still checked", async (t) => {
  await using behind = await behindProxy();
  const { at, guard } = behind;
  const proxy = await connectProxy(t);
  process.env.HTTPS_PROXY = `person:pass%20word@127.0.0.1:${proxy.port}`;
  const jwt = await at.sign(at.entraClaims());
  assert.equal((await guard().verify(jwt)).issuer, at.issuer);
  const connect = { target: new URL(at.issuer).host, credentials: "person:pass word" };
  assert.deepEqual(proxy.connects, [connect, connect]);

  const untrusting = createGuard({ ...at.trust, profile: "entra" });
  const { cause } = await refused(untrusting.verify(jwt), "issuer_unreachable", 503);
  assert.match(String((cause as NodeJS.ErrnoException).code), /CERT|SIGNATURE/);
});

test("metadata and keys are read through a SOCKS proxy", async (t) => {
  await using behind = await behindProxy();
  const proxy = await socksProxy(t);
  process.env.ALL_PROXY = `socks5h://127.0.0.1:${proxy.port}`;
  await behind.guard().verify(await behind.at.sign(behind.at.entraClaims()));
  assert.equal(proxy.connects.length, 2);
});

test("a host in NO_PROXY and this computer itself are reached without it", async (t) => {
  const proxy = await connectProxy(t);
  process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  const { ca, ...tls } = await localhostCertificate();
  await using local = await localIssuer({ tls });
  const guard = createGuard({ ...local.trust, profile: "entra", ca });
  await guard.verify(await local.sign(local.entraClaims()));

  process.env.NO_PROXY = "issuer.example";
  await using behind = await behindProxy();
  const jwt = await behind.at.sign(behind.at.entraClaims());
  const { cause } = await refused(behind.guard().verify(jwt), "issuer_unreachable", 503);
  assert.match((cause as Error).message, /ENOTFOUND|EAI_AGAIN/);
  assert.deepEqual(proxy.connects, []);
});

test("a failed proxy is named to the operator, not to callers", async (t) => {
  await using behind = await behindProxy();
  const jwt = await behind.at.sign(behind.at.entraClaims());
  const refusing = await connectProxy(t, { status: 407 });
  for (const [address, says] of [
    [
      `http://person:canary@127.0.0.1:${refusing.port}`,
      /^the proxy 127.*\(HTTPS_PROXY\) rejects the user name and pass/,
    ],
    ["http://localhost:1", /^the proxy localhost:1 \(HTTPS_PROXY\) refuses connections/],
    ["http://proxy.invalid:3128", /^cannot resolve the proxy proxy\.invalid:3128 \(HTTPS_PROXY\)/],
    ...noProxies,
  ] as const) {
    process.env.HTTPS_PROXY = address;
    const error = await refused(behind.guard().verify(jwt), "issuer_unreachable", 503);
    assert.match((error.cause as Error).message, says);
    assert.ok(!(error.cause as Error).message.includes("canary"));
    assert.match(error.hint, /This machine's proxy did not connect/);
    assert.ok(!JSON.stringify(error.body()).includes("HTTPS_PROXY"));
  }
});

test("a request through a proxy that hangs ends at the time limit, and leaves no connection open", async (t) => {
  await using behind = await behindProxy();
  const proxy = await connectProxy(t, { hangs: true });
  process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  const limit = new AbortController();
  t.mock.method(AbortSignal, "timeout", () => limit.signal);
  const verdict = refused(
    behind.guard().verify(await behind.at.sign(behind.at.entraClaims())),
    "issuer_unreachable",
    503,
  );
  while (proxy.connects.length === 0) await setImmediate();
  limit.abort();
  const { cause } = await verdict;
  assert.match(
    (cause as Error).message,
    /^the proxy 127.* \(HTTPS_PROXY\) did not connect to issuer\.example:\d+ within 5 s/,
  );
  while (proxy.open() > 0) await setImmediate();
});
