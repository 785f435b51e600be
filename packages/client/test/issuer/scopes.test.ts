import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../src/clock.ts";
import { scopeAttempts } from "../../src/issuer/scopes.ts";
import { browse } from "../fixtures/plain-browser.ts";
import { type PlainIssuer, plainIssuer } from "../fixtures/plain-issuer.ts";

describe("the scopes that a sign-in adds automatically", () => {
  for (const [what, openId, scopesSupported, lists] of [
    ["are OpenID Connect's", true, undefined, ["openid profile offline_access api", "openid api", "api"]],
    ["are those that the issuer lists", true, ["openid", "email"], ["openid api", "api"]],
    ["always include openid at an OpenID Connect issuer", true, ["api"], ["openid api", "api"]],
    ["are empty at an OAuth server that lists none", false, undefined, ["api"]],
    ["are those that an OAuth server lists", false, ["offline_access"], ["offline_access api", "api"]],
  ] as const) {
    test(what, () => {
      const attempts = scopeAttempts({ openId, scopesSupported }, ["api"]);
      assert.deepEqual(
        attempts.map((list) => list.join(" ")),
        lists,
      );
    });
  }

  test("leave the caller's scopes as they are, even if they name the same ones", () => {
    const attempts = scopeAttempts({ openId: true, scopesSupported: undefined }, ["offline_access", "api"]);
    assert.ok(attempts.every((list) => list.includes("offline_access")));
  });
});

/** Accepts only these scopes, like a strict server (RFC 6749 §5.2). */
function knowing(issuer: PlainIssuer, known: string[]): void {
  issuer.answer = ({ path, form }) => {
    const asked = (form.get("scope") ?? "").split(" ").filter(Boolean);
    const strict = path === "/device" || path === "/token";
    if (!strict || asked.every((scope) => known.includes(scope))) return undefined;
    return { status: 400, json: { error: "invalid_scope", error_description: "An unknown scope." } };
  };
}

describe("an issuer that refuses unknown scopes", () => {
  test("and does not support offline_access still signs users in and renews", async (t) => {
    const issuer = await plainIssuer(t);
    knowing(issuer, ["openid", "todo.read"]);
    const { client, shown, events } = issuer.client();
    const session = await client.signIn();
    assert.equal(session.account.id, "ada");
    assert.equal(shown.length, 1);
    assert.equal(events[0]?.event, "code", "nothing was shown before");
    assert.deepEqual(
      issuer.sent("/device").map(({ form }) => form.get("scope")),
      ["openid profile offline_access todo.read", "openid todo.read"],
    );
    await session.getToken({ forceRefresh: true });
  });

  test("and does not even support openid does so, too", async (t) => {
    const issuer = await plainIssuer(t);
    knowing(issuer, ["todo.read"]);
    issuer.tokens = { id_token: undefined, scope: undefined };
    const session = await issuer.client().client.signIn();
    assert.equal(session.account.username, "(unnamed)");
    await session.getToken({ forceRefresh: true });
  });

  test("rejects the caller's own scope with its own error", async (t) => {
    const issuer = await plainIssuer(t);
    knowing(issuer, ["openid", "profile", "offline_access"]);
    const { client, shown } = issuer.client();
    await assert.rejects(client.signIn(), {
      code: "client_rejected",
      error: "invalid_scope",
      message: /unknown scope/,
    });
    assert.deepEqual(shown, []);
    assert.equal(issuer.sent("/device").length, 3);
  });

  test("does so in the browser as well, and is asked again with fewer", async (t) => {
    const issuer = await plainIssuer(t);
    const asked: string[] = [];
    const { client } = issuer.client({ clock: systemClock });
    const session = await client.signIn({
      via: "browser",
      openBrowser: (address) =>
        browse(issuer, address, ({ scope }) => {
          asked.push(scope);
          const refused: Record<string, string> = { error: "invalid_scope" };
          return scope.includes("offline_access") ? refused : {};
        }),
    });
    assert.deepEqual(asked, ["openid profile offline_access todo.read", "openid todo.read"]);
    assert.equal(session.account.id, "ada");
  });
});
