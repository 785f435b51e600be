// Polls that are answered before the web framework, beside the same requests that it answers.

import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { pino } from "pino";
import { addApp } from "../../../../tests/fixtures/registrations.ts";
import { hashSecret } from "../../src/kernel/seal.ts";
import { registerEndpoints } from "../../src/oauth/register.ts";
import { RefusedRequests } from "../../src/oauth/request-limits.ts";
import { quickPolls } from "../../src/server/quick-polls.ts";
import { answerUnknownPaths, createWebApp, type WebAppOptions } from "../../src/server/web-app.ts";
import { quickContext } from "../fixtures/quick-context.ts";
import { sampleAudit, sampleGrant, scopesAt } from "../storage/samples.ts";

const URN = "urn:ietf:params:oauth:grant-type:device_code";
const FORM = "application/x-www-form-urlencoded";
const HOST = "login.example";

interface Request {
  method?: string;
  path?: string;
  headers?: Record<string, string | undefined>;
  body?: string;
}

/** Two servers on one store: `quick` is the one under test, `usual` has the framework alone. */
async function start(more: Partial<WebAppOptions> & { embedded?: boolean } = {}, limits = {}) {
  const quick = await quickContext();
  const { config } = quick.ctx;
  const observed: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "info", base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  const ownConfig = { ...config, ...more, limits: { ...config.limits, ...limits } };
  const refusedRequests = new RefusedRequests(ownConfig, quick.clock);
  const ctx = { ...quick.ctx, log, config: ownConfig, refusedRequests };
  const options: WebAppOptions = {
    log,
    metrics: {
      observe: (...[method, route, status, outcome]) => observed.push(`${method} ${route} ${status} ${outcome}`),
    },
    tracing: undefined,
    hosts: [HOST],
    trustedProxies: [],
    requireForwardedTls: false,
    strictTransport: true,
    ...more,
  };
  const app = createWebApp(options);
  answerUnknownPaths(app);
  registerEndpoints(app, ctx);
  await app.ready();
  let passedOn = 0;
  const usual: RequestListener = (request, response) => {
    passedOn++;
    app.routing(request, response);
  };
  const servers = [createServer(quickPolls(ctx, options, usual)), createServer(usual)];
  const [quickPort, usualPort] = await Promise.all(servers.map(listening));
  const client = await addApp(ctx, "Television");
  const other = await addApp(ctx, "Another");
  const closed = await addApp(ctx, "Confidential", "secret");
  let codes = 0;
  const newCode = async (clientId = client.clientId) => {
    const code = `code-${++codes}`;
    const { now } = ctx.clock;
    const times = { createdAt: now(), expiresAt: now() + 900_000 };
    const grant = sampleGrant(clientId, scopesAt("none", []), { ...times, deviceCodeHash: hashSecret(code) });
    assert.deepEqual(await ctx.store.grants.insert(grant), { outcome: "inserted" });
    return code;
  };
  return {
    ...{ ctx, clock: quick.clock, client, other, closed, newCode, observed, lines, config: ctx.config },
    quickPort: quickPort!,
    usualPort: usualPort!,
    passedOn: () => passedOn,
    async close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await app.close();
      await ctx.store.close();
    },
  };
}

const listening = (server: Server) =>
  new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );

