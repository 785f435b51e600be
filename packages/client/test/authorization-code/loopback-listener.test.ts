import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, type TestContext, test } from "node:test";
import {
  type LoopbackListener,
  listenOnLoopback,
  notSignedInPage,
  signedInPage,
} from "../../src/authorization-code/loopback-listener.ts";
import { DoorcodeError } from "../../src/errors.ts";
import { headingOf, visit } from "../fixtures/visit.ts";

const state = "the-state-of-this-sign-in";
const answer = `?code=the-code&state=${state}`;

async function listening(t: TestContext, options?: { followMs: number }): Promise<LoopbackListener & { port: string }> {
  const listener = await listenOnLoopback(state, options);
  t.after(listener.close);
  return Object.assign(listener, { port: new URL(listener.redirectUri).port });
}

/** Whether a response was accepted. One that has not arrived by now will not arrive later. */
const taken = ({ answer }: LoopbackListener) =>
  Promise.race([answer.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);

describe("the listener for the browser's response", () => {
  test("accepts one response, and shows the browser the result at a URL without the code", async (t) => {
    const listener = await listening(t);
    assert.match(listener.redirectUri, /^http:\/\/localhost:\d+$/);
    const browser = visit(`${listener.redirectUri}/${answer}`);
    assert.equal((await listener.answer).get("code"), "the-code");
    await listener.show(signedInPage());
    const page = await browser;
    assert.equal(page.address, `${listener.redirectUri}/`);
    assert.equal(page.status, 200);
    assert.equal(headingOf(page), "You are signed in");
    listener.close();
    await assert.rejects(fetch(listener.redirectUri));
  });

  test("sends accessible pages that load, run, store and reveal nothing", async (t) => {
    const listener = await listening(t);
    const pages = [visit(`${listener.redirectUri}/nowhere`), visit(`${listener.redirectUri}/${answer}`)];
    await listener.answer;
    await listener.show(
      notSignedInPage(new DoorcodeError("denied", { detail: "<script>the issuer's words</script>" })),
    );
    for (const { headers, html } of await Promise.all(pages)) {
      assert.match(
        headers.get("content-security-policy") ?? "",
        /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      );
      const others = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
      };
      for (const [name, value] of Object.entries(others)) assert.equal(headers.get(name), value, name);
      assert.match(html, /^<!doctype html>\n<html lang="en">.*<title>[^<]+<\/title>.*<main>\n<h1>/s);
      assert.doesNotMatch(html, /script|the-code|the-state/);
    }
    assert.match((await pages[1]!).html, /The sign-in was declined\./);
  });

  const strangers: [what: string, path: string, status: number, init?: RequestInit][] = [
    ["another state", `/?code=x&state=another`, 400],
    ["no state", "/?code=x", 400],
    ["the state twice", `/${answer}&state=another`, 400],
    ["the code twice", `/${answer}&code=another`, 400],
    ["a code and an error", `/${answer}&error=access_denied`, 400],
    ["neither code nor error", `/?state=${state}`, 400],
    ["no parameters", "/", 400],
    ["an error with another state", "/?error=access_denied&state=another", 400],
    ["another path", `/callback${answer}`, 404],
    ["the icon", "/favicon.ico", 404],
    ["a scanner that sends HEAD", `/${answer}`, 405, { method: "HEAD" }],
    ["a form", `/${answer}`, 405, { method: "POST", body: "code=x" }],
    ["a script of another site", `/${answer}`, 405, { method: "OPTIONS" }],
  ];
  for (const [what, path, status, init] of strangers) {
    test(`answers ${what} with ${status}, and keeps waiting`, async (t) => {
      const listener = await listening(t);
      const page = await visit(listener.redirectUri + path, init);
      assert.equal(page.status, status);
      assert.equal(await taken(listener), false);
      visit(`${listener.redirectUri}/${answer}`).catch(() => {});
      assert.equal((await listener.answer).get("code"), "the-code");
    });
  }

  test("answers 421 to a site that points its own name at this computer's address", async (t) => {
    const listener = await listening(t);
    const asked = request({
      port: listener.port,
      path: `/${answer}`,
      headers: { host: `evil.example:${listener.port}` },
    });
    const [response] = await once(asked.end(), "response");
    response.resume();
    assert.equal(response.statusCode, 421);
    assert.equal(await taken(listener), false);
  });

  test("of two tabs with the same response, one is accepted and the other gets 409", async (t) => {
    const listener = await listening(t);
    const tabs = [1, 2].map(() => visit(`${listener.redirectUri}/${answer}`));
    const second = await Promise.race(tabs);
    assert.equal(second.status, 409);
    assert.match(second.html, /already arrived/);
    await listener.show(signedInPage());
    assert.deepEqual((await Promise.all(tabs)).map(({ status }) => status).sort(), [200, 409]);
    const late = visit(`${listener.redirectUri}/${answer}`);
    assert.equal((await late).status, 409);
  });

  test("passes on an error as well as a code", async (t) => {
    const listener = await listening(t);
    visit(`${listener.redirectUri}/?error=access_denied&state=${state}`).catch(() => {});
    assert.equal((await listener.answer).get("error"), "access_denied");
  });

  test("listens on this computer only, on both IPv4 and IPv6", async (t) => {
    const { port } = await listening(t);
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const loopbacks = own.filter(({ internal, address }) => internal && ["127.0.0.1", "::1"].includes(address));
    assert.ok(loopbacks.length > 0);
    for (const { address } of loopbacks) {
      assert.equal((await visit(`http://${address.includes(":") ? `[${address}]` : address}:${port}/x`)).status, 404);
    }
    for (const { address, family } of own.filter(({ internal }) => !internal)) {
      if (family === "IPv4") await assert.rejects(fetch(`http://${address}:${port}/x`), address);
    }
    const taker = createServer().listen({ host: "127.0.0.1", port: Number(port), exclusive: true });
    const [error] = await once(taker, "error");
    assert.equal(error.code, "EADDRINUSE");
  });

  test("closing it ends open requests, and it does not wait long for a browser that does not follow", async (t) => {
    const listener = await listening(t);
    const hanging = visit(`${listener.redirectUri}/${answer}`);
    await listener.answer;
    listener.close();
    await assert.rejects(hanging);
    const other = await listening(t, { followMs: 20 });
    const impatient = fetch(`${other.redirectUri}/${answer}`, { redirect: "manual" });
    await other.answer;
    await other.show(signedInPage());
    assert.equal((await impatient).status, 303);
  });
});
