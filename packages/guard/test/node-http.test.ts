import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders, IncomingMessage, request, ServerResponse } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { createGuard, type Guard } from "../src/index.ts";
import { type LocalIssuer, localIssuer, serviceUnavailable } from "./fixtures/local-issuer.ts";

let at: LocalIssuer;
let guard: Guard;
let port: number;
const server = createServer();
let handled = 0;
before(async () => {
  at = await localIssuer();
  guard = createGuard({ ...at.trust, profile: "entra" });
  server.on("request", async (incoming, response) => {
    const token = await guard.authenticate(incoming, response, { scopes: ["ToDoList.Read"] });
    if (!token) return;
    handled += 1;
    response.end(JSON.stringify({ oid: token.oid }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
after(async () => {
  server.close();
  await at[Symbol.asyncDispose]();
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  challenge: string | undefined;
  body: string;
}

/** Uses node:http, because fetch joins headers with the same name. */
function send(authorization?: string | string[], { method = "GET", path = "/", body = "" } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, method, path, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const { headers, statusCode: status = 0 } = response;
      const challenge = headers["www-authenticate"];
      resolve({ status, headers, challenge, body: Buffer.concat(chunks).toString() });
    });
    outgoing.once("error", reject);
    if (authorization !== undefined) outgoing.setHeader("authorization", authorization);
    outgoing.end(body);
  });
}

describe("guard.authenticate on node:http", () => {
  test("passes a valid token to the handler", async () => {
    const answer = await send(`Bearer ${await at.sign(at.entraClaims())}`);
    assert.deepEqual([answer.status, JSON.parse(answer.body)], [200, { oid: at.entraClaims().oid }]);
  });

  test("answers 401, 400 and 403 itself, without calling the handler", async () => {
    const jwt = await at.sign(at.entraClaims());
    const before = handled;
    const none = await send();
    assert.deepEqual([none.status, none.challenge], [401, "Bearer"]);
    assert.deepEqual([none.headers["content-type"], none.headers["cache-control"]], ["application/json", "no-store"]);
    assert.deepEqual(Object.keys(JSON.parse(none.body)), ["error", "message", "hint"]);
    const twice = await send([`Bearer ${jwt}`, `Bearer ${jwt}`]);
    assert.deepEqual([twice.status, JSON.parse(twice.body).error], [400, "authorization_malformed"]);
    const expired = await send(`Bearer ${await at.sign(at.entraClaims({ exp: 1 }))}`);
    assert.deepEqual([expired.status, JSON.parse(expired.body).error], [401, "token_expired"]);
    const scope = await send(`Bearer ${await at.sign(at.entraClaims({ scp: "Other" }))}`);
    assert.equal(scope.status, 403);
    assert.match(scope.challenge!, /error="insufficient_scope".*scope="ToDoList\.Read"$/);
    assert.equal(handled, before);
  });

  test("ignores tokens in the query, in a form or in a cookie", async () => {
    const jwt = await at.sign(at.entraClaims());
    const inQuery = await send(undefined, { path: `/?access_token=${jwt}` });
    const inForm = await send(undefined, { method: "POST", body: `access_token=${jwt}` });
    assert.deepEqual([inQuery.status, inQuery.challenge], [401, "Bearer"]);
    assert.deepEqual([inForm.status, inForm.challenge], [401, "Bearer"]);
  });

  test("throws a program's error to the program, without a response", async () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const mistaken = guard.authenticate(response.req, response, { scopes: [] });
    await assert.rejects(mistaken, TypeError);
    assert.equal(response.headersSent, false);
  });

  test("answers HEAD without a body", async () => {
    const answer = await send(undefined, { method: "HEAD" });
    assert.deepEqual([answer.status, answer.challenge, answer.body], [401, "Bearer", ""]);
  });

  test("answers 503 without a challenge while the keys cannot be read", async () => {
    at.clock.advance(2 * 24 * 3_600_000);
    at.breakWith(serviceUnavailable);
    const answer = await send(`Bearer ${await at.sign(at.entraClaims())}`);
    assert.deepEqual([answer.status, answer.challenge], [503, undefined]);
    at.breakWith(undefined);
  });
});
