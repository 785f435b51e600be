import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { type RunningTodoList, startTodoListApi } from "../src/start.ts";
import type { Todo } from "../src/todo-store.ts";

const tenantId = randomUUID();
const audience = randomUUID();
const keyPair = await generateKeyPair("RS256");
const now = Math.floor(Date.UTC(2026, 0, 15) / 1000);
const clock = { now: () => now * 1000 };

const issuerServer = createServer(async (request, response) => {
  if (request.url === `/${tenantId}/v2.0/.well-known/openid-configuration`) {
    response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
  } else {
    response.end(JSON.stringify({ keys: [{ ...(await exportJWK(keyPair.publicKey)), kid: "k", use: "sig" }] }));
  }
});
await new Promise<void>((resolve) => issuerServer.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}/${tenantId}/v2.0`;

function sign(claims: JWTPayload): Promise<string> {
  const all = {
    iss: issuer,
    aud: audience,
    tid: tenantId,
    ver: "2.0",
    azp: randomUUID(),
    sub: randomUUID(),
    ...claims,
  };
  return new SignJWT({ iat: now, nbf: now, exp: now + 3600, ...all })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "k" })
    .sign(keyPair.privateKey);
}
const person = (scp: string, oid: string = randomUUID()) => sign({ oid, scp, preferred_username: "a@example.com" });
const daemon = (...roles: string[]) => sign({ oid: randomUUID(), idtyp: "app", roles });

let api: RunningTodoList;
before(async () => {
  api = await startTodoListApi({ issuer, audience, tenantId, clock });
});
after(async () => {
  await api.close();
  issuerServer.close();
});

interface Sent {
  method?: string;
  token?: string;
  body?: unknown;
  raw?: string;
  contentType?: string;
}
async function send(path: string, { method, token, body, raw, contentType }: Sent = {}, url = api.url) {
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const headers: Record<string, string> = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (content !== undefined) headers["content-type"] = contentType ?? "application/json";
  const response = await fetch(`${url}/api/todolist${path}`, {
    method: method ?? (content === undefined ? "GET" : "POST"),
    headers,
    ...(content !== undefined && { body: content }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === "" ? undefined : JSON.parse(text) };
}

describe("a person's to-dos", () => {
  test("are added, listed in order, read, changed and removed", async () => {
    const oid = randomUUID();
    const token = await person("ToDoList.ReadWrite", oid);
    const first = await send("", { token, body: { description: "Water the plants" } });
    assert.equal(first.status, 201);
    assert.equal(first.json.owner, oid);
    assert.equal(first.headers.get("location"), `/api/todolist/${first.json.id}`);
    const second = await send("", { token, body: { description: "Öl 🛢 kaufen" } });
    assert.deepEqual((await send("", { token })).json, [first.json, second.json]);
    assert.deepEqual((await send(`/${second.json.id}`, { token })).json, second.json);

    const changed = { ...first.json, description: "Water the garden" };
    const put = await send(`/${first.json.id}`, { token, method: "PUT", body: changed });
    assert.deepEqual([put.status, put.json], [200, changed]);
    assert.equal((await send(`/${first.json.id}`, { token, method: "DELETE" })).status, 204);
    assert.equal((await send(`/${first.json.id}`, { token, method: "DELETE" })).status, 404);
    assert.deepEqual((await send("", { token })).json, [second.json]);
  });

  test("belong to the object ID: the same email address with another oid sees none of them", async () => {
    const mine = await person("ToDoList.ReadWrite");
    const { json: todo } = await send("", { token: mine, body: { description: "Mine" } });
    const other = await person("ToDoList.ReadWrite");
    assert.deepEqual((await send("", { token: other })).json, []);
    const missing = await send(`/${randomUUID()}`, { token: other });
    for (const sent of [{}, { method: "PUT", body: { description: "Yours" } }, { method: "DELETE" }]) {
      const answer = await send(`/${todo.id}`, { token: other, ...sent });
      assert.deepEqual([answer.status, answer.json], [404, missing.json]);
    }
    assert.deepEqual((await send("", { token: mine })).json, [todo]);
  });

  test("cannot be given to another user, nor read from another user", async () => {
    const token = await person("ToDoList.ReadWrite");
    const other = randomUUID();
    assert.equal((await send("", { token, body: { description: "x", owner: other } })).status, 403);
    assert.equal((await send(`?owner=${other}`, { token })).status, 403);
    const { json: todo } = await send("", { token, body: { description: "x" } });
    const put = await send(`/${todo.id}`, { token, method: "PUT", body: { ...todo, owner: other } });
    assert.equal(put.status, 400);
    assert.deepEqual((await send(`/${todo.id}`, { token })).json, todo);
  });

  test("survive a restart of the API", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "todolist-"));
    t.after(() => rm(folder, { recursive: true }));
    const options = { issuer, audience, tenantId, clock, store: join(folder, "todo.sqlite") };
    const token = await person("ToDoList.ReadWrite");
    const one = await startTodoListApi(options);
    const { json: todo } = await send("", { token, body: { description: "Stay" } }, one.url);
    await one.close();
    const two = await startTodoListApi(options);
    t.after(() => two.close());
    assert.deepEqual((await send("", { token }, two.url)).json, [todo]);
  });
});

describe("permissions", () => {
  test("reading requires Read or ReadWrite, writing requires ReadWrite", async () => {
    const reader = await person("ToDoList.Read");
    assert.equal((await send("", { token: reader })).status, 200);
    for (const [path, sent] of [
      ["", { body: { description: "x" } }],
      [`/${randomUUID()}`, { method: "PUT", body: { description: "x" } }],
      [`/${randomUUID()}`, { method: "DELETE" }],
    ] as const) {
      const answer = await send(path, { token: reader, ...sent });
      assert.equal(answer.status, 403);
      assert.match(answer.headers.get("www-authenticate") ?? "", /insufficient_scope.*scope="ToDoList\.ReadWrite"/);
    }
    assert.equal((await send("", { token: await person("User.Read") })).status, 403);
  });

  test("a missing or broken token gets 401, before the body is read", async () => {
    const none = await send("", { raw: "{" });
    assert.deepEqual([none.status, none.headers.get("www-authenticate")], [401, "Bearer"]);
    const broken = await send("", { token: "a.b.c", raw: "{" });
    assert.equal(broken.status, 401);
    assert.match(broken.headers.get("www-authenticate") ?? "", /^Bearer error="invalid_token"/);
  });

  test("an app without a user sees all to-dos, or those of the owner that it names", async () => {
    const oid = randomUUID();
    const token = await daemon("ToDoList.ReadWrite.All");
    const added = await send("", { token, body: { description: "From the daemon", owner: oid } });
    assert.equal(added.status, 201);
    assert.deepEqual((await send(`?owner=${oid}`, { token })).json, [added.json]);
    const reader = await daemon("ToDoList.Read.All");
    const all: Todo[] = (await send("", { token: reader })).json;
    assert.ok(all.some((todo) => todo.id === added.json.id));
    assert.equal((await send("", { token, body: { description: "Whose?" } })).status, 400);
    assert.equal((await send("", { token: reader, body: { description: "x", owner: oid } })).status, 403);
    assert.deepEqual((await send("", { token: await person("ToDoList.Read", oid) })).json, [added.json]);
  });

  test("an app role in a person's token grants that person nothing", async () => {
    const token = await sign({ oid: randomUUID(), scp: "User.Read", roles: ["ToDoList.ReadWrite.All"] });
    assert.equal((await send("", { token })).status, 403);
  });
});

describe("bad input gets a 4xx that says why, and changes nothing", () => {
  const cases: [string, Sent & { path?: string }, number][] = [
    ["no body", { method: "POST" }, 400],
    ["no description", { body: {} }, 400],
    ["an empty description", { body: { description: "" } }, 400],
    ["only spaces", { body: { description: " \n\t" } }, 400],
    ["a description of 1,001 characters", { body: { description: "x".repeat(1_001) } }, 400],
    ["a number as description", { body: { description: 1 } }, 400],
    ["null as description", { body: { description: null } }, 400],
    ["U+0000 in the description", { body: { description: "a\u0000b" } }, 400],
    ["half a surrogate pair", { raw: '{"description":"a\\ud800"}' }, 400],
    ["an unknown field", { body: { description: "x", done: true } }, 400],
    ["an id on a new to-do", { body: { description: "x", id: randomUUID() } }, 400],
    ["an array", { body: [] }, 400],
    ["broken JSON", { raw: '{"description":' }, 400],
    ["a prototype", { raw: '{"description":"x","__proto__":{"owner":"y"}}' }, 400],
    ["a body of 20 KB", { body: { description: "x".repeat(20_000) } }, 413],
    ["a form", { raw: "description=x", contentType: "application/x-www-form-urlencoded" }, 415],
    ["plain text", { raw: "x", contentType: "text/plain" }, 415],
    ["an invalid id", { path: "/1", method: "GET" }, 400],
    ["an id with SQL", { path: "/'%20OR%201=1--", method: "DELETE" }, 400],
    ["an unknown query field", { path: "?page=1", method: "GET" }, 400],
    ["an owner given twice", { path: "?owner=a&owner=b", method: "GET" }, 400],
    ["an unknown address", { path: "/a/b", method: "GET" }, 404],
    ["an unknown method", { method: "PATCH", body: {} }, 404],
  ];
  for (const [name, { path = "", ...sent }, status] of cases) {
    test(name, async () => {
      const token = await person("ToDoList.ReadWrite");
      const answer = await send(path, { token, ...sent });
      assert.equal(answer.status, status);
      assert.deepEqual(Object.keys(answer.json), ["error", "message"]);
      assert.doesNotMatch(JSON.stringify(answer.json), /\.ts|node_modules/);
      assert.deepEqual((await send("", { token })).json, []);
    });
  }

  test("1,000 characters are accepted, and are counted as a person counts them", async () => {
    const token = await person("ToDoList.ReadWrite");
    const description = "🌱".repeat(1_000);
    assert.equal((await send("", { token, body: { description } })).json.description, description);
  });
});
