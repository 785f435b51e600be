import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { ApiScope } from "../../src/directory/entities.ts";
import { permissionsOf } from "../../src/directory/permissions.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../../src/directory/scopes.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleApi, scopesAt } from "../storage/samples.ts";

let store: Store;
before(async () => {
  store = await openSqliteStore(":memory:");
});
after(() => store.close());

const scope = (value: string, changes: Partial<ApiScope> = {}): ApiScope => ({
  ...sampleApi().scopes[0]!,
  value,
  displayName: `Words for ${value}`,
  ...changes,
});

/** An API, and an app and a person that no consent is of yet. */
async function fresh(...scopes: ApiScope[]) {
  const api = sampleApi({ scopes });
  await seed(store).putApi(api);
  const [clientId, userId] = [randomUUID(), randomUUID()];
  const consent = (by: string | null, names: string[], resourceId = api.clientId) =>
    seed(store).addConsent({ clientId, userId: by, resourceId, scopes: names });
  const asked = (names: string[], changes: Partial<ScopeSet> = {}) =>
    permissionsOf(store, {
      clientId,
      userId,
      requested: { ...scopesAt(api.clientId, names), oidc: ["openid"], ...changes },
    });
  const atGraph = (names: string[], oidc = ["openid"]) => asked(names, { resourceId: GRAPH_RESOURCE_ID, oidc });
  return { api, userId, consent, asked, atGraph };
}

const YOU = { kind: "you" };
const HOUR = { kind: "for_hours", hours: 1 };
const api = (text: string) => ({ kind: "api", text });

describe("what a person is asked to allow", () => {
  test("begins with who they are, as far as it is asked", async () => {
    const { atGraph } = await fresh();
    const first = async (...oidc: string[]) => (await atGraph([], oidc)).lines[0]!.kind;
    assert.equal(await first("openid"), "you");
    assert.equal(await first("openid", "profile"), "name");
    assert.equal(await first("openid", "email"), "email");
    assert.equal(await first("openid", "profile", "email"), "name_and_email");
  });

  test("ends with how long: 90 days from each use with offline_access, else an hour", async () => {
    const { atGraph } = await fresh();
    assert.deepEqual((await atGraph([], ["openid", "offline_access"])).lines, [YOU, { kind: "offline", days: 90 }]);
    assert.deepEqual((await atGraph([])).lines, [YOU, HOUR]);
  });

  test("is a line for each scope of the API, in the words for people where it has some", async () => {
    const scopes = [scope("Read"), scope("Write", { userDisplayName: "Change your lists" }), scope("Unasked")];
    const { asked } = await fresh(...scopes);
    const { lines, approved, withdrawn } = await asked(["Write", "Read"]);
    assert.deepEqual(lines, [YOU, api("Words for Read"), api("Change your lists"), HOUR]);
    assert.deepEqual([approved.resourceScopes, withdrawn], [["Write", "Read"], false]);
  });

  test("leaves out scopes that are gone or off, and says so", async () => {
    const { asked } = await fresh(scope("Read"), scope("Off", { enabled: false }));
    const { lines, approved, withdrawn } = await asked(["Read", "Off", "Gone"]);
    assert.deepEqual(lines, [YOU, api("Words for Read"), HOUR]);
    assert.deepEqual([approved.resourceScopes, withdrawn], [["Read"], true]);
  });

  test("is nothing of an API that is disabled or gone", async () => {
    const { api: own, asked } = await fresh(scope("Read"));
    await seed(store).putApi({ ...own, disabledAt: 1 });
    for (const changes of [{}, { resourceId: randomUUID() }]) {
      const { lines, approved, withdrawn } = await asked(["Read"], changes);
      assert.deepEqual([lines, approved.resourceScopes, withdrawn], [[YOU, HOUR], [], true]);
    }
  });

  test("of .default is what the administrator allowed and is still offered", async () => {
    const scopes = [scope("Read"), scope("Off", { enabled: false }), scope("Theirs"), scope("Unasked")];
    const { userId, consent, asked } = await fresh(...scopes);
    await consent(null, ["Read", "Off"]);
    await consent(userId, ["Theirs"]);
    const { lines, approved, withdrawn } = await asked([], { isDefault: true });
    assert.deepEqual(lines, [YOU, api("Words for Read"), HOUR]);
    assert.deepEqual([approved.resourceScopes, approved.isDefault, withdrawn], [["Read"], true, false]);
  });

  test("of .default without an administrator's consent is nothing that a yes could mean", async () => {
    const { consent, asked } = await fresh(scope("Read"));
    await consent(null, ["Read"], GRAPH_RESOURCE_ID);
    const { approved, withdrawn } = await asked([], { isDefault: true });
    assert.deepEqual([approved.resourceScopes, withdrawn], [[], true]);
  });

  test("at Graph is the own account, and each administrative permission", async () => {
    const { atGraph } = await fresh();
    const { lines, approved, withdrawn } = await atGraph(["User.Read", "User.ReadWrite.All", "User.Read.All"]);
    const people = { kind: "administration", of: "change_people" };
    assert.deepEqual(lines, [YOU, { kind: "account" }, people, HOUR]);
    assert.equal(approved.resourceScopes.length, 3);
    assert.equal(withdrawn, false);
    assert.deepEqual((await atGraph(["User.Read.All"])).lines[1], { kind: "administration", of: "see_people" });
  });

  test("at an API of its own is no permission of Graph that has the same name", async () => {
    const { asked } = await fresh(scope("User.Read"), scope("User.Read.All"));
    const { lines } = await asked(["User.Read", "User.Read.All"]);
    assert.deepEqual(lines, [YOU, api("Words for User.Read"), api("Words for User.Read.All"), HOUR]);
  });
});

