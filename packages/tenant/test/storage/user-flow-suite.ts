import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { newRegistration } from "../../src/admin/apps.ts";
import type { App } from "../../src/directory/entities.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  sampleApi,
  sampleApp,
  sampleAudit,
  samplePolicy,
  sampleUser,
  sampleUserFlow,
  seedSamples,
  T0,
} from "./samples.ts";

const registeredApp = (app: App) => ({ kind: "app" as const, registration: newRegistration(app.clientId), app });

export function userFlowSuite(makeStore: MakeStore): void {
  describe("user flows, policies and groups", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("a user flow is found as it was stored, replaced as a whole, and its name is unique", async () => {
      const { directory } = store;
      const flow = sampleUserFlow();
      assert.equal(await directory.findUserFlow(flow.id), undefined);
      assert.equal(await seed(store).putUserFlow(flow), true);
      assert.deepEqual(await directory.findUserFlow(flow.id), flow);
      const changed = sampleUserFlow({
        id: flow.id,
        signUpAllowed: false,
        methods: ["email_code"],
        mfaRequired: true,
        mfaMethods: ["totp", "email_code"],
        attributes: [],
        termsOfUse: null,
      });
      assert.equal(await seed(store).putUserFlow(changed), true);
      assert.deepEqual(await directory.findUserFlow(flow.id), changed);
      assert.equal(await seed(store).putUserFlow(sampleUserFlow({ name: changed.name })), false);
      assert.deepEqual(
        (await directory.listUserFlows()).filter(({ name }) => name === changed.name),
        [changed],
      );
    });

    test("of two flows stored with one name at once, one succeeds", async () => {
      const name = randomUUID();
      const put = [1, 2, 3, 4].map(() => seed(store).putUserFlow(sampleUserFlow({ name })));
      assert.deepEqual((await Promise.all(put)).sort(), [false, false, false, true]);
    });

    test("a flow that apps use stays, and the refusal names them; an unused one can be deleted", async () => {
      const { directory } = store;
      const [flow, kept] = [sampleUserFlow(), sampleUserFlow()];
      const [app, other] = [sampleApp({ userFlowId: flow.id }), sampleApp({ userFlowId: kept.id })];
      for (const each of [flow, kept]) await seed(store).putUserFlow(each);
      for (const each of [app, other]) await seed(store).putApp(each);
      assert.deepEqual(await seed(store).deleteUserFlow(flow.id), { usedBy: [app.name] });
      assert.deepEqual(await directory.findUserFlow(flow.id), flow);
      await seed(store).putApp({ ...app, userFlowId: null });
      assert.equal(await seed(store).deleteUserFlow(flow.id), "deleted");
      assert.equal(await seed(store).deleteUserFlow(flow.id), "unknown");
      assert.equal((await directory.findApp(other.clientId))?.userFlowId, kept.id);
    });

    test("a flow that is deleted while apps start to use it is used by none, or stays", async () => {
      for (let round = 0; round < 8; round++) {
        const flow = sampleUserFlow();
        await seed(store).putUserFlow(flow);
        const linked = sampleApp();
        await seed(store).putApp(linked);
        const [put, deleted] = await Promise.all([
          store.registrations.insert(registeredApp(sampleApp({ userFlowId: flow.id })), sampleAudit("app")),
          seed(store).deleteUserFlow(flow.id),
          store.administration.flows.link(flow.id, linked.clientId, sampleAudit("app")),
        ]);
        const users = (await store.directory.listApps()).filter(({ userFlowId }) => userFlowId === flow.id);
        const there = (await store.directory.findUserFlow(flow.id)) !== undefined;
        assert.equal(there, users.length > 0, `${put} ${JSON.stringify(deleted)}`);
        assert.equal(deleted === "deleted", !there);
        if (!there) assert.equal(put, "user_flow");
      }
    });

    test("a user's answers, language and acceptance of the terms are stored with their types", async () => {
      const user = sampleUser({
        attributes: { city: "Kraków", extension_age: 41, extension_news: false, extension_tags: ["a", "b"] },
        locale: "de",
        termsAcceptedAt: T0,
      });
      await seed(store).insertUser(user);
      assert.deepEqual(await store.directory.findUser(user.id), user);
      assert.deepEqual(await store.directory.findUserByEmail(user.emailNormalized), user);
    });

    test("policies are stored, replaced and deleted; null means all users, and differs from an empty list", async () => {
      const { directory } = store;
      const policy = samplePolicy({ clientIds: [], groupIds: ["a"], excludedUserIds: ["b"] });
      await seed(store).putPolicy(policy);
      assert.deepEqual(await directory.listPolicies(), [policy]);
      const changed = samplePolicy({ id: policy.id, enabled: false });
      await seed(store).putPolicy(changed);
      assert.deepEqual(await directory.listPolicies(), [changed]);
      assert.equal(await seed(store).deletePolicy(policy.id), true);
      assert.equal(await seed(store).deletePolicy(policy.id), false);
      assert.deepEqual(await directory.listPolicies(), []);
      await seed(store).deleteGroup("a");
    });

    test("a group has members, roles and apps, and is deleted with all of them", async () => {
      const { directory } = store;
      const { user, app } = await seedSamples(store);
      const api = sampleApi();
      await seed(store).putApi(api);
      const group = { id: randomUUID(), name: "Readers", createdAt: T0 };
      assert.equal(await seed(store).addGroupMember(group.id, user.id), false, "no such group yet");
      await seed(store).putGroup(group);
      await seed(store).putGroup({ ...group, name: "Those who read" });
      assert.deepEqual(await directory.listGroups(), [{ ...group, name: "Those who read" }]);
      for (let twice = 0; twice < 2; twice++) {
        assert.equal(await seed(store).addGroupMember(group.id, user.id), true);
        await seed(store).assign(app.clientId, group.id);
        await seed(store).assignRole(api.clientId, "ToDoList.Reader", group.id);
      }
      assert.deepEqual(await directory.groupsOf(user.id), [group.id]);
      assert.deepEqual(await directory.assignmentsOf(app.clientId), [group.id]);
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), ["ToDoList.Reader"]);
      assert.equal(await seed(store).deleteGroup(group.id), true);
      assert.equal(await seed(store).deleteGroup(group.id), false);
      assert.deepEqual(await directory.groupsOf(user.id), []);
      assert.deepEqual(await directory.assignmentsOf(app.clientId), []);
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), []);
    });

    test("a member and an assignment are removed individually, and with the app", async () => {
      const { directory } = store;
      const { user, app } = await seedSamples(store);
      const group = { id: randomUUID(), name: "Writers", createdAt: T0 };
      await seed(store).putGroup(group);
      await seed(store).addGroupMember(group.id, user.id);
      await seed(store).removeGroupMember(group.id, user.id);
      assert.deepEqual(await directory.groupsOf(user.id), []);
      await seed(store).assign(app.clientId, user.id);
      await seed(store).assign(app.clientId, group.id);
      await seed(store).unassign(app.clientId, group.id);
      assert.deepEqual(await directory.assignmentsOf(app.clientId), [user.id]);
      await seed(store).deleteApp(app.clientId, T0);
      assert.deepEqual(await directory.assignmentsOf(app.clientId), []);
    });

    test("a policy loses a deleted app and group, and then applies to nothing rather than everything", async () => {
      const { directory } = store;
      const { app } = await seedSamples(store);
      const group = { id: randomUUID(), name: "Gone", createdAt: T0 };
      await seed(store).putGroup(group);
      const policy = samplePolicy({ clientIds: [app.clientId], groupIds: [group.id] });
      await seed(store).putPolicy(policy);
      await seed(store).deleteGroup(group.id);
      await seed(store).deleteApp(app.clientId, T0);
      const kept = (await directory.listPolicies()).find(({ id }) => id === policy.id);
      assert.deepEqual(kept, { ...policy, clientIds: [], groupIds: [] });
      await seed(store).deletePolicy(policy.id);
    });
  });
}
