import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import { URN } from "../../../../tests/fixtures/device.ts";
import { createTracing } from "../../src/server/tracing.ts";
import { fetchTrusting } from "../fixtures/fetch-trusting.ts";
import { send } from "../server/raw-request.ts";
import { collector, type ReceivedSpan, tracedTenant } from "./traced-process.ts";

const CANARY = "canary-9f2c";
const TOKEN = "POST /:tenant/oauth2/v2.0/token";
const asking = (endpoint: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
});

/** A sign-in of a device, a renewal, and the use of a stolen refresh token. Returns everything that must stay secret. */
async function signInTraced(t: TestContext) {
  const receiver = await collector(t);
  const tenant = await tracedTenant(t, asking(receiver.endpoint));
  const trusting = fetchTrusting(tenant.ca);
  t.after(() => trusting.close());
  const headers = { "content-type": "application/x-www-form-urlencoded", "x-canary": CANARY, cookie: `a=${CANARY}` };
  const post = async (path: string, form: Record<string, string>, more: Record<string, string> = {}) => {
    const body = new URLSearchParams({ client_id: tenant.clientId, ...form }).toString();
    const url = `${tenant.authority}/oauth2/v2.0/${path}`;
    const answer = await trusting.fetch(url, { method: "POST", headers: { ...headers, ...more }, body });
    return (await answer.json()) as Record<string, string>;
  };
  const email = `${randomUUID()}@contoso.example`;
  const requestCode = (more: Record<string, string> = {}) =>
    post(`devicecode?${CANARY}`, { scope: "openid offline_access", device_name: CANARY }, more);
  const [waiting, code] = [await requestCode(), await requestCode()];
  const poll = ({ device_code }: Record<string, string>) =>
    post("token", { grant_type: URN, device_code: device_code! });
  assert.equal((await poll(waiting)).error, "authorization_pending");
  await tenant.order({ approve: { code: code.user_code!, as: email, name: CANARY } });
  const tokens = await poll(code);
  const renew = (refresh_token: string) => post("token", { grant_type: "refresh_token", refresh_token });
  const renewed = await renew(tokens.refresh_token!);
  const again = await renew(renewed.refresh_token!);
  // Its successor was used: this is a stolen token, and the owner gets a mail.
  assert.equal((await renew(tokens.refresh_token!)).error, "invalid_grant");
  await trusting.fetch(`${tenant.authority}/${CANARY}?access_token=${CANARY}`, { headers: { authorization: CANARY } });
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  await requestCode({ traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  await tenant.order({ close: true });

  const secrets = [code.device_code, code.user_code, email, CANARY, tenant.clientId, tenant.tenantId];
  for (const each of [tokens, renewed, again]) secrets.push(each.access_token, each.refresh_token, each.id_token);
  return { spans: receiver.spans(), received: receiver.received(), secrets, traceId };
}

const childrenOf = (spans: ReceivedSpan[], { spanId }: ReceivedSpan) =>
  spans.filter(({ parentSpanId }) => parentSpanId === spanId);

test("a sign-in is traced: requests with route and outcome, and what they did", async (t) => {
  const { spans, received, secrets, traceId } = await signInTraced(t);
  const requests = spans.filter(({ name }) => name === TOKEN);
  const outcomes = requests.map(({ attributes }) => attributes["doorcode.outcome"]);
  const expected = ["authorization_pending", "success", "success", "success", "invalid_grant"];
  assert.deepEqual(outcomes, expected);
  const [pending, redeemed] = requests as [ReceivedSpan, ReceivedSpan];
  assert.deepEqual(pending.attributes, {
    "http.request.method": "POST",
    "http.route": "/:tenant/oauth2/v2.0/token",
    "http.response.status_code": 400,
    "doorcode.outcome": "authorization_pending",
  });
  const polled = childrenOf(spans, pending).find(({ name }) => name === "grants.poll");
  assert.deepEqual(polled?.attributes, { "db.system.name": "sqlite", "db.operation.name": "grants.poll" });
  const done = childrenOf(spans, redeemed).map(({ name }) => name);
  for (const name of ["grants.poll", "sign token", "tokens.redeem"]) assert.ok(done.includes(name), name);

  const mail = spans.find(({ name }) => name === "send mail");
  assert.equal(mail?.attributes["doorcode.outcome"], "sent");
  assert.ok(!mail?.parentSpanId, "a mail belongs to no request, because the queue also sends those of others");

  const unknown = spans.find(({ name }) => name.startsWith("GET"));
  assert.equal(unknown?.name, "GET unknown");
  for (const secret of secrets) assert.ok(secret && !received.includes(secret), `${secret} is in a span`);
  assert.doesNotMatch(received, /127\.0\.0\.1|contoso\.example/);
  assert.doesNotMatch(received, new RegExp(traceId), "a client does not decide which trace its request belongs to");
});

test("a trusted proxy decides which trace a request belongs to, and whether it is recorded", async (t) => {
  const receiver = await collector(t);
  const options = { publicUrl: "https://login.contoso.example", trustedProxies: ["127.0.0.1"] };
  const tenant = await tracedTenant(t, asking(receiver.endpoint), { options });
  const ask = async (traceparent: string, forwarded: Record<string, string>) => {
    const headers = { host: "login.contoso.example", "x-forwarded-proto": "https", traceparent, ...forwarded };
    const path = `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`;
    assert.equal(
      (await send({ secure: false, address: "127.0.0.1", port: tenant.port }, { path, headers })).status,
      200,
    );
  };
  const from = { "x-forwarded-for": "203.0.113.9" };
  await ask("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", from);
  await ask("00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", from);
  await ask("00-2af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", {});
  await tenant.order({ close: true });
  const spans = receiver.spans().filter(({ name }) => name.startsWith("GET"));
  assert.deepEqual(
    spans.map(({ traceId, parentSpanId = "" }) => [traceId.slice(0, 4), parentSpanId]),
    [
      ["0af7", "b7ad6b7169203331"],
      [spans[1]?.traceId.slice(0, 4), ""],
    ],
  );
  assert.notEqual(spans[1]?.traceId.slice(0, 4), "2af7", "the proxy forwarded no address, so it forwards no trace");
});

test("without the SDK, the tenant starts, and says what to install", async (t) => {
  const hook = `import { registerHooks } from "node:module";
    registerHooks({ resolve(specifier, context, next) {
      if (specifier !== "@opentelemetry/sdk-node") return next(specifier, context);
      throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    } });`;
  const flags = ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
  const tenant = await tracedTenant(t, { OTEL_TRACES_EXPORTER: "otlp" }, { flags });
  assert.match(await tenant.log(), /"variable":"OTEL_TRACES_EXPORTER".*@opentelemetry\/sdk-node is not installed/);
});

test("without a registered SDK, nothing is traced", () => {
  assert.equal(createTracing(), undefined);
});