describe("of what is asked", () => {
  test("all is new to a person who has never said yes, whatever the administrator allowed", async () => {
    const { consent, asked } = await fresh(scope("Read"));
    await consent(null, ["Read"]);
    await consent(null, ["openid"], GRAPH_RESOURCE_ID);
    const { already, fresh: isNew, stays } = await asked(["Read"], { oidc: ["openid", "offline_access"] });
    assert.deepEqual([already, isNew, stays.already], [[], [YOU, api("Words for Read")], false]);
  });

  test("after a first yes, what was given before or allowed by the administrator is not", async () => {
    const { userId, consent, asked } = await fresh(scope("Read"), scope("Write"), scope("New"));
    await consent(userId, ["openid"], GRAPH_RESOURCE_ID);
    await consent(userId, ["Read"]);
    await consent(null, ["Write"]);
    const { already, fresh: isNew } = await asked(["Read", "Write", "New"]);
    assert.deepEqual(already, [YOU, api("Words for Read"), api("Words for Write")]);
    assert.deepEqual(isNew, [api("Words for New")]);
  });

  test("a line is new when one of its scopes is, and a consent to another resource is none", async () => {
    const { api: own, userId, consent, asked } = await fresh(scope("Read"));
    await consent(userId, ["openid", "Read"], GRAPH_RESOURCE_ID);
    await consent(userId, ["profile"], own.clientId);
    const { already, fresh: isNew } = await asked(["Read"], { oidc: ["openid", "profile"] });
    assert.deepEqual([already, isNew], [[], [{ kind: "name" }, api("Words for Read")]]);
  });

  test("an administrative permission is always new", async () => {
    const { userId, consent, atGraph } = await fresh();
    await consent(userId, ["openid", "User.Read", "User.Read.All"], GRAPH_RESOURCE_ID);
    const { already, fresh: isNew } = await atGraph(["User.Read", "User.Read.All"]);
    assert.deepEqual(already, [YOU, { kind: "account" }]);
    assert.deepEqual(isNew, [{ kind: "administration", of: "see_people" }]);
  });

  test("the own account is new until it was given", async () => {
    const { userId, consent, atGraph } = await fresh();
    await consent(userId, ["openid"], GRAPH_RESOURCE_ID);
    assert.deepEqual((await atGraph(["User.Read"])).fresh, [{ kind: "account" }]);
  });

  test("staying signed in is new until offline_access was given; an hour never is", async () => {
    const { userId, consent, atGraph } = await fresh();
    const stays = async (...oidc: string[]) => (await atGraph([], oidc)).stays;
    assert.deepEqual(await stays("openid"), { line: HOUR, already: true });
    await consent(userId, ["openid"], GRAPH_RESOURCE_ID);
    const offline = { kind: "offline", days: 90 };
    assert.deepEqual(await stays("openid", "offline_access"), { line: offline, already: false });
    assert.deepEqual(
      (await atGraph([], ["openid", "offline_access"])).already,
      [YOU],
      "and is no part of who they are",
    );
    await consent(userId, ["offline_access"], GRAPH_RESOURCE_ID);
    assert.deepEqual(await stays("openid", "offline_access"), { line: offline, already: true });
  });
});
