import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TokenRequest } from "../../src/client.ts";
import { DoorcodeError } from "../../src/errors.ts";
import { guardedFetch } from "../../src/fetch/guarded-fetch.ts";
import { challenged, redirectTo, scriptedFetch } from "../fixtures/scripted-fetch.ts";

const origin = "https://todo.example";
const scopes = ["api://todo/Read", "api://todo/Write"];
const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
const claimsChallenge = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;

/** A call to an API with these responses and with numbered tokens; `renewal` handles the second request for a token. */
function calling(responses: Response[], init: RequestInit = {}, renewal?: () => never) {
  const { fetch, hops } = scriptedFetch(...responses);
  const asked: TokenRequest[] = [];
  const context = {
    apis: [
      { origin: "https://mail.example", scopes: ["api://mail/Read"] },
      { origin, scopes },
    ],
    fetch,
    async getToken(request: TokenRequest) {
      asked.push(request);
      if (asked.length === 2) renewal?.();
      return { token: `token-${asked.length}`, scopes: ["api://todo/Read"], expiresAt: 0 };
    },
  };
  return { hops, asked, response: guardedFetch(context, `${origin}/items`, init), context };
}
const done = () => new Response("done");
/** A response with an endless body, until it is canceled. */
function openAnswer(status: number) {
  let free = false;
  const body = new ReadableStream({
    cancel() {
      free = true;
    },
  });
  return { refusal: new Response(body, { status }), isFree: () => free };
}
const isRefused = (code: string, more: object = {}) => ({ name: "DoorcodeError", code, ...more });

describe("the URL of a call", () => {
  test("must be valid", async () => {
    const { context, asked, response } = calling([done()]);
    await response;
    for (const target of ["/items", "", "todo.example"]) {
      await assert.rejects(guardedFetch(context, target), isRefused("configuration", { message: /is not a URL/ }));
    }
    assert.equal(asked.length, 1);
  });

  test("of an undeclared API is named in the error", async () => {
    const { context, response } = calling([done()]);
    await response;
    await assert.rejects(
      guardedFetch(context, "https://evil.example/path?secret"),
      isRefused("origin_not_declared", { message: /: https:\/\/evil\.example\.$/ }),
    );
  });
});

describe("a token is renewed and the request is repeated", () => {
  test("once after a 401, with and without a challenge", async () => {
    for (const challenge of [undefined, "Bearer", 'Bearer error="invalid_token"']) {
      const { asked, hops, response } = calling([challenged(401, challenge), done()], { method: "PUT", body: "milk" });
      assert.equal((await response).status, 200);
      assert.deepEqual(asked, [{ scopes }, { scopes, forceRefresh: true }]);
      assert.deepEqual(
        hops.map(({ method, body, headers }) => `${method} ${body} ${headers.get("authorization")}`),
        ["PUT milk Bearer token-1", "PUT milk Bearer token-2"],
      );
    }
  });

  test("and the caller's signal ends both requests for a token", async () => {
    const { signal } = new AbortController();
    const { asked, response } = calling([challenged(401), done()], { signal });
    await response;
    assert.deepEqual(asked, [
      { scopes, signal },
      { scopes, signal, forceRefresh: true },
    ]);
  });

  test("after the connection of the refused response is released", async () => {
    const { refusal, isFree } = openAnswer(401);
    await calling([refusal, done()]).response;
    assert.ok(isFree());
    const last = openAnswer(401);
    await assert.rejects(calling([challenged(401), last.refusal]).response, isRefused("sign_in_again"));
    assert.ok(last.isFree());
  });
});

