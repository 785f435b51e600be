import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { describe, type TestContext, test } from "node:test";
import type { TokenRequest } from "../../src/client.ts";
import { DoorcodeError } from "../../src/errors.ts";
import { guardedFetch } from "../../src/fetch/guarded-fetch.ts";
import { nodeFetch } from "../../src/fetch/node-fetch.ts";
import { connections } from "../../src/transport/connections.ts";

const scopes = ["api://todo/Read", "api://todo/Write"];

interface Seen {
  url: string;
  method: string;
  authorization: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An API on loopback with prepared answers, and a sign-in whose tokens are numbered. */
async function apiAnswering(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { url = "", method = "", headers } = request;
    seen.push({ url, method, authorization: headers.authorization, headers, body });
    answer(request, response, body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked: TokenRequest[] = [];
  const granted = ["api://todo/Read"];
  const context = {
    apis: [{ origin, scopes }],
    fetch: nodeFetch(connections(undefined)),
    async getToken(request: TokenRequest) {
      asked.push(request);
      return { token: `token-${asked.length}`, scopes: granted, expiresAt: 0 };
    },
  };
  return { origin, context, seen, asked };
}

const withChallenge = (response: ServerResponse, status: number, challenge: string) =>
  response.writeHead(status, { "www-authenticate": challenge }).end();

describe("a fetch with a token", () => {
  test("sends it to the API that declares the origin", async (t) => {
    const api = await apiAnswering(t, (_request, response) => response.end("[]"));
    const response = await guardedFetch(api.context, `${api.origin}/items`, { headers: { authorization: "mine" } });
    assert.equal(await response.text(), "[]");
    assert.deepEqual(api.seen[0]?.authorization, "Bearer token-1");
    assert.deepEqual(api.asked, [{ scopes }]);
  });

  test("is rejected for another origin: another host, another port, another scheme", async (t) => {
    const api = await apiAnswering(t, (_request, response) => response.end());
    const { port } = new URL(api.origin);
    for (const url of [
      "https://evil.example/",
      `http://localhost:${port}/`,
      "http://127.0.0.1/",
      `https://127.0.0.1:${port}/`,
    ]) {
      await assert.rejects(guardedFetch(api.context, url), { code: "origin_not_declared" });
    }
    assert.deepEqual([api.seen, api.asked], [[], []]);
  });

  test("drops the token on a redirect to another origin, and does not handle a 401 from there", async (t) => {
    const elsewhere = await apiAnswering(t, (_request, response) => withChallenge(response, 401, "Bearer"));
    const api = await apiAnswering(t, (_request, response) =>
      response.writeHead(307, { location: `${elsewhere.origin}/there` }).end(),
    );
    const response = await guardedFetch(api.context, api.origin);
    assert.equal(response.status, 401);
    assert.equal(elsewhere.seen[0]?.authorization, undefined);
    assert.equal(api.asked.length, 1);
  });

  test("sends the caller's headers to the API, and no credentials to another origin", async (t) => {
    const secrets = { cookie: "session=canary", "proxy-authorization": "Basic canary" };
    const harmless = { accept: "application/json", "x-request": "7" };
    const names = ["authorization", ...Object.keys(secrets), ...Object.keys(harmless)];
    const picked = (seen: Seen | undefined) => Object.fromEntries(names.map((name) => [name, seen?.headers[name]]));
    const all = { authorization: "Bearer token-1", ...secrets, ...harmless };
    const nothing = { authorization: undefined, cookie: undefined, "proxy-authorization": undefined, ...harmless };
    for (const status of [301, 302, 303, 307, 308]) {
      const elsewhere = await apiAnswering(t, (_request, response) => response.end());
      const api = await apiAnswering(t, (request, response) => {
        const location = request.url === "/within" ? elsewhere.origin : "/within";
        response.writeHead(status, { location }).end();
      });
      await guardedFetch(api.context, api.origin, { headers: { ...secrets, ...harmless } });
      assert.deepEqual(api.seen.map(picked), [all, all]);
      assert.deepEqual(elsewhere.seen.map(picked), [nothing], `${status}`);
    }
  });

  test("does not add the token again when a redirect returns to the API", async (t) => {
    const elsewhere = await apiAnswering(t, (_request, response) =>
      response.writeHead(302, { location: `${api.origin}/back` }).end(),
    );
    const api = await apiAnswering(t, (request, response) =>
      request.url === "/back" ? response.end() : response.writeHead(302, { location: elsewhere.origin }).end(),
    );
    await guardedFetch(api.context, api.origin);
    assert.deepEqual(
      api.seen.map(({ authorization }) => authorization),
      ["Bearer token-1", undefined],
    );
  });

  test("follows a redirect within the API with token, method and body as the Fetch standard requires", async (t) => {
    const ofBody = {
      "content-type": "text/plain",
      "content-encoding": "identity",
      "content-language": "en",
      "content-location": "/here",
    };
    for (const [status, kept, toGet] of [
      [301, ["GET", "HEAD", "PUT", "PATCH", "DELETE"], ["POST"]],
      [302, ["GET", "HEAD", "PUT", "PATCH", "DELETE"], ["POST"]],
      [303, ["GET", "HEAD"], ["POST", "PUT", "PATCH", "DELETE"]],
      [307, ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], []],
      [308, ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], []],
    ] as const) {
      const api = await apiAnswering(t, (request, response) =>
        request.url === "/to" ? response.end() : response.writeHead(status, { location: "/to" }).end(),
      );
      for (const method of [...kept, ...toGet]) {
        const body = method === "GET" || method === "HEAD" ? "" : "body";
        const init = { method, headers: ofBody, ...(body && { body }) };
        api.seen.length = 0;
        await guardedFetch(api.context, api.origin, init);
        const [first, second] = api.seen;
        const same = (kept as readonly string[]).includes(method);
        assert.equal(`${first?.method} ${first?.body}`, `${method} ${body}`);
        assert.equal(`${second?.method} ${second?.body}`, same ? `${method} ${body}` : "GET ", `${status} ${method}`);
        assert.equal(second?.authorization, first?.authorization);
        const about = Object.keys(second?.headers ?? {}).filter((name) => name in ofBody);
        assert.deepEqual(about.sort(), same ? Object.keys(ofBody).sort() : [], `${status} ${method}`);
      }
    }
  });

  test("returns any other status with a Location as the response, and a redirect without one", async (t) => {
    const api = await apiAnswering(t, (request, response) => {
      const [, status = "", location] = (request.url ?? "").split("/");
      response.writeHead(Number(status), location === undefined ? {} : { location: "/200" }).end();
    });
    for (const path of ["/200/to", "/201/to", "/300/to", "/304/to", "/305/to", "/306/to", "/309/to", "/302"]) {
      const response = await guardedFetch(api.context, api.origin + path);
      assert.equal(response.status, Number(path.split("/")[1]), path);
    }
    assert.equal(api.seen.length, 8);
  });

  test("follows at most twenty redirects", async (t) => {
    const api = await apiAnswering(t, (request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end("there");
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    assert.equal(await (await guardedFetch(api.context, `${api.origin}/20`)).text(), "there");
    await assert.rejects(guardedFetch(api.context, `${api.origin}/21`), /redirected too many times/);
  });

  test("follows no redirect to plain http elsewhere, no endless redirects, and none that the caller forbids", async (t) => {
    const api = await apiAnswering(t, (request, response) =>
      response.writeHead(302, { location: request.url === "/out" ? "http://todo.example/" : "/again" }).end(),
    );
    await assert.rejects(guardedFetch(api.context, `${api.origin}/out`), /not https/);
    await assert.rejects(guardedFetch(api.context, `${api.origin}/again`), /too many times/);
    await assert.rejects(guardedFetch(api.context, api.origin, { redirect: "error" }), TypeError);
    assert.equal((await guardedFetch(api.context, api.origin, { redirect: "manual" })).status, 302);
  });

  test("renews the token once after a 401, and repeats the request", async (t) => {
    const api = await apiAnswering(t, (request, response) =>
      request.headers.authorization === "Bearer token-1"
        ? withChallenge(response, 401, 'Bearer realm="x", error="invalid_token"')
        : response.end("done"),
    );
    const response = await guardedFetch(api.context, api.origin, { method: "POST", body: "milk" });
    assert.equal(await response.text(), "done");
    assert.deepEqual(api.asked[1], { scopes, forceRefresh: true });
    assert.deepEqual(
      api.seen.map(({ body }) => body),
      ["milk", "milk"],
    );
  });

  test("reports that the API rejects the renewed token too, and asks for a sign-in if claims require one", async (t) => {
    let challenge = 'Bearer error="invalid_token"';
    const api = await apiAnswering(t, (_request, response) => withChallenge(response, 401, challenge));
    await assert.rejects(guardedFetch(api.context, api.origin), {
      code: "sign_in_again",
      message: `The API at ${api.origin} rejects the token (HTTP 401, WWW-Authenticate: ${challenge}).`,
      hint: /must be a scope of that API/,
    });
    assert.equal(api.seen.length, 2);
    challenge = 'Bearer error="insufficient_claims", claims="e30="';
    await assert.rejects(guardedFetch(api.context, api.origin), { claims: "{}", hint: /^Sign in again/ });
  });

  test("passes a claims challenge to the issuer, and to the program if only a sign-in can satisfy it", async (t) => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const challenge = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
    const api = await apiAnswering(t, (request, response) =>
      request.headers.authorization === "Bearer token-1"
        ? withChallenge(response, 401, challenge)
        : response.end("done"),
    );
    assert.equal(await (await guardedFetch(api.context, api.origin)).text(), "done");
    assert.deepEqual(api.asked[1], { scopes, claims });

    const getToken = async (request: TokenRequest) => {
      if (request.claims === undefined) return { token: "token-1", scopes, expiresAt: 0 };
      throw new DoorcodeError("sign_in_again", { detail: "AADSTS50076", aadsts: 50076, error: "interaction_required" });
    };
    await assert.rejects(guardedFetch({ ...api.context, getToken }, api.origin), {
      code: "sign_in_again",
      claims,
      aadsts: 50076,
      error: "interaction_required",
    });
  });

  test("steps up to a declared scope that a 403 names, and to no other", async (t) => {
    let wanted = "api://todo/Write";
    const api = await apiAnswering(t, (request, response) =>
      request.headers.authorization === "Bearer token-2"
        ? response.end("done")
        : withChallenge(response, 403, `Basic realm="a, Bearer", Bearer error="insufficient_scope", scope="${wanted}"`),
    );
    assert.equal((await guardedFetch(api.context, api.origin)).status, 200);
    assert.deepEqual(api.asked[1], { scopes: [wanted], forceRefresh: true });
    wanted = "api://todo/Write api://payroll/Everything";
    assert.equal((await guardedFetch(api.context, api.origin)).status, 403);
    assert.equal(api.asked.length, 3);
  });

  test("reports that a stream cannot be sent again, but still renews the token", async (t) => {
    const api = await apiAnswering(t, (_request, response) => withChallenge(response, 401, "Bearer"));
    const body = Readable.toWeb(Readable.from([Buffer.from("milk")])) as ReadableStream;
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    await assert.rejects(guardedFetch(api.context, api.origin, init), { code: "body_not_replayable" });
    assert.equal(api.asked.length, 2);
    assert.equal(api.seen.length, 1);
  });
});
