// What a token is issued by, asked by itself: user, app, assignment, second factor, administrator's right, consents.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { CamelCasePlugin, Kysely } from "kysely";
import type { Api, App, User } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Policy, UserFlow } from "../../src/directory/user-flow.ts";
import { Mutex } from "../../src/kernel/mutex.ts";
import type { Database } from "../../src/storage/engine/database.ts";
import { sqliteDialect } from "../../src/storage/engine/sqlite-dialect.ts";
import { migrate } from "../../src/storage/migrations/migrate.ts";
import type { Tables } from "../../src/storage/migrations/tables.ts";
import { storeOver } from "../../src/storage/sql/open-store.ts";
import { type Standing, standing } from "../../src/storage/sql/standing.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import {
  type Furniture,
  furnish,
  sampleApi,
  sampleApp,
  samplePolicy,
  sampleUser,
  sampleUserFlow,
  scopesAt,
  T0,
} from "./samples.ts";

describe("a token is issued by", () => {
  let db: Kysely<Tables>;
  let store: Store;
  let stands: Standing;
  before(async () => {
    const memory = new DatabaseSync(":memory:");
    db = new Kysely<Tables>({ dialect: sqliteDialect(memory, memory, new Mutex()), plugins: [new CamelCasePlugin()] });
    await migrate(db);
    const firstRow: Database["firstRow"] = () => async () => undefined;
    const database: Database = { kind: "sqlite", db, locksRows: false, firstRow, close: () => db.destroy() };
    store = storeOver(database);
    stands = standing(database);
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
    flow: async (changes: Partial<UserFlow>) => {
      const flow = sampleUserFlow(changes);
      await seed(store).putUserFlow(flow);
      return flow.id;
    },
    group: async (...members: string[]) => {
      const id = randomUUID();
      await seed(store).putGroup({ id, name: id, createdAt: T0 });
      for (const userId of members) await seed(store).addGroupMember(id, userId);
      return id;
    },
  };

  test("a user and an app that are there and not disabled", async () => {
    const [user, app] = [await put.user(), await put.app()];
    assert.equal(await stands.user(db, user.id), true);
    assert.equal(await stands.app(db, app.clientId), true);
    const disabled = [await put.user({ disabledAt: T0 }), await put.app({ disabledAt: T0 })] as const;
    for (const id of [disabled[0].id, randomUUID()]) assert.equal(await stands.user(db, id), false);
    for (const id of [disabled[1].clientId, randomUUID()]) assert.equal(await stands.app(db, id), false);
  });

  test("an assignment, where the app requires one: the person's, or that of a group of theirs", async () => {
    const { clientId } = await put.app({ assignmentRequired: true });
    const [assigned, member, other] = [randomUUID(), randomUUID(), randomUUID()];
    await seed(store).assign(clientId, assigned);
    await seed(store).assign(clientId, await put.group(member));
    await seed(store).assign((await put.app()).clientId, other);
    await seed(store).assign((await put.app()).clientId, await put.group(other));
    const of = (userId: string, to = clientId) => stands.assigned(db, { clientId: to, userId });
    assert.deepEqual([await of(assigned), await of(member), await of(other)], [true, true, false]);
    const open = await put.app();
    assert.equal(await of(other, open.clientId), true);
  });

  describe("a second factor, or that none is demanded", () => {
    const withoutOne = (clientId: string, userId: string = randomUUID(), amr = ["pwd", "otp"]) =>
      stands.factors(db, { clientId, userId, amr });

    test("by the app, or by its user flow", async () => {
      const [lax, strict] = [await put.flow({ mfaRequired: false }), await put.flow({ mfaRequired: true })];
      for (const demanding of [{ requireMfa: true }, { requireMfa: true, userFlowId: lax }, { userFlowId: strict }]) {
        const { clientId } = await put.app(demanding);
        assert.equal(await withoutOne(clientId), false);
        assert.equal(await withoutOne(clientId, randomUUID(), ["pwd", "otp", "mfa"]), true);
      }
      for (const changes of [{}, { userFlowId: lax }]) {
        assert.equal(await withoutOne((await put.app(changes)).clientId), true);
      }
    });

    test("by a policy that is on, for the app or for all, for everybody or a group, and not for who is left out", async () => {
      const [{ clientId }, userId] = [await put.app(), randomUUID()];
      const [own, others] = [await put.group(userId), await put.group(randomUUID())];
      const demands = async (changes: Partial<Policy>) => {
        const policy = samplePolicy(changes);
        await seed(store).putPolicy(policy);
        const free = await withoutOne(clientId, userId);
        await seed(store).deletePolicy(policy.id);
        return !free;
      };
      assert.equal(await demands({}), true);
      assert.equal(await demands({ enabled: false }), false);
      assert.equal(await demands({ clientIds: [randomUUID(), clientId] }), true);
      assert.equal(await demands({ clientIds: [randomUUID()] }), false);
      assert.equal(await demands({ groupIds: [others, own] }), true);
      assert.equal(await demands({ groupIds: [others] }), false);
      assert.equal(await demands({ excludedUserIds: [userId] }), false);
    });

    test("and an app that is gone demands what every app's policies do", async () => {
      assert.equal(await withoutOne(randomUUID()), true);
      const policy = samplePolicy();
      await seed(store).putPolicy(policy);
      assert.equal(await withoutOne(randomUUID()), false);
      await seed(store).deletePolicy(policy.id);
    });
  });

  test("an administrator, where a scope is administrative", async () => {
    const [one, other] = [await put.user({ administrator: true }), await put.user()];
    const of = (userId: string, names: string[], resourceId = GRAPH_RESOURCE_ID) =>
      stands.administrator(db, { userId, scopes: scopesAt(resourceId, names) });
    assert.equal(await of(one.id, ["User.Read.All"]), true);
    assert.equal(await of(other.id, ["User.Read", "User.Read.All"]), false);
    assert.equal(await of(randomUUID(), ["User.Read.All"]), false);
    assert.equal(await of(other.id, ["User.Read"]), true);
    assert.equal(await of(other.id, ["User.Read.All"], randomUUID()), true);
  });

  describe("consents to every scope that is still offered", () => {
    const names = ["ToDoList.Read", "ToDoList.Admin"];
    const of = ({ app, user, api }: Furniture, asked: string[]) =>
      stands.scopes(db, { clientId: app.clientId, userId: user.id, scopes: scopesAt(api.clientId, asked) });

    test("the person's own, or the administrator's; where it is reserved, the administrator's alone", async () => {
      const own = await furnish(store);
      assert.equal(await of(own, ["ToDoList.Read"]), true);
      await seed(store).addConsent({ ...own.consent, scopes: names });
      assert.equal(await of(own, names), false, "a person's yes to what is reserved");
      await seed(store).addConsent({ ...own.consent, userId: null, scopes: ["ToDoList.Admin"] });
      assert.equal(await of(own, names), true);
      assert.equal(await of({ ...own, user: await put.user() }, ["ToDoList.Admin"]), true);
      assert.equal(await of({ ...own, user: await put.user() }, ["ToDoList.Read"]), false);
    });

    test("not of another app, person or API, nor to another scope", async () => {
      const own = await furnish(store);
      const others: Furniture[] = [
        { ...own, app: await put.app() },
        { ...own, user: await put.user() },
      ];
      for (const other of others) assert.equal(await of(other, ["ToDoList.Read"]), false);
      const api = sampleApi();
      await seed(store).putApi(api);
      assert.equal(await of({ ...own, api }, ["ToDoList.Read"]), false);
      assert.equal(await of(own, ["ToDoList.Read", "ToDoList.Other"]), false);
    });

    const gone: Record<string, (api: Api) => Partial<Api>> = {
      "the API is disabled": () => ({ disabledAt: T0 }),
      "the scope is off": ({ scopes }) => ({ scopes: scopes.map((each) => ({ ...each, enabled: false })) }),
      "the scope is gone": ({ scopes }) => ({ scopes: scopes.filter(({ value }) => value !== "ToDoList.Read") }),
    };
    for (const [what, change] of Object.entries(gone)) {
      test(`no more once ${what}`, async () => {
        const own = await furnish(store);
        await seed(store).putApi({ ...own.api, ...change(own.api) });
        assert.equal(await of(own, ["ToDoList.Read"]), false);
      });
    }

    test("of an API that is there, even for no scope of it; Graph's need none", async () => {
      const own = await furnish(store);
      assert.equal(await of(own, []), true);
      assert.equal(await of({ ...own, api: sampleApi() }, []), false);
      assert.equal(await of({ ...own, api: { ...own.api, clientId: GRAPH_RESOURCE_ID } }, ["User.Read"]), true);
    });
  });
});
