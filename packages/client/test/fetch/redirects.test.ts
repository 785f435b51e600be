import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sendFollowing, wentElsewhere } from "../../src/fetch/bearer-fetch.ts";
import { redirectTo, scriptedFetch } from "../fixtures/scripted-fetch.ts";

const api = "https://todo.example/items";
const sent = (init: RequestInit, ...responses: Response[]) => {
  const { fetch, hops } = scriptedFetch(...responses);
  return { hops, response: sendFollowing(new URL(api), init, { token: "secret", fetch }) };
};
const done = () => new Response("done");

describe("a redirect", () => {
  test("is followed to https anywhere, but to plain http only on this computer", async () => {
    for (const location of ["https://other.example/", "http://localhost:3000/", "http://127.0.0.1/", "/next"]) {
      const { hops, response } = sent({}, redirectTo(location), done());
      assert.equal((await response).status, 200);
      assert.equal(hops[1]?.url, new URL(location, api).href);
    }
    for (const location of ["http://todo.example/", "ftp://localhost/", "data:text/plain,hi"]) {
      const { hops, response } = sent({}, redirectTo(location), done());
      await assert.rejects(response, {
        name: "TypeError",
        message: /https:\/\/todo\.example redirects to .*not https/,
      });
      assert.equal(hops.length, 1);
    }
  });

  test("throws if the call does not allow redirects, and is the response for `manual`", async () => {
    await assert.rejects(sent({ redirect: "error" }, redirectTo("/next")).response, {
      name: "TypeError",
      message: "fetch failed: https://todo.example redirects, but this call does not allow redirects",
    });
    assert.equal((await sent({ redirect: "manual" }, redirectTo("/next")).response).status, 302);
    assert.equal((await sent({ redirect: "follow" }, redirectTo("/next"), done()).response).status, 200);
    assert.equal((await sent({ redirect: "error" }, done()).response).status, 200);
  });

  test("is followed at most twenty times", async () => {
    const without = Array.from({ length: 20 }, () => redirectTo("/again"));
    assert.equal((await sent({}, ...without, done()).response).status, 200);
    await assert.rejects(sent({}, ...without, redirectTo("/again"), done()).response, {
      name: "TypeError",
      message: "fetch failed: https://todo.example redirected too many times",
    });
  });

  test("to another origin removes the token for good", async () => {
    const back = sent({}, redirectTo("https://other.example/"), redirectTo(api), done());
    assert.equal(wentElsewhere(await back.response), true);
    assert.deepEqual(
      back.hops.map(({ headers }) => headers.get("authorization")),
      ["Bearer secret", null, null],
    );
    assert.equal(wentElsewhere(await sent({}, redirectTo("/next"), done()).response), false);
    assert.equal(wentElsewhere(await sent({}, done()).response), false);
  });

  test("keeps the spelling of the caller's method, and recognizes it in lower case", async () => {
    const post = sent({ method: "post", body: "milk" }, redirectTo("/next", 301), done());
    await post.response;
    assert.deepEqual([post.hops[1]?.method, post.hops[1]?.body], ["GET", undefined]);
    const put = sent({ method: "put", body: "milk" }, redirectTo("/next", 302), done());
    await put.response;
    assert.deepEqual([put.hops[1]?.method, put.hops[1]?.body], ["put", "milk"]);
  });

  test("after a call without a method keeps its headers", async () => {
    const { hops, response } = sent({ headers: { "content-language": "en" } }, redirectTo("/next", 303), done());
    await response;
    assert.deepEqual([hops[1]?.method, hops[1]?.headers.get("content-language")], ["no method", "en"]);
  });

  test("does not resend a stream, because the first request consumed it; it may become a GET", async () => {
    async function* iterable() {
      yield Buffer.from("milk");
    }
    const stream = () => new Response("milk").body!;
    for (const body of [stream(), iterable()] as NonNullable<RequestInit["body"]>[]) {
      const again = sent({ method: "PUT", body }, redirectTo("/next", 307), done());
      await assert.rejects(again.response, { code: "body_not_replayable" });
      assert.equal(again.hops.length, 1);
    }
    const seeOther = sent({ method: "PUT", body: stream() }, redirectTo("/next", 303), done());
    assert.equal((await seeOther.response).status, 200);
    assert.equal(seeOther.hops[1]?.body, undefined);
  });

  test("leaves the caller's headers and options as they were", async () => {
    const init = { method: "POST", body: "milk", headers: new Headers({ "content-type": "text/plain" }) };
    await sent(init, redirectTo("https://other.example/", 303), done()).response;
    assert.deepEqual([init.method, init.body, [...init.headers]], ["POST", "milk", [["content-type", "text/plain"]]]);
  });
});
