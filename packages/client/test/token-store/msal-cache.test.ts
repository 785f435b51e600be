import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { AccountInfo, ICachePlugin, PublicClientApplication, TokenCacheContext } from "@azure/msal-node";
import { entraCachePlugin } from "../../src/engines/entra/cache-plugin.ts";
import { cachePlugin } from "../../src/msal.ts";
import type { TokenStore } from "../../src/token-store/contract.ts";
import { openFileStore } from "../../src/token-store/file-store.ts";
import { memoryStore } from "../../src/token-store/memory-store.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { ada, authority, clientId, grace, program, signIn, TinyIssuer, upper } from "./tiny-issuer.ts";

const scope = { clientId, authority };
const read = "api://todo/ToDoList.Read";
const calendar = "api://calendar/Calendar.Read";

/** The number of records of each kind in the store, without application metadata. */
async function kept(store: TokenStore): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of (await store.read()).records.keys()) {
    const section = key.split("|")[2]!;
    if (key.startsWith("msal:") && section !== "AppMetadata") counts[section] = (counts[section] ?? 0) + 1;
  }
  return counts;
}

/** The refresh tokens and access tokens anywhere in the store. */
async function secrets(store: TokenStore): Promise<string[]> {
  const values = [...(await store.read()).records.values()] as { secret?: string; credential_type?: string }[];
  return values.filter(({ credential_type: type }) => type && type !== "IdToken").map(({ secret }) => secret!);
}

/** The argument that MSAL passes to its plugin. */
function accessOf(application: PublicClientApplication): TokenCacheContext {
  return { tokenCache: application.getTokenCache(), hasChanged: true, cacheHasChanged: true } as never;
}

