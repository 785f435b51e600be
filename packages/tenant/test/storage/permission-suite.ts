import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { sampleAudit, sampleUser, seedSamples, T0 } from "./samples.ts";

const audit = () => sampleAudit("permission");

/** What apps may do, and who may use them, as administrators change it. */
export function permissionSuite(makeStore: MakeStore): void {
  describe("individual consents and assignments", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("a consent is inserted once, replaced as a whole and deleted; others do not change", async () => {
      const { app, api, user } = await seedSamples(store);
      const key = { clientId: app.clientId, userId: null, resourceId: api.clientId };
      const { permissions } = store;
      const outcomes = await Promise.all(
        ["A", "B", "C"].map((scope) => permissions.insertConsent({ ...key, scopes: [scope] }, audit())),
      );
      assert.deepEqual(outcomes.sort(), ["exists", "exists", "inserted"]);
      assert.equal(await permissions.replaceConsent({ ...key, scopes: ["D", "E"] }, audit()), true);
      assert.deepEqual(await permissions.findConsent(key), { ...key, scopes: ["D", "E"] });
      const own = { ...key, userId: user.id };
      assert.deepEqual((await permissions.findConsent(own))?.scopes, ["ToDoList.Read"]);
      assert.equal(await permissions.deleteConsent(key, audit()), true);
      assert.equal(await permissions.deleteConsent(key, audit()), false);
      assert.equal(await permissions.replaceConsent({ ...key, scopes: ["F"] }, audit()), false);
      assert.deepEqual(await permissions.listConsents({ clientId: app.clientId }), [
        { ...own, scopes: ["ToDoList.Read"] },
      ]);
      const unknown = { ...key, clientId: randomUUID(), scopes: ["A"] };
      assert.equal(await permissions.insertConsent(unknown, audit()), "unknown");
    });

    test("a consent is set with or without an existing one, among concurrent withdrawals, and exists after each", async () => {
      const { app, api } = await seedSamples(store);
      const key = { clientId: app.clientId, userId: null, resourceId: api.clientId };
      const { permissions } = store;
      const [inserted, replaced] = ["inserted", "replaced"].map((event) => sampleAudit(`${event} ${key.clientId}`));
      const put = (...scopes: string[]) =>
        permissions.putConsent({ ...key, scopes }, { inserted: inserted!, replaced: replaced! });
      assert.equal(await put("A", "B"), "inserted");
      assert.equal(await put("C"), "replaced");
      assert.deepEqual((await permissions.findConsent(key))?.scopes, ["C"]);
      // However calls interleave, each put created a consent or changed the existing one.
      let there = 1;
      for (let round = 0; round < 20; round++) {
        const [first, gone, second] = await Promise.all([put("D"), permissions.deleteConsent(key, audit()), put("E")]);
        there += [first, second].filter((outcome) => outcome === "inserted").length - (gone ? 1 : 0);
        assert.equal(Number((await permissions.findConsent(key)) !== undefined), there);
      }
      const records = async (event: string) => (await store.audit.list({ event, limit: 99 })).length;
      assert.equal((await records(inserted!.event)) + (await records(replaced!.event)), 42);
      const unknown = { ...key, clientId: randomUUID(), scopes: ["A"] };
      assert.equal(await permissions.putConsent(unknown, { inserted: inserted!, replaced: replaced! }), "unknown");
    });

    test("of two concurrent replacements of a consent, one wins as a whole, every time", async () => {
      const { app, api } = await seedSamples(store);
      const key = { clientId: app.clientId, userId: null, resourceId: api.clientId };
      await store.permissions.insertConsent({ ...key, scopes: ["first"] }, audit());
      for (let round = 0; round < 20; round++) {
        const wanted = [
          ["A", "B"],
          ["C", "D"],
        ];
        await Promise.all(wanted.map((scopes) => store.permissions.replaceConsent({ ...key, scopes }, audit())));
        const current = (await store.permissions.findConsent(key))?.scopes;
        assert.ok(
          wanted.some((scopes) => scopes.join() === current?.join()),
          current?.join(),
        );
      }
    });

    test("assignments are listed and removed one by one", async () => {
      const { api, user } = await seedSamples(store);
      const { clientId } = api;
      const group = { id: randomUUID(), name: "Group", createdAt: T0 };
      await seed(store).putGroup(group);
      const role = { clientId, roleValue: "ToDoList.Reader", principalId: user.id };
      const plain = { clientId, roleValue: null, principalId: group.id };
      const { permissions } = store;
      for (const each of [role, plain]) {
        const outcomes = await Promise.all([permissions.assign(each, audit()), permissions.assign(each, audit())]);
        assert.deepEqual(outcomes.sort(), ["assigned", "exists"]);
      }
      assert.deepEqual(await permissions.assignmentsAt(clientId), [plain, role]);
      assert.deepEqual(await store.directory.rolesFor(clientId, user.id), ["ToDoList.Reader"]);
      for (const each of [role, plain]) {
        assert.equal(await permissions.unassign(each, audit()), true);
        assert.equal(await permissions.unassign(each, audit()), false);
      }
      assert.deepEqual(await permissions.assignmentsAt(clientId), []);
      const unknown = { ...role, principalId: sampleUser().id };
      assert.equal(await permissions.assign(unknown, audit()), "unknown_principal");
      assert.equal(await permissions.assign({ ...role, clientId: randomUUID() }, audit()), "unknown_resource");
    });

    test("after a group's deletion is confirmed, nothing is assigned to it, even by concurrent calls", async () => {
      const { api } = await seedSamples(store);
      for (let round = 0; round < 20; round++) {
        const group = { id: randomUUID(), name: "Group", createdAt: T0 };
        await seed(store).putGroup(group);
        const assignment = { clientId: api.clientId, roleValue: "ToDoList.Reader", principalId: group.id };
        await Promise.all([
          store.permissions.assign(assignment, audit()),
          store.administration.groups.delete(group.id, audit()),
        ]);
        assert.deepEqual(await store.permissions.assignmentsAt(api.clientId), []);
      }
    });
  });
}
