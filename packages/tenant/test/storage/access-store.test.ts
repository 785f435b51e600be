// The facts of the access rule as they are stored, loaded with one call.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { CamelCasePlugin, Kysely } from "kysely";
import type { App, User } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { DEFAULT_USER_FLOW } from "../../src/directory/user-flow.ts";
import { Mutex } from "../../src/kernel/mutex.ts";
import { ChangeFeed } from "../../src/storage/engine/change-feed.ts";
import type { Database } from "../../src/storage/engine/database.ts";
import { sqliteDialect } from "../../src/storage/engine/sqlite-dialect.ts";
import { migrate } from "../../src/storage/migrations/migrate.ts";
import type { Tables } from "../../src/storage/migrations/tables.ts";
import { issuanceCheck } from "../../src/storage/sql/access-store.ts";
import { storeOver } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import {
  sampleApi,
  sampleApp,
  samplePolicy,
  sampleUser,
  sampleUserFlow,
  scopesAt,
  seedSamples,
  T0,
} from "./samples.ts";

describe("the facts of the access rule", () => {
  let db: Kysely<Tables>;
  let store: Store;
  let database: Database;
  before(async () => {
    const memory = new DatabaseSync(":memory:");
    db = new Kysely<Tables>({ dialect: sqliteDialect(memory, memory, new Mutex()), plugins: [new CamelCasePlugin()] });
    await migrate(db);
    const firstRow: Database["firstRow"] = () => async () => undefined;
    const tableName = (table: string) => table;
    const together: Database["together"] = () => Promise.reject(new Error("not used here"));
    database = {
      kind: "sqlite",
      db,
      locksRows: false,
      tableName,
      firstRow,
      together,
      feed: new ChangeFeed(),
      close: () => db.destroy(),
    };
    store = storeOver(database);
  });
  after(() => store.close());

  const put = {
    user: async (changes: Partial<User> = {}) => {
      const user = sampleUser(changes);
      await seed(store).insertUser(user);
      return user;
    },
    app: async (changes: Partial<App> = {}) => {
      const app = sampleApp(changes);
      await seed(store).putApp(app);
      return app;
    },
    group: async (...members: string[]) => {
      const id = randomUUID();
      await seed(store).putGroup({ id, name: id, createdAt: T0 });
      for (const userId of members) await seed(store).addGroupMember(id, userId);
      return id;
    },
  };

  const factsOf = (clientId: string | null, userId: string, resourceId = GRAPH_RESOURCE_ID) =>
    store.access.facts({ clientId, userId, resourceId });

  test("are the user, the app, the API, and the consents for this app, all as they are stored", async () => {
    const own = await seedSamples(store);
    const { user, app, api, consent } = own;
    await seed(store).addConsent({ ...consent, userId: null, resourceId: GRAPH_RESOURCE_ID, scopes: ["openid"] });
    await seed(store).addConsent({ ...consent, userId: randomUUID() });
    await seed(store).addConsent({ ...consent, clientId: randomUUID() });
    const { policies, ...facts } = await factsOf(app.clientId, user.id, api.clientId);
    assert.deepEqual(facts, {
      user,
      app,
      userFlow: DEFAULT_USER_FLOW,
      groupIds: [],
      termsAccepted: true,
      assigned: false,
      api,
      consents: [{ ...consent, userId: null, resourceId: GRAPH_RESOURCE_ID, scopes: ["openid"] }, consent],
      administratorHasFactor: false,
      embedded: false,
    });
    assert.deepEqual(policies, []);
  });

  test("show what does not exist, or is not involved", async () => {
    const { user, app } = await seedSamples(store);
    const missing = await factsOf(app.clientId, randomUUID(), randomUUID());
    assert.deepEqual([missing.user, missing.app, missing.api, missing.consents], [undefined, app, undefined, []]);
    const nothing = await factsOf(randomUUID(), user.id);
    assert.deepEqual([nothing.user, nothing.app, nothing.api, nothing.consents], [user, undefined, undefined, []]);
    const account = await factsOf(null, user.id);
    assert.deepEqual([account.user, account.app, account.userFlow], [user, undefined, DEFAULT_USER_FLOW]);
  });

  test("include disabled users, apps and APIs", async () => {
    const [user, app, api] = [await put.user({ disabledAt: T0 }), await put.app({ disabledAt: T0 }), sampleApi()];
    await seed(store).putApi({ ...api, disabledAt: T0 });
    const facts = await factsOf(app.clientId, user.id, api.clientId);
    assert.deepEqual([facts.user?.disabledAt, facts.app?.disabledAt, facts.api?.disabledAt], [T0, T0, T0]);
  });

  test("are the assignment, if the app requires one: the user's, or that of one of their groups", async () => {
    const { clientId } = await put.app({ assignmentRequired: true });
    const [assigned, member, other] = [randomUUID(), randomUUID(), randomUUID()];
    await seed(store).assign(clientId, assigned);
    await seed(store).assign(clientId, await put.group(member));
    await seed(store).assign((await put.app()).clientId, other);
    await seed(store).assign((await put.app()).clientId, await put.group(other));
    const of = async (userId: string, to = clientId) => (await factsOf(to, userId)).assigned;
    assert.deepEqual([await of(assigned), await of(member), await of(other)], [true, true, false]);
  });

  test("are the app's user flow, and every enabled policy, with or without the other", async () => {
    const flow = sampleUserFlow({ mfaRequired: true });
    await seed(store).putUserFlow(flow);
    const [own, plain] = [await put.app({ userFlowId: flow.id }), await put.app({ requireMfa: true })];
    assert.deepEqual((await factsOf(own.clientId, "user")).userFlow, flow);
    const policies = [samplePolicy({ clientIds: ["app"], excludedUserIds: ["user"] }), samplePolicy()];
    for (const policy of policies) await seed(store).putPolicy(policy);
    await seed(store).putPolicy(samplePolicy({ enabled: false }));
    for (const clientId of [own.clientId, plain.clientId, randomUUID(), null]) {
      const facts = await factsOf(clientId, "user");
      assert.deepEqual(facts.policies.map(({ id }) => id).sort(), policies.map(({ id }) => id).sort());
      assert.deepEqual(
        facts.policies.find(({ id }) => id === policies[0]!.id),
        policies[0],
      );
      assert.deepEqual(facts.userFlow, clientId === own.clientId ? flow : DEFAULT_USER_FLOW);
    }
    for (const { id } of await store.directory.listPolicies()) await seed(store).deletePolicy(id);
  });

  test("are the user's groups, if a policy names any", async () => {
    const [user, app] = [await put.user(), await put.app()];
    const [own, other] = [await put.group(user.id), await put.group(randomUUID())];
    const of = async () => (await factsOf(app.clientId, user.id)).groupIds;
    assert.deepEqual(await of(), []);
    const policy = samplePolicy({ groupIds: [other] });
    await seed(store).putPolicy(policy);
    assert.deepEqual(await of(), [own]);
    assert.deepEqual((await factsOf(null, user.id)).groupIds, [own], "on the account page too");
    await seed(store).deletePolicy(policy.id);
  });

  test("are checked by the rule when tokens are issued", async () => {
    const { user, app, api, scopes } = await seedSamples(store);
    const check = issuanceCheck(database);
    const sign = { methods: ["password" as const], authTime: T0, grantType: null, reach: null };
    const of = { clientId: app.clientId, userId: user.id, scopes, ...sign };
    assert.equal(await check(db, of), "consent_required");
    const identity = { clientId: app.clientId, userId: user.id, resourceId: GRAPH_RESOURCE_ID, scopes: scopes.oidc };
    await seed(store).addConsent(identity);
    assert.equal(await check(db, of), undefined);
    assert.equal(await check(db, { ...of, scopes: scopesAt(api.clientId, ["ToDoList.Admin"]) }), "consent_required");
    await seed(store).putApp({ ...app, requireMfa: true });
    assert.equal(await check(db, of), "second_factor_required");
    assert.equal(await check(db, { ...of, methods: ["password" as const, "totp" as const] }), undefined);
    assert.equal(await check(db, { ...of, userId: randomUUID() }), "user_unknown");
  });
});