describe("MSAL's cache in the token store", { concurrency: true }, () => {
  test("after a sign-in in one process, the next one has the account and renews it", async () => {
    const [store, issuer] = [memoryStore(), new TinyIssuer()];
    await signIn(program(issuer, entraCachePlugin(store, scope)), [read]);
    assert.deepEqual(await kept(store), { Account: 1, IdToken: 1, AccessToken: 1, RefreshToken: 1 });

    const next = program(issuer, entraCachePlugin(store, scope));
    const [account] = await next.getAllAccounts();
    assert.equal(account?.username, ada.username);
    const cached = await next.acquireTokenSilent({ account, scopes: [read] });
    assert.deepEqual([cached.fromCache, cached.accessToken], [true, "access 1"]);
    const renewed = await next.acquireTokenSilent({ account, scopes: [calendar] });
    assert.equal(renewed.accessToken, "access 2");
    assert.deepEqual((await secrets(store)).sort(), ["access 1", "access 2", "refresh 2"]);
  });

  test("reading the cache writes nothing", async () => {
    const [store, issuer] = [memoryStore(), new TinyIssuer()];
    const application = program(issuer, entraCachePlugin(store, scope));
    await signIn(application, [read]);
    const { generation } = await store.read();
    const [account] = await application.getAllAccounts();
    await application.acquireTokenSilent({ account: account!, scopes: [read] });
    assert.equal((await store.read()).generation, generation);
  });

  test("an account that another process signed out stays gone when this one writes again", async () => {
    const [store, issuer] = [memoryStore(), new TinyIssuer()];
    const [a, b] = [program(issuer, entraCachePlugin(store, scope)), program(issuer, entraCachePlugin(store, scope))];
    const { account } = await signIn(a, [read]);
    await a.acquireTokenSilent({ account, scopes: [calendar] });

    await b.signOut({ account: (await b.getAllAccounts())[0]! });
    assert.deepEqual(await kept(store), {});

    issuer.person = grace;
    await signIn(a, [read]);
    assert.deepEqual(await kept(store), { Account: 1, IdToken: 1, AccessToken: 1, RefreshToken: 1 });
    assert.deepEqual(
      (await a.getAllAccounts()).map(({ username }) => username),
      [grace.username],
    );
    await assert.rejects(a.acquireTokenSilent({ account, scopes: [read] }), { errorCode: "no_tokens_found" });
  });

  test("this is a flaw of MSAL: with the plugin from its documentation the account returns", async () => {
    let disk = "";
    const documented: () => ICachePlugin = () => ({
      beforeCacheAccess: async (context) => context.tokenCache.deserialize(disk),
      afterCacheAccess: async (context) => {
        if (context.cacheHasChanged) disk = context.tokenCache.serialize();
      },
    });
    const issuer = new TinyIssuer();
    const [a, b] = [program(issuer, documented()), program(issuer, documented())];
    await signIn(a, [read]);
    await b.signOut({ account: (await b.getAllAccounts())[0]! });
    assert.doesNotMatch(disk, /refresh 1/);
    issuer.person = grace;
    await signIn(a, [read]);
    assert.match(disk, /ada@example.com/);
    assert.match(disk, /refresh 1/);
  });

  test("a sign-out while a renewal is under way wins", async () => {
    const [store, issuer] = [memoryStore(), new TinyIssuer()];
    const [a, b] = [program(issuer, entraCachePlugin(store, scope)), program(issuer, entraCachePlugin(store, scope))];
    const { account } = await signIn(a, [read]);
    issuer.duringRenewal = async () => b.signOut({ account: (await b.getAllAccounts())[0]! });
    await a.acquireTokenSilent({ account, scopes: [calendar] });
    assert.deepEqual(await kept(store), {});
    assert.deepEqual(await secrets(store), []);
  });

  test("even one between MSAL's read and write", async () => {
    const [inner, issuer] = [memoryStore(), new TinyIssuer()];
    const b = program(issuer, entraCachePlugin(inner, scope));
    let signOutFirst = false;
    const store: TokenStore = {
      ...inner,
      async change(changes) {
        if (signOutFirst) await b.signOut({ account: (await b.getAllAccounts())[0]! });
        return await inner.change(changes);
      },
    };
    const a = program(issuer, entraCachePlugin(store, scope));
    const { account } = await signIn(a, [read]);
    signOutFirst = true;
    await a.acquireTokenSilent({ account, scopes: [calendar] });
    assert.deepEqual(await kept(inner), {});
    assert.deepEqual(await secrets(inner), []);
  });

  test("a user who signed out can sign in again, in the same process and in another", async () => {
    const [store, issuer] = [memoryStore(), new TinyIssuer()];
    const [a, b] = [program(issuer, entraCachePlugin(store, scope)), program(issuer, entraCachePlugin(store, scope))];
    for (const application of [a, a, b]) {
      const { account } = await signIn(application, [read]);
      assert.deepEqual(await kept(store), { Account: 1, IdToken: 1, AccessToken: 1, RefreshToken: 1 });
      await application.signOut({ account });
      assert.deepEqual(await kept(store), {});
    }
  });

  const removals: Record<string, (signedIn: AccountInfo) => Promise<AccountInfo> | AccountInfo> = {
    "as the sign-in named it": (account) => account,
    "as a program stored it": (account) => JSON.parse(JSON.stringify(account)),
    "in lower case": (account) => ({ ...account, homeAccountId: account.homeAccountId.toLowerCase() }),
  };
  for (const [how, named] of Object.entries(removals)) {
    for (const who of ["the process that signed in", "a new process, as its first act"]) {
      test(`an account whose id has capitals is removed, ${how}, by ${who}`, async () => {
        const [store, issuer] = [memoryStore(), new TinyIssuer()];
        issuer.person = upper;
        const first = program(issuer, entraCachePlugin(store, scope));
        const { account } = await signIn(first, [read]);
        assert.match(account.homeAccountId, /CCCC/);
        await first.acquireTokenSilent({ account, scopes: [calendar] });
        assert.deepEqual(await kept(store), { Account: 1, IdToken: 1, AccessToken: 2, RefreshToken: 1 });

        const remover = who.startsWith("a new") ? program(issuer, entraCachePlugin(store, scope)) : first;
        await remover.getTokenCache().removeAccount(await named(account));
        assert.deepEqual(await kept(store), {});
        assert.deepEqual(await first.getAllAccounts(), []);
      });
    }
  }

  test("removing one account leaves the other", async () => {
    const [store, issuer] = [memoryStore(), new TinyIssuer()];
    const application = program(issuer, entraCachePlugin(store, scope));
    const { account } = await signIn(application, [read]);
    issuer.person = grace;
    await signIn(application, [read]);
    await application.signOut({ account });
    assert.deepEqual(
      (await application.getAllAccounts()).map(({ username }) => username),
      [grace.username],
    );
    assert.deepEqual(await secrets(store), ["access 2", "refresh 2"]);
  });

  test("many calls at once on one cache lose nothing", async (t) => {
    const issuer = new TinyIssuer();
    const store = await openFileStore({ directory: join(scratchFolder(t), "store"), env: {} });
    const application = program(issuer, entraCachePlugin(store, scope));
    const { account } = await signIn(application, [read]);
    const apis = Array.from({ length: 12 }, (_, n) => `api://api-${n}/Read`);
    await Promise.all([
      ...apis.map((api) => application.acquireTokenSilent({ account, scopes: [api] })),
      ...apis.map(() => application.acquireTokenSilent({ account, scopes: [read] })),
      ...apis.map(() => application.getAllAccounts()),
    ]);
    assert.deepEqual(await kept(store), { Account: 1, IdToken: 1, AccessToken: 13, RefreshToken: 1 });
  });

  test("memory that is cleared while MSAL saves does not remove everything", async () => {
    const [store, issuer] = [memoryStore(), new TinyIssuer()];
    const plugin = entraCachePlugin(store, scope);
    const application = program(issuer, plugin);
    await signIn(application, [read]);
    const access = accessOf(application);
    await plugin.beforeCacheAccess(access);
    // As acquireTokenSilent does for another call that starts now.
    application.clearCache();
    await plugin.afterCacheAccess(access);
    assert.deepEqual(await kept(store), { Account: 1, IdToken: 1, AccessToken: 1, RefreshToken: 1 });
  });

  test("another call that starts while MSAL saves does not lose the saved data", async () => {
    const [store, issuer] = [memoryStore(), new TinyIssuer()];
    const plugin = entraCachePlugin(store, scope);
    const application = program(issuer, plugin);
    await signIn(application, [read]);
    const { AccessToken } = JSON.parse(application.getTokenCache().serialize());
    const [[key, token]] = Object.entries(AccessToken) as [[string, object]];

    const access = accessOf(application);
    await plugin.beforeCacheAccess(access);
    const saved = { AccessToken: { [`${key}-more`]: { ...token, target: "more", secret: "access more" } } };
    application.getTokenCache().deserialize(JSON.stringify(saved));
    const other = application.getAllAccounts();
    await setImmediate();
    await plugin.afterCacheAccess(access);
    assert.equal((await other).length, 1);
    assert.ok((await secrets(store)).includes("access more"));
  });

  test("two applications and two authorities share a store without conflicts", async () => {
    const [store, issuer] = [memoryStore(), new TinyIssuer()];
    await signIn(program(issuer, entraCachePlugin(store, scope)), [read]);
    for (const other of [
      { clientId, authority: "https://issuer.example/another" },
      { clientId: "another", authority },
    ]) {
      const application = program(issuer, entraCachePlugin(store, other));
      assert.deepEqual(await application.getAllAccounts(), []);
    }
    const shouted = { clientId: clientId.toUpperCase(), authority: `${authority.toUpperCase()}/` };
    assert.equal((await program(issuer, entraCachePlugin(store, shouted)).getAllAccounts()).length, 1);
  });

  test("a damaged store is reported before MSAL is created", async (t) => {
    const directory = scratchFolder(t);
    await signIn(program(new TinyIssuer(), await cachePlugin({ ...scope, directory })), [read]);
    const [file] = readdirSync(directory).filter((name) => name.endsWith(".enc"));
    writeFileSync(join(directory, file!), "damaged");
    await assert.rejects(cachePlugin({ ...scope, directory }), { name: "DoorcodeError", code: "store_damaged" });
  });

  test("a store that is damaged while MSAL runs is reported in the same words, and MSAL continues after the repair", async (t) => {
    const directory = scratchFolder(t);
    const issuer = new TinyIssuer();
    const application = program(issuer, await cachePlugin({ ...scope, directory }));
    await signIn(application, [read]);
    const [file] = readdirSync(directory).filter((name) => name.endsWith(".enc"));
    writeFileSync(join(directory, "store.99.enc"), "damaged", { mode: 0o600 });
    const damaged = { name: "DoorcodeError", code: "store_damaged" };
    await assert.rejects(application.getAllAccounts(), damaged);
    await assert.rejects(signIn(application, [read]), damaged);
    rmSync(join(directory, "store.99.enc"));
    assert.equal((await application.getAllAccounts()).length, 1, file);
  });
});
