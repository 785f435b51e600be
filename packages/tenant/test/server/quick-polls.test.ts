// Polls that are answered before the web framework, beside the same requests that it answers.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { hashSecret } from "../../src/kernel/seal.ts";
import { sampleAudit } from "../storage/samples.ts";
import { answersOn, ask, bytesOf, encoded, FORM, HOST, likeness, start, URN } from "./quick-server.ts";

describe("polls that are known to wait", () => {
  let place: Awaited<ReturnType<typeof start>>;
  before(async () => {
    place = await start();
  });
  after(() => place.close());

  const pollOf: typeof place.pollOf = (...values) => place.pollOf(...values);
  const knownCode = () => place.knownCode();
  const pathOf = (name?: string) => place.pathOf(name);

  for (const [name, request] of Object.entries({
    "of MSAL": (code: string) => pollOf(code),
    "of a standard client": (code: string) => pollOf(code, { grant_type: URN }),
    "with the ID of its request": (code: string) => ({
      ...pollOf(code),
      headers: { "client-request-id": "11111111-2222-4333-8444-555555555555" },
    }),
    "with a client ID in upper case": (code: string) =>
      pollOf(code, { client_id: place.client.clientId.toUpperCase() }),
    "with parameters that mean nothing here": (code: string) => pollOf(code, { client_info: "1", scope: "openid" }),
    "at the tenant's domain": (code: string) => ({ ...pollOf(code), path: pathOf("contoso.example") }),
    "at the common authority": (code: string) => ({ ...pollOf(code), path: pathOf("common") }),
    "with the host in upper case": (code: string) => ({ ...pollOf(code), headers: { host: HOST.toUpperCase() } }),
  })) {
    test(`${name} get the usual answer without the framework`, async () => {
      const [one, two] = [await knownCode(), await knownCode()];
      const before = place.passedOn();
      const answer = await ask(place.quickPort, request(one));
      assert.equal(place.passedOn(), before, "it was not passed on");
      assert.equal(JSON.parse(answer.body).error, "authorization_pending");
      assert.deepEqual(likeness(answer), likeness(await ask(place.usualPort, request(two))));
    });
  }

  test("too early get slow_down, if their client understands it", async () => {
    const [one, two] = [await knownCode(), await knownCode()];
    const early = async (port: number, code: string) => {
      await ask(port, pollOf(code, { grant_type: URN }));
      return likeness(await ask(port, pollOf(code, { grant_type: URN })));
    };
    const answer = await early(place.quickPort, one);
    assert.equal(JSON.parse(answer.body).error, "slow_down");
    assert.deepEqual(answer, await early(place.usualPort, two));
    assert.equal(JSON.parse((await ask(place.quickPort, pollOf(one))).body).error, "authorization_pending");
  });

  for (const [name, request] of Object.entries({
    "another client's code": (code: string) => pollOf(code, { client_id: place.other.clientId }),
    "a confidential client without its secret": (code: string) => pollOf(code, { client_id: place.closed.clientId }),
    "a secret": (code: string) => pollOf(code, { client_secret: "wrong" }),
    "HTTP Basic": (code: string) => ({ ...pollOf(code), headers: { authorization: "Basic eDp5" } }),
    "an assertion": (code: string) => pollOf(code, { client_assertion: "a.b.c" }),
    "an unknown code": () => pollOf("unknown"),
    "no code": () => ({ path: pathOf(), body: encoded({ grant_type: URN, client_id: place.client.clientId }) }),
    "no client ID": (code: string) => ({ path: pathOf(), body: encoded({ grant_type: URN, device_code: code }) }),
    "a parameter given twice": (code: string) => ({ ...pollOf(code), body: `${pollOf(code).body}&scope=a&scope=b` }),
    "a code given twice": (code: string) => ({ ...pollOf(code), body: `${pollOf(code).body}&device_code=x` }),
    "more parameters than any request has": (code: string) => ({
      ...pollOf(code),
      body: `${pollOf(code).body}&${Array.from({ length: 100 }, (_, index) => `p${index}=1`).join("&")}`,
    }),
    "another grant": (code: string) => pollOf(code, { grant_type: "authorization_code" }),
    "an empty body": () => ({ path: pathOf(), body: "" }),
    "a body that is too large": (code: string) => pollOf(code, { scope: "x".repeat(20_000) }),
    "a long body": (code: string) => pollOf(code, { scope: "x".repeat(3_000) }),
    JSON: (code: string) => ({ ...pollOf(code), headers: { "content-type": "application/json" } }),
    "a charset": (code: string) => ({ ...pollOf(code), headers: { "content-type": `${FORM}; charset=utf-8` } }),
    "another host": (code: string) => ({ ...pollOf(code), headers: { host: "attacker.example" } }),
    "no host": (code: string) => ({ ...pollOf(code), headers: { host: "" } }),
    "another tenant": (code: string) => ({ ...pollOf(code), path: pathOf("fabrikam.example") }),
    "a query": (code: string) => ({ ...pollOf(code), path: `${pathOf()}?device_code=${code}` }),
    "another method": (code: string) => ({ ...pollOf(code), method: "PUT" }),
    "a preference": (code: string) => ({ ...pollOf(code), headers: { prefer: "wait=0" } }),
    "an encoding of the body": (code: string) => ({ ...pollOf(code), headers: { "content-encoding": "gzip" } }),
  })) {
    test(`${name}: answered as usual`, async () => {
      const [one, two] = [await knownCode(), await knownCode()];
      const before = place.passedOn();
      const answer = likeness(await ask(place.quickPort, request(one)));
      if (answer.status !== 0 && !name.includes("encoding")) assert.equal(place.passedOn(), before + 1, "passed on");
      assert.deepEqual(answer, likeness(await ask(place.usualPort, request(two))));
    });
  }

  test("are read from the store again once they are decided or have expired", async () => {
    const code = await knownCode();
    const grant = await place.ctx.store.grants.findByDeviceCodeHash(hashSecret(code));
    await place.ctx.store.grants.deny(grant!.id, {
      sessionId: null,
      reason: "operator",
      now: place.clock.now(),
      audit: sampleAudit("denied"),
    });
    const answer = await ask(place.quickPort, pollOf(code));
    assert.equal(JSON.parse(answer.body).error, "authorization_declined");

    const late = await knownCode();
    place.clock.advance(900_000);
    assert.equal(JSON.parse((await ask(place.quickPort, pollOf(late))).body).error, "expired_token");
  });

  test("in pieces, one after the other and at once on one connection are all answered, in order", async () => {
    const [known, fresh] = [await knownCode(), await place.newCode()];
    const socket = connect(place.quickPort, "127.0.0.1");
    const next = answersOn(socket);
    const errors: string[] = [];
    const answered = async () => errors.push(JSON.parse((await next()).body).error);
    const secret = { ...pollOf(known, { client_secret: "wrong" }) };
    for (const request of [pollOf(known), secret, pollOf(known), pollOf(fresh), pollOf(known)]) {
      socket.write(bytesOf(request));
      await answered();
    }
    for (const byte of bytesOf(pollOf(known))) {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    await answered();
    socket.write([secret, pollOf(known), pollOf(known), secret].map(bytesOf).join(""));
    for (let count = 0; count < 4; count++) await answered();
    socket.destroy();
    const [pending, wrong] = ["authorization_pending", "invalid_client"];
    assert.deepEqual(errors, [pending, wrong, pending, pending, pending, pending, wrong, pending, pending, wrong]);
  });

  test("whose body never ends leave nothing behind", async () => {
    const code = await knownCode();
    for (const sent of [0, 1, 40]) {
      const socket = connect(place.quickPort, "127.0.0.1");
      const bytes = bytesOf(pollOf(code));
      socket.write(bytes.slice(0, bytes.indexOf("\r\n\r\n") + 4 + sent));
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.destroy();
    }
    assert.equal((await ask(place.quickPort, pollOf(code))).status, 400);
  });

  test("are counted and logged like any other request, without their code", async () => {
    const code = await knownCode();
    place.observed.length = 0;
    place.lines.length = 0;
    const { body } = await ask(place.quickPort, pollOf(code));
    while (place.lines.length === 0) await new Promise(setImmediate);
    assert.deepEqual(place.observed, ["POST /:tenant/oauth2/v2.0/token 400 authorization_pending"]);
    const { reqId, method, route, status } = place.lines[0]!;
    assert.deepEqual([method, route, status], ["POST", "/:tenant/oauth2/v2.0/token", 400]);
    assert.equal(reqId, JSON.parse(body).trace_id);
    assert.equal(JSON.stringify(place.lines).includes(code), false);
  });
});

describe("polls that are known to wait, behind a proxy", () => {
  test("are answered only if a trusted proxy says that it got them over TLS", async (t) => {
    const more = { requireForwardedTls: true, trustedProxies: ["127.0.0.1"], embedded: false };
    const trusting = await start(more);
    const strict = await start({ ...more, trustedProxies: ["192.0.2.1"] });
    t.after(() => Promise.all([trusting.close(), strict.close()]));
    for (const [place, proto, status] of [
      [trusting, "https", 400],
      [trusting, "http", 421],
      [trusting, "https, http", 421],
      [trusting, undefined, 421],
      [strict, "https", 421],
    ] as const) {
      const code = await place.newCode();
      const poll = (port: number, as: string | undefined) =>
        ask(port, {
          path: `/${place.config.tenantId}/oauth2/v2.0/token`,
          headers: { "x-forwarded-proto": as, "x-forwarded-for": "203.0.113.9" },
          body: encoded({ grant_type: "device_code", client_id: place.client.clientId, device_code: code }),
        });
      await poll(place.usualPort, "https");
      const before = place.passedOn();
      assert.equal((await poll(place.quickPort, proto)).status, status, String(proto));
      assert.equal(place.passedOn() - before, status === 400 ? 0 : 1);
    }
  });

  test("of a network that was refused too often are refused, too, and those of others are not", async (t) => {
    const more = { requireForwardedTls: true, trustedProxies: ["127.0.0.1"], embedded: false };
    const place = await start(more, { refusedTokenRequestsByNetwork: 4 });
    t.after(() => place.close());
    const code = await place.newCode();
    const poll = (from: string, form: Record<string, string> = {}) =>
      ask(place.quickPort, {
        path: `/${place.config.tenantId}/oauth2/v2.0/token`,
        headers: { "x-forwarded-proto": "https", "x-forwarded-for": from },
        body: encoded({ grant_type: "device_code", client_id: place.client.clientId, device_code: code, ...form }),
      });
    await poll("203.0.113.9");
    for (let count = 0; count < 2; count++) await poll("203.0.113.9", { device_code: "unknown" });
    assert.equal((await poll("203.0.113.9")).status, 429);
    assert.equal((await poll("203.0.113.10")).status, 400);
  });
});
