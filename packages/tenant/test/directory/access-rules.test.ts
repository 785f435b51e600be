// Who may use an app, and with which factors: what the pages ask. Whenever a token is issued the store asks the same.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { administrativeScopes, mayGrant } from "../../src/directory/administration.ts";
import { mayUse } from "../../src/directory/assignment.ts";
import type { App } from "../../src/directory/entities.ts";
import { requiresMfa } from "../../src/directory/mfa-requirement.ts";
import { anyNames, policiesAbout } from "../../src/directory/policies.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Policy } from "../../src/directory/user-flow.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleApp, samplePolicy, sampleUser, sampleUserFlow, scopesAt, T0 } from "../storage/samples.ts";

let store: Store;
before(async () => {
  store = await openSqliteStore(":memory:");
});
after(() => store.close());

async function appWith(changes: Partial<App> = {}): Promise<App> {
  const app = sampleApp(changes);
  await seed(store).putApp(app);
  return app;
}

async function groupOf(...userIds: string[]): Promise<string> {
  const id = randomUUID();
  await seed(store).putGroup({ id, name: id, createdAt: T0 });
  for (const userId of userIds) await seed(store).addGroupMember(id, userId);
  return id;
}

describe("a policy", () => {
  const [clientId, userId] = ["app", "user"];
  const counts = (changes: Partial<Policy>, about: { clientId: string | undefined; userId: string }) =>
    policiesAbout([samplePolicy(changes)], about).length > 0;

  test("without apps counts for every app and for the account page", () => {
    assert.equal(counts({}, { clientId, userId }), true);
    assert.equal(counts({}, { clientId: undefined, userId }), true);
  });

  test("that names apps counts for these, and not for the account page", () => {
    assert.equal(counts({ clientIds: ["another", clientId] }, { clientId, userId }), true);
    assert.equal(counts({ clientIds: ["another"] }, { clientId, userId }), false);
    assert.equal(counts({ clientIds: [] }, { clientId, userId }), false);
    assert.equal(counts({ clientIds: [clientId] }, { clientId: undefined, userId }), false);
  });

  test("that is switched off, or leaves the person out, does not count", () => {
    assert.equal(counts({ enabled: false }, { clientId, userId }), false);
    assert.equal(counts({ excludedUserIds: ["another", userId] }, { clientId, userId }), false);
    assert.equal(counts({ excludedUserIds: ["another"] }, { clientId, userId }), true);
  });

  test("names everybody, or the members of its groups", () => {
    const names = (groupIds: string[] | null, own: string[]) => anyNames([samplePolicy({ groupIds })], own);
    assert.equal(names(null, []), true);
    assert.equal(names(["a", "b"], ["x", "b"]), true);
    assert.equal(names(["a"], ["b"]), false);
    assert.equal(names([], ["b"]), false);
    assert.equal(anyNames([], ["a"]), false);
    assert.equal(anyNames([samplePolicy({ groupIds: ["a"] }), samplePolicy({ groupIds: ["b"] })], ["b"]), true);
  });
});

describe("a second factor is required", () => {
  test("by the app, by its user flow, or not at all", async () => {
    const strict = sampleUserFlow({ mfaRequired: true });
    await seed(store).putUserFlow(strict);
    assert.equal(await requiresMfa(store, await appWith({ requireMfa: true }), "user"), true);
    assert.equal(await requiresMfa(store, await appWith({ userFlowId: strict.id }), "user"), true);
    assert.equal(await requiresMfa(store, await appWith(), "user"), false);
    assert.equal(await requiresMfa(store, undefined, "user"), false);
  });

  test("by a policy for the app, of its groups' members alone", async () => {
    const [app, member] = [await appWith(), randomUUID()];
    const policy = samplePolicy({ clientIds: [app.clientId], groupIds: [await groupOf(member)] });
    await seed(store).putPolicy(policy);
    assert.equal(await requiresMfa(store, app, member), true);
    assert.equal(await requiresMfa(store, app, randomUUID()), false);
    assert.equal(await requiresMfa(store, await appWith(), member), false);
    assert.equal(await requiresMfa(store, undefined, member), false, "the account page is no app");
    await seed(store).putPolicy({ ...policy, clientIds: null });
    assert.equal(await requiresMfa(store, undefined, member), true, "but every app's policy counts there");
    await seed(store).putPolicy({ ...policy, groupIds: null });
    assert.equal(await requiresMfa(store, app, randomUUID()), true);
    await seed(store).deletePolicy(policy.id);
  });
});

describe("an app", () => {
  test("that requires assignment is for those who have it, themselves or through a group", async () => {
    const { clientId } = await appWith({ assignmentRequired: true });
    const [assigned, member, stranger] = [randomUUID(), randomUUID(), randomUUID()];
    await seed(store).assign(clientId, assigned);
    await seed(store).assign(clientId, await groupOf(member));
    assert.equal(await mayUse(store, clientId, assigned), true);
    assert.equal(await mayUse(store, clientId, member), true);
    assert.equal(await mayUse(store, clientId, stranger), false);
  });

  test("that requires none is for everybody", async () => {
    const { clientId } = await appWith();
    assert.equal(await mayUse(store, clientId, randomUUID()), true);
  });
});

describe("an administrative scope", () => {
  const asked = ["User.Read", "User.Read.All", "Application.ReadWrite.All"];

  test("is Graph's: the person's own account is none, nor is an API's scope of the same name", () => {
    assert.deepEqual(administrativeScopes(scopesAt(GRAPH_RESOURCE_ID, asked)), asked.slice(1));
    assert.deepEqual(administrativeScopes(scopesAt(randomUUID(), asked)), []);
  });

  test("is an administrator's to grant; anything else is everybody's", async () => {
    const [one, other] = [sampleUser({ administrator: true }), sampleUser()];
    for (const user of [one, other]) await seed(store).insertUser(user);
    const administrative = scopesAt(GRAPH_RESOURCE_ID, asked);
    assert.equal(await mayGrant(store, administrative, one.id), true);
    assert.equal(await mayGrant(store, administrative, other.id), false);
    assert.equal(await mayGrant(store, administrative, randomUUID()), false);
    assert.equal(await mayGrant(store, scopesAt(GRAPH_RESOURCE_ID, ["User.Read"]), other.id), true);
  });
});
