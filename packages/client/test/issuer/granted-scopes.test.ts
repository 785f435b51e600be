import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SignInEvent } from "../../src/client.ts";
import { notGranted } from "../../src/issuer/scopes.ts";
import { grantedScopes } from "../../src/issuer/token-answer.ts";
import { jsonPresenter } from "../../src/presenters/json-presenter.ts";
import { plainPresenter } from "../../src/presenters/plain-presenter.ts";
import { terminalPresenter } from "../../src/presenters/terminal-presenter.ts";
import { plainIssuer } from "../fixtures/plain-issuer.ts";

const scopes = ["todo.read", "todo.write"];

describe("scopes that a response does not grant", () => {
  for (const [what, wanted, granted, missing] of [
    ["are the ones it leaves out", scopes, ["todo.read"], ["todo.write"]],
    ["are compared case-insensitively", ["Todo.Read"], ["todo.read"], []],
    ["are not the ones it names without their resource", ["https://graph.microsoft.com/User.Read"], ["user.read"], []],
    ["are not the ones it names with their resource", ["todo.read"], ["https://api.example/todo.read"], []],
    ["are not satisfied by names with the same ending", ["write"], ["todo.write", "overwrite"], ["write"]],
    ["never exist after a request for .default", ["api://todo/.default"], ["api://todo/Read"], []],
    ["never include those of OpenID Connect, which take effect in the ID token", ["openid", "email", "a"], ["a"], []],
  ] as const) {
    test(what, () => assert.deepEqual(notGranted(wanted, granted), missing));
  }

  test("are read from every form of `scope` that servers send", () => {
    const read = (scope: unknown, asked: string[] = []) => grantedScopes(scope, asked);
    assert.deepEqual(read("a b"), ["a", "b"]);
    assert.deepEqual(read(" a  b "), ["a", "b"]);
    assert.deepEqual(read("a,b"), ["a", "b"]);
    assert.deepEqual(read("a,b c", ["a,b"]), ["a,b", "c"], "a comma may be part of a name (RFC 6749 §3.3)");
    assert.deepEqual(read(["a", "b"]), ["a", "b"]);
    for (const nothing of [undefined, null, "", " ", [], 7]) assert.equal(read(nothing), undefined);
  });
});

describe("an issuer that grants fewer scopes", () => {
  test("is reported at the end of the sign-in, and only then", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.tokens = { scope: "openid todo.read" };
    const fewer = issuer.client({ scopes });
    await fewer.client.signIn();
    const last = fewer.events.at(-1) as Extract<SignInEvent, { event: "signed_in" }>;
    assert.deepEqual([last.event, last.notGranted], ["signed_in", ["todo.write"]]);
    for (const tokens of [{}, { scope: undefined }]) {
      issuer.tokens = tokens;
      const all = issuer.client({ scopes: ["todo.read"] });
      await all.client.signIn();
      assert.ok(!("notGranted" in (all.events.at(-1) ?? {})));
    }
  });

  test("satisfies a request without scopes, but not one for a missing scope", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.tokens = { scope: "todo.read" };
    const { client } = issuer.client({ scopes });
    await client.signIn();
    assert.deepEqual(await client.getToken().then(({ token, scopes: granted }) => [token, granted]), [
      "access-token-1",
      ["todo.read"],
    ]);
    assert.equal((await client.getToken({ scopes: ["todo.read"] })).token, "access-token-1");
    const missing = { code: "scope_not_granted", message: /todo\.write/ };
    await assert.rejects(client.getToken({ scopes }), missing);
    await assert.rejects(client.getToken({ scopes: ["todo.write"] }), missing);
    assert.deepEqual((await client.getToken({ scopes, allowFewerScopes: true })).scopes, ["todo.read"]);
  });

  test("is not asked at a renewal for what it did not grant (RFC 6749 §6)", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.tokens = { scope: "todo.read" };
    issuer.answer = ({ path, form }) =>
      path === "/token" && form.get("grant_type") === "refresh_token" && form.get("scope")?.includes("todo.write")
        ? { status: 400, json: { error: "invalid_scope" } }
        : undefined;
    const { client } = issuer.client({ scopes });
    await client.signIn();
    assert.equal((await client.getToken({ forceRefresh: true })).token, "access-token-2");
    assert.equal((await client.getToken({ forceRefresh: true })).token, "access-token-3");
    const asked = issuer.sent("/token").map(({ form }) => form.get("scope"));
    assert.deepEqual(asked, [null, ...Array(2).fill("openid profile offline_access todo.read")]);
    // A program that still requests it gets the issuer's error, and not one about the application.
    await assert.rejects(client.getToken({ scopes: ["todo.write"] }), {
      code: "scope_not_granted",
      error: "invalid_scope",
      message: /todo\.write/,
    });
  });

  test("may grant it later", async (t) => {
    const issuer = await plainIssuer(t);
    issuer.tokens = { scope: "todo.read" };
    const { client } = issuer.client({ scopes });
    await client.signIn();
    issuer.tokens = { scope: "todo.read todo.write" };
    assert.deepEqual((await client.getToken({ scopes })).scopes, scopes);
    assert.deepEqual((await client.getToken({ scopes })).token, "access-token-2", "and that grant is stored");
  });
});

test("every presenter names the scopes that were not granted, and says nothing if all were", async () => {
  const account = {
    ...{ id: "ada", username: "ada", name: undefined, tenantId: undefined },
    ...{ issuer: "https://issuer.example", authority: "https://issuer.example", clientId: "tv" },
  };
  for (const make of [plainPresenter, terminalPresenter, jsonPresenter]) {
    const shown = async (more: object) => {
      let text = "";
      const stream = { write: (part: string) => (text += part), isTTY: true, columns: 80 };
      const presenter = make({ stream, env: {} } as never);
      await presenter.show({ event: "signed_in", account, ...more }, account);
      return text;
    };
    assert.match(await shown({ notGranted: ["todo.write\u001b[2J"] }), /(Not granted: |"not_granted":\[")todo\.write/);
    assert.ok(!(await shown({ notGranted: ["todo.write\u001b[2J"] })).includes("\u001b[2J"));
    assert.doesNotMatch(await shown({}), /Not granted|todo/);
  }
});
