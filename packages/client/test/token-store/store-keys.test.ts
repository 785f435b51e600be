import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Account } from "../../src/client.ts";
import { memoryStore } from "../../src/token-store/memory-store.ts";
import { findToken, type StoredToken, storedAccounts } from "../../src/token-store/read-store.cts";
import {
  accountsOf,
  putAccessToken,
  putAccount,
  refreshTokensOf,
  removeAccount,
} from "../../src/token-store/store-keys.ts";

const ada: Account = {
  id: "ada.tenant",
  username: "Ada@Example.com",
  name: undefined,
  tenantId: "tenant",
  issuer: "https://login.example/tenant/v2.0",
  authority: "https://Login.example/tenant",
  clientId: "APP",
};
const token = (name: string, options: Partial<StoredToken> = {}): StoredToken => ({
  token: name,
  scopes: ["api://todo/Read"],
  obtainedAt: 1_000,
  expiresAt: 10_000,
  notGranted: [],
  ...options,
});

describe("the stored records of an account", () => {
  test("are read back with the last sign-in first, and belong to one program at one authority", async () => {
    const store = memoryStore();
    const grace = { ...ada, id: "grace.tenant", username: "grace@example.com", name: "Grace" };
    await store.change([putAccount(ada, 1), putAccount(grace, 2), putAccount({ ...ada, clientId: "other" }, 3)]);
    const snapshot = await store.read();
    const owner = { ...ada, authority: ada.authority.toUpperCase() };
    assert.deepEqual(accountsOf(snapshot, owner), [
      { ...grace, authority: owner.authority },
      { ...ada, authority: owner.authority },
    ]);
    assert.deepEqual(
      storedAccounts(snapshot.records, owner).map(({ id, signed_in_at }) => [id, signed_in_at]),
      [
        ["grace.tenant", 2],
        ["ada.tenant", 1],
      ],
    );
    assert.equal(storedAccounts(snapshot.records).length, 3, "of all programs");
  });

  test("include tokens that are found by their scopes, in any case and order, also if more were granted", async () => {
    const store = memoryStore();
    const both = ["api://todo/Write", "api://todo/Read"];
    await store.change(putAccessToken(ada, token("both", { scopes: both }), both, await store.read()));
    const find = async (...scopes: string[]) => findToken((await store.read()).records, ada, scopes)?.token;
    assert.equal(await find("api://TODO/read", "api://todo/Write"), "both");
    assert.equal(await find("api://todo/Read"), "both");
    assert.equal(await find("api://todo/Read", "api://todo/Admin"), undefined);
    assert.equal(await find(), undefined);
  });

  test("satisfy a request for scopes that were not granted only if fewer scopes are enough", async () => {
    const store = memoryStore();
    const both = ["api://todo/Read", "api://todo/Write"];
    const fewer = token("fewer", { notGranted: ["api://todo/Write"] });
    await store.change(putAccessToken(ada, fewer, both, await store.read()));
    const { records } = await store.read();
    assert.equal(findToken(records, ada, both), undefined);
    assert.deepEqual(findToken(records, ada, both, true), fewer);
    assert.deepEqual(findToken(records, ada, ["api://todo/Read"]), fewer);
    assert.equal(findToken(records, ada, ["api://todo/Write"], true), undefined, "it was asked for by other scopes");
  });

  test("return the token that lasts longest, and of equals the one for exactly these scopes", async () => {
    const store = memoryStore();
    const read = ["api://todo/Read"];
    const both = [...read, "api://todo/Write"];
    const put = async (kept: StoredToken, scopes: string[]) =>
      store.change(putAccessToken(ada, kept, scopes, await store.read()));
    const found = async () => findToken((await store.read()).records, ada, read)?.token;
    await put(token("both", { scopes: both }), both);
    await put(token("read"), read);
    assert.equal(await found(), "read");
    await put(token("both later", { scopes: both, expiresAt: 20_000 }), both);
    assert.equal(await found(), "both later");
  });

  test("lose expired tokens when a new one is stored", async () => {
    const store = memoryStore();
    await store.change(putAccessToken(ada, token("old", { expiresAt: 2_000 }), ["api://a/A"], await store.read()));
    await store.change(putAccessToken(ada, token("new", { obtainedAt: 3_000 }), ["api://b/B"], await store.read()));
    assert.deepEqual(
      [...(await store.read()).records.values()].map((value) => (value as { token: string }).token),
      ["new"],
    );
  });

  test("lose tokens from before the clock was set back when a new one is stored", async () => {
    const store = memoryStore();
    const ahead = token("ahead", { expiresAt: 9_000_000, obtainedAt: 5_000_000 });
    await store.change(putAccessToken(ada, ahead, ["api://a/A"], await store.read()));
    await store.change(putAccessToken(ada, token("new", { obtainedAt: 3_000 }), ["api://b/B"], await store.read()));
    assert.deepEqual(
      [...(await store.read()).records.values()].map((value) => (value as { token: string }).token),
      ["new"],
    );
  });

  test("are removed with MSAL's records, with ids in any case, but without those of other accounts", async () => {
    const store = memoryStore();
    const msal = "msal:app|https://login.example/tenant|";
    await store.change([
      putAccount(ada, 1),
      ...putAccessToken(ada, token("kept"), ["api://todo/Read"], await store.read()),
      { put: `${msal}RefreshToken|one`, value: { home_account_id: "ADA.tenant", secret: "r1" } },
      { put: `${msal}Account|one`, value: { home_account_id: "Ada.Tenant" } },
      { put: `${msal}RefreshToken|two`, value: { home_account_id: "grace.tenant", secret: "r2" } },
    ]);
    assert.deepEqual(refreshTokensOf(await store.read(), ada), ["r1"]);
    await store.change(removeAccount(await store.read(), ada));
    assert.deepEqual([...(await store.read()).records.keys()], [`${msal}RefreshToken|two`]);
  });
});