/** The bytes of a request, as a client would send them. */
function bytesOf({ method = "POST", path = "/", headers = {}, body = "" }: Request): string {
  const all = { host: HOST, "content-type": FORM, "content-length": String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Answers on one connection, in order. */
function answersOn(socket: Socket): () => Promise<Answer> {
  let read = "";
  let ended = false;
  let wake = () => {};
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    read += chunk;
    wake();
  });
  socket.on("close", () => {
    ended = true;
    wake();
  });
  socket.on("error", () => undefined);
  return async () => {
    for (;;) {
      const end = read.indexOf("\r\n\r\n");
      if (end >= 0) {
        const [first = "", ...lines] = read.slice(0, end).split("\r\n");
        const headers = Object.fromEntries(
          lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
        );
        const length = Number(headers["content-length"] ?? 0);
        if (read.length >= end + 4 + length) {
          const body = read.slice(end + 4, end + 4 + length);
          read = read.slice(end + 4 + length);
          return { status: Number(first.split(" ")[1]), headers, body };
        }
      }
      if (ended) return { status: 0, headers: {}, body: "" };
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
}

async function ask(port: number, request: Request): Promise<Answer> {
  const socket = connect(port, "127.0.0.1");
  const next = answersOn(socket);
  socket.write(bytesOf({ ...request, headers: { connection: "close", ...request.headers } }));
  const answer = await next();
  socket.destroy();
  return answer;
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Without what differs between any two answers. */
const likeness = ({ status, headers, body }: Answer) => ({
  status,
  headers: { ...headers, date: "", "client-request-id": headers["client-request-id"]?.replace(ID, "ID") },
  body: body.replace(ID, "ID"),
});

const encoded = (form: Record<string, string>) => new URLSearchParams(form).toString();

describe("polls that are known to wait", () => {
  let place: Awaited<ReturnType<typeof start>>;
  before(async () => {
    place = await start();
  });
  after(() => place.close());

  const pathOf = (name = place.config.tenantId) => `/${name}/oauth2/v2.0/token`;
  const pollOf = (code: string, more: Record<string, string> = {}): Request => ({
    path: pathOf(),
    body: encoded({ grant_type: "device_code", client_id: place.client.clientId, device_code: code, ...more }),
  });
  /** A code that was polled once, so that it is known. */
  const knownCode = async () => {
    const code = await place.newCode();
    await ask(place.usualPort, pollOf(code));
    place.clock.advance(5_000);
    return code;
  };

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

  const waiting = (code: string, more: Record<string, string> = {}): Request => ({
    ...pollOf(code, more),
    headers: { prefer: "wait=5" },
  });
  const held = async (count: number) => {
    while (place.ctx.heldPolls.size !== count) await new Promise(setImmediate);
  };

  for (const [name, grant_type] of [
    ["MSAL", "device_code"],
    ["a standard client", URN],
  ] as const) {
    test(`and ask to be held, of ${name}, wait without the framework and get the usual answer`, async () => {
      const codes = [await place.newCode(), await place.newCode()];
      const before = place.passedOn();
      const ports = [place.quickPort, place.usualPort];
      const asked = ports.map((port, index) => ask(port, waiting(codes[index]!, { grant_type })));
      await held(2);
      assert.equal(place.passedOn(), before + 1, "one was not passed on");
      place.clock.advance(5_000);
      const [quick, usual] = await Promise.all(asked);
      assert.equal(quick?.headers["preference-applied"], "wait=5");
      assert.deepEqual(likeness(quick!), likeness(usual!));
      assert.equal(place.ctx.heldPolls.size, 0);
    });
  }

  test("and ask to be held are passed on once they are decided, and keep their place on the connection", async () => {
    const [code, known] = [await place.newCode(), await knownCode()];
    const socket = connect(place.quickPort, "127.0.0.1");
    const next = answersOn(socket);
    const before = place.passedOn();
    socket.write([waiting(code), pollOf(known)].map(bytesOf).join(""));
    await held(1);
    const grant = await place.ctx.store.grants.findByDeviceCodeHash(hashSecret(code));
    const audit = sampleAudit("denied");
    await place.ctx.store.grants.deny(grant!.id, {
      ...{ sessionId: null, reason: "operator" as const, now: place.clock.now(), audit },
    });
    const [declined, pending] = [await next(), await next()];
    socket.destroy();
    assert.equal(JSON.parse(declined.body).error, "authorization_declined");
    assert.deepEqual([declined.headers["preference-applied"], declined.headers.vary], ["wait=5", "Prefer"]);
    assert.equal(JSON.parse(pending.body).error, "authorization_pending");
    assert.equal(place.passedOn(), before + 1);
  });

  test("and ask to be held too early are answered at once, as usual", async () => {
    const [one, two] = [await knownCode(), await knownCode()];
    const early = async (port: number, code: string) => {
      await ask(port, pollOf(code, { grant_type: URN }));
      return ask(port, waiting(code, { grant_type: URN }));
    };
    const [quick, usual] = [await early(place.quickPort, one), await early(place.usualPort, two)];
    assert.deepEqual([JSON.parse(quick.body).error, quick.headers["preference-applied"]], ["slow_down", undefined]);
    assert.deepEqual(likeness(quick), likeness(usual));
  });

  test("and ask to be held get the usual error if the store fails while they wait", async (t) => {
    const code = await place.newCode();
    const { grants } = place.ctx.store;
    const asked = ask(place.quickPort, waiting(code));
    await held(1);
    const failing = t.mock.method(grants, "poll", async () => {
      throw new Error("the disk is gone");
    });
    place.clock.advance(5_000);
    assert.equal((await asked).status, 500);
    failing.mock.restore();
    assert.equal(place.ctx.heldPolls.size, 0);
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
