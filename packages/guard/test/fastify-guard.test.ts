import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Fastify, { type FastifyInstance } from "fastify";
import { fastifyGuard } from "../src/fastify-guard.ts";
import { createGuard, type Guard } from "../src/index.ts";
import { type LocalIssuer, localIssuer, serviceUnavailable } from "./fixtures/local-issuer.ts";

let at: LocalIssuer;
let guard: Guard;
let app: FastifyInstance;
before(async () => {
  at = await localIssuer();
  guard = createGuard({ ...at.trust, profile: "entra" });
  app = Fastify();
  await app.register(async (api) => {
    await api.register(fastifyGuard, { guard });
    api.get("/mine", { config: { guard: { scopes: ["ToDoList.Read"] } } }, async ({ accessToken }) => accessToken.oid);
    api.post("/any", { config: { guard: {} } }, async ({ accessToken }) => accessToken.azp);
    api.get("/open", { config: { guard: false } }, async (request) => {
      assert.throws(() => request.accessToken, /No guard/);
      return "open";
    });
  });
  app.get("/outside", async () => "outside");
});
after(async () => {
  await app.close();
  await at[Symbol.asyncDispose]();
});

const bearer = async (claims = {}) => ({ authorization: `Bearer ${await at.sign(at.entraClaims(claims))}` });

describe("the Fastify plugin", () => {
  test("passes the handler the verified token of its own request", async () => {
    const sent = await Promise.all(
      ["a", "b", "c"].map(async (oid) => app.inject({ url: "/mine", headers: await bearer({ oid }) })),
    );
    assert.deepEqual(
      sent.map((answer) => [answer.statusCode, answer.body]),
      [
        [200, "a"],
        [200, "b"],
        [200, "c"],
      ],
    );
  });

  test("answers 401 and 403 with the challenge", async () => {
    const none = await app.inject({ url: "/mine" });
    assert.deepEqual([none.statusCode, none.headers["www-authenticate"]], [401, "Bearer"]);
    assert.equal(none.headers["cache-control"], "no-store");
    assert.deepEqual(Object.keys(none.json()), ["error", "message", "hint"]);
    const scope = await app.inject({ url: "/mine", headers: await bearer({ scp: "Other" }) });
    assert.deepEqual([scope.statusCode, scope.json().error], [403, "insufficient_scope"]);
    assert.equal(
      (await app.inject({ url: "/any", method: "POST", headers: await bearer({ scp: "Other" }) })).statusCode,
      200,
    );
  });

  test("rejects before the body is read", async () => {
    const headers = { "content-type": "application/json" };
    assert.equal((await app.inject({ url: "/any", method: "POST", headers, payload: "{" })).statusCode, 401);
  });

  test("guards the HEAD of a GET route too", async () => {
    assert.equal((await app.inject({ url: "/mine", method: "HEAD" })).statusCode, 401);
  });

  test("ignores routes outside its context, open routes and unknown URLs", async () => {
    assert.equal((await app.inject({ url: "/outside" })).body, "outside");
    assert.equal((await app.inject({ url: "/open" })).body, "open");
    assert.equal((await app.inject({ url: "/nothing" })).statusCode, 404);
  });

  test("answers 503 without a challenge while the keys cannot be read, and logs why, but does not log a rejected token", async () => {
    const lines: string[] = [];
    await using down = await localIssuer();
    down.breakWith(serviceUnavailable);
    const logged = Fastify({ logger: { level: "warn", stream: { write: (line: string) => lines.push(line) } } });
    await logged.register(fastifyGuard, { guard: createGuard({ ...down.trust, profile: "entra" }) });
    logged.get("/mine", { config: { guard: {} } }, async () => "mine");
    assert.equal((await logged.inject({ url: "/mine" })).statusCode, 401);
    assert.deepEqual(lines, []);
    const authorization = `Bearer ${await down.sign(down.entraClaims())}`;
    const answer = await logged.inject({ url: "/mine", headers: { authorization } });
    assert.deepEqual([answer.statusCode, answer.headers["www-authenticate"]], [503, undefined]);
    assert.equal(lines.length, 1);
    assert.match(JSON.parse(lines[0]!).err.message, /answered 503/);
    await logged.close();
  });

  test("leaves other errors to Fastify", async () => {
    const broken = Fastify();
    const verifyRequest = () => Promise.reject(new RangeError("a fault of the program"));
    await broken.register(fastifyGuard, { guard: { ...guard, verifyRequest } });
    broken.get("/mine", { config: { guard: {} } }, async () => "mine");
    const answer = await broken.inject({ url: "/mine" });
    assert.deepEqual([answer.statusCode, answer.json().message], [500, "a fault of the program"]);
    await broken.close();
  });

  test("declares its name and the major version of Fastify that it supports", async () => {
    const fresh = Fastify();
    await fresh.register(fastifyGuard, { guard });
    assert.ok(fresh.hasPlugin("@doorcode/guard"));
    await fresh.close();
    const meta = Reflect.get(fastifyGuard, Symbol.for("plugin-meta"));
    assert.deepEqual(meta, { name: "@doorcode/guard", fastify: "5.x" });
  });

  test("still answers 404 for an unknown URL when it guards the whole app", async () => {
    const whole = Fastify();
    await whole.register(fastifyGuard, { guard });
    whole.get("/mine", { config: { guard: {} } }, async () => "mine");
    assert.equal((await whole.inject({ url: "/nothing" })).statusCode, 404);
    assert.equal((await whole.inject({ url: "/mine" })).statusCode, 401);
    await whole.close();
  });

  test("refuses a route without requirements, or with an empty list of them", async () => {
    const fresh = Fastify();
    await fresh.register(fastifyGuard, { guard });
    assert.throws(() => fresh.get("/forgotten", async () => ""), /GET \/forgotten has no requirements/);
    const config = { guard: { scopes: [] } };
    assert.throws(() => fresh.get("/empty", { config }, async () => ""), /one or more names/);
    await fresh.close();
  });
});