describe("no token is asked for", () => {
  const written = 'scope="api://todo/Write"';
  const answers: [what: string, response: Response][] = [
    ["success, with any headers", challenged(200, `Bearer error="insufficient_scope", ${written}`)],
    ["a 401 of another scheme", challenged(401, 'Basic realm="todo"')],
    ["a 403 without a challenge", challenged(403)],
    ["a 403 for another reason", challenged(403, `Bearer error="invalid_token", ${written}`)],
    ["a 403 that names no scope", challenged(403, 'Bearer error="insufficient_scope"')],
    ["a scope that is not declared", challenged(403, 'Bearer error="insufficient_scope", scope="api://todo/Admin"')],
    ["a scope that the token has", challenged(403, 'Bearer error="insufficient_scope", scope="api://todo/Read"')],
    ["a 500", challenged(500, `Bearer error="insufficient_scope", ${written}`)],
  ];
  for (const [what, answer] of answers) {
    test(`after ${what}`, async () => {
      const { asked, response } = calling([answer]);
      assert.equal(await response, answer);
      assert.equal(asked.length, 1);
    });
  }

  test("after a 401 from another origin, or from this one after the token was removed", async () => {
    for (const hops of [
      [redirectTo("https://mail.example/"), challenged(401)],
      [redirectTo("https://mail.example/"), redirectTo(`${origin}/back`), challenged(401)],
    ]) {
      const { asked, response } = calling(hops);
      assert.equal((await response).status, 401);
      assert.equal(asked.length, 1);
    }
  });
});

describe("a renewed token", () => {
  test("that is also refused is reported as refused by the API, with its reason", async () => {
    for (const [second, message] of [
      [
        challenged(401, 'Bearer error="invalid_token"'),
        /^The API at \S+todo\.example rejects the token \(HTTP 401, WWW-Authenticate: Bearer error="invalid_token"\)/,
      ],
      [challenged(401), /\(HTTP 401\)/],
    ] as const) {
      const { response } = calling([challenged(401), second]);
      await assert.rejects(response, isRefused("sign_in_again", { message, claims: undefined }));
    }
    await assert.rejects(
      calling([challenged(401), challenged(401, claimsChallenge)]).response,
      isRefused("sign_in_again", { claims }),
    );
  });

  test("returns every other response: a 403, another scheme, another origin", async () => {
    for (const second of [challenged(403, 'Bearer error="invalid_token"'), challenged(401, "Basic"), done()]) {
      assert.equal(await calling([challenged(401), second]).response, second);
    }
    const elsewhere = calling([challenged(401), redirectTo("https://mail.example/"), challenged(401)]);
    assert.equal((await elsewhere.response).status, 401);
  });

  test("does not resend a stream of any kind", async () => {
    async function* iterable() {
      yield Buffer.from("milk");
    }
    for (const body of [new Response("milk").body!, iterable()] as NonNullable<RequestInit["body"]>[]) {
      const { asked, hops, response } = calling([challenged(401), done()], { method: "POST", body });
      await assert.rejects(response, isRefused("body_not_replayable"));
      assert.deepEqual([asked.length, hops.length], [2, 1]);
    }
    for (const body of ["milk", Buffer.from("milk"), new URLSearchParams({ a: "b" }), new Blob(["milk"]), null]) {
      assert.equal((await calling([challenged(401), done()], { method: "POST", body }).response).status, 200);
    }
  });
});

describe("a renewal that fails", () => {
  const fails = (answer: Response, error: Error) =>
    calling([answer, done()], {}, () => {
      throw error;
    }).response;

  test("that requires a sign-in passes on the claims, with the issuer's own words once", async () => {
    const said = {
      error: "interaction_required",
      suberror: "basic_action",
      aadsts: 50076,
      correlationId: "11111111-2222-3333-4444-555555555555",
      traceId: "66666666-7777-8888-9999-000000000000",
    };
    const hint = "Register a second factor.";
    const cause = new DoorcodeError("sign_in_again", { detail: "AADSTS50076", hint, ...said });
    await assert.rejects(
      fails(challenged(401, claimsChallenge), cause),
      isRefused("sign_in_again", { ...said, hint, claims, cause, message: cause.message }),
    );
  });

  test("that fails otherwise throws the same error", async () => {
    for (const [answer, error] of [
      [challenged(401), new DoorcodeError("sign_in_again")],
      [challenged(401, claimsChallenge), new DoorcodeError("issuer_unreachable")],
      [challenged(401, claimsChallenge), new Error("broken")],
    ] as const) {
      await assert.rejects(fails(answer, error), (thrown) => thrown === error);
    }
  });
});
