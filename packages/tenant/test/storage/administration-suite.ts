import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { CustomAttribute, UserFlow } from "../../src/directory/user-flow.ts";
import type { ManagedGroup, Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  approvedGrant,
  redemption,
  rotation,
  sampleAudit,
  sampleInteraction,
  samplePasskey,
  samplePolicy,
  sampleUser,
  sampleUserFlow,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

const audit = () => sampleAudit("administration");

function sampleGroup(changes: Partial<ManagedGroup> = {}): ManagedGroup {
  const name = `Group ${randomUUID()}`;
  return { id: randomUUID(), name, createdAt: T0, uniqueName: null, description: null, mailNickname: null, ...changes };
}

/** Accounts, groups, user flows and policies, as administrators change them. */
export function administrationSuite(makeStore: MakeStore): void {
  describe("administration", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("deleting an account deletes everything of it, and ends its sign-ins", async () => {
      const samples = await seedSamples(store);
      const { user, api, app } = samples;
      const { family, tokenHash } = await signedIn(store, samples);
      const approved = await approvedGrant(store, samples);
      const group = sampleGroup();
      const policy = samplePolicy({ enabled: false, excludedUserIds: [user.id, "another user"] });
      const sessionId = randomUUID();
      const anonymous = { id: randomUUID(), createdAt: T0, expiresAt: T0 + 1_000 };
      await store.sessions.ensure(anonymous);
      await store.sessions.signIn(anonymous.id, {
        ...{ id: sessionId, userId: user.id, credentialsVersion: 0, methods: ["password" as const] },
        ...{ authTime: T0, createdAt: T0, expiresAt: T0 + 60_000 },
      });
      await store.sessions.insertInteraction(sampleInteraction(sessionId));
      await store.passkeys.insert(samplePasskey(user.id), 0);
      await store.administration.groups.insert(group, audit());
      await store.administration.groups.addMember(group.id, user.id, audit());
      await seed(store).assign(app.clientId, user.id);
      await seed(store).assignRole(api.clientId, "ToDoList.Reader", user.id);
      await seed(store).putPolicy(policy);

      assert.equal(await store.administration.users.delete(user.id, T0, audit()), true);
      assert.equal(await store.administration.users.delete(user.id, T0, audit()), false);
      assert.equal(await store.directory.findUser(user.id), undefined);
      assert.equal(await store.directory.findUserByEmail(user.emailNormalized), undefined);
      assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "user_deleted");
      assert.equal((await store.tokens.rotate(rotation(tokenHash, app.clientId))).outcome, "revoked");
      assert.equal((await store.tokens.redeem(redemption(approved, user.id))).outcome, "lost");
      assert.equal((await store.grants.findById(approved.id))?.denialReason, "withdrawn");
      assert.equal(await store.sessions.find(sessionId, T0), undefined);
      assert.deepEqual(await store.passkeys.listOf(user.id), []);
      assert.deepEqual(await store.permissions.listConsents({ clientId: app.clientId }), []);
      assert.deepEqual(await store.directory.groupsOf(user.id), []);
      for (const { clientId } of [app, api]) assert.deepEqual(await store.permissions.assignmentsAt(clientId), []);
      const kept = (await store.directory.listPolicies()).find(({ id }) => id === policy.id);
      assert.deepEqual(kept?.excludedUserIds, ["another user"]);
      assert.equal(await seed(store).insertUser({ ...user, id: randomUUID() }), true);
    });

    test("after a confirmed deletion nothing is issued any more, even to concurrent requests", async () => {
      for (let round = 0; round < 15; round++) {
        const samples = await seedSamples(store);
        const { user } = samples;
        const { family, tokenHash } = await signedIn(store, samples);
        const grant = await approvedGrant(store, samples);
        const redeem = redemption(grant, user.id);
        const rotate = rotation(tokenHash, family.clientId);
        await Promise.all([
          store.tokens.redeem(redeem),
          store.tokens.rotate(rotate),
          store.administration.users.delete(user.id, T0, audit()),
        ]);
        for (const hash of [tokenHash, rotate.next.tokenHash, redeem.refreshToken.tokenHash]) {
          const { outcome } = await store.tokens.rotate(rotation(hash, family.clientId));
          assert.ok(outcome === "revoked" || outcome === "unknown", outcome);
        }
      }
    });

    test("ended sign-ins are revoked, approvals withdrawn, and no browser holds the claim any more", async () => {
      const samples = await seedSamples(store);
      const { user, app } = samples;
      const { tokenHash } = await signedIn(store, samples);
      const approved = await approvedGrant(store, samples);
      assert.equal(await store.administration.users.endSignIns(user.id, T0, audit()), 1);
      assert.equal(await store.administration.users.endSignIns(randomUUID(), T0, audit()), undefined);
      assert.equal((await store.tokens.rotate(rotation(tokenHash, app.clientId))).outcome, "revoked");
      assert.equal((await store.grants.findById(approved.id))?.status, "denied");
      assert.deepEqual(await store.directory.findUser(user.id), { ...user, credentialsVersion: 1 });
      const again = await signedIn(store, samples);
      assert.equal((await store.tokens.rotate(rotation(again.tokenHash, app.clientId))).outcome, "rotated");
    });

    test("concurrent changes of one account each see the others' results; disabling ends its sign-ins", async () => {
      const samples = await seedSamples(store);
      const { user, app } = samples;
      const { tokenHash } = await signedIn(store, samples);
      const { users } = store.administration;
      const names = Array.from({ length: 8 }, (_, index) => `a${index}`);
      await Promise.all(
        names.map((name) =>
          users.change(
            user.id,
            (before) => ({ ...before, attributes: { ...before.attributes, [name]: name } }),
            T0,
            audit(),
          ),
        ),
      );
      const changed = await store.directory.findUser(user.id);
      assert.deepEqual(Object.keys(changed?.attributes ?? {}).sort(), names);
      const disabled = await users.change(user.id, (before) => ({ ...before, disabledAt: T0 }), T0, audit());
      assert.equal(disabled === "last_administrator" ? disabled : disabled?.disabledAt, T0);
      assert.equal((await store.tokens.rotate(rotation(tokenHash, app.clientId))).outcome, "revoked");
      await users.change(user.id, (before) => ({ ...before, disabledAt: null }), T0, audit());
      assert.equal((await store.directory.findUser(user.id))?.disabledAt, null);
      assert.equal(await users.change(randomUUID(), (before) => before, T0, audit()), undefined);
    });

    test("an address has one account; accounts are paged by ID and counted", async () => {
      const { users } = store.administration;
      const before = await users.count();
      const people = Array.from({ length: 5 }, () => sampleUser());
      for (const user of people) assert.equal(await users.insert(user, audit()), true);
      assert.equal(await users.insert(sampleUser({ email: people[0]!.email.toUpperCase() }), audit()), false);
      assert.equal(await users.count(), before + 5);
      const all: string[] = [];
      for (let after = ""; ; ) {
        const page = await users.page(after, 3);
        all.push(...page.map(({ id }) => id));
        if (page.length < 3) break;
        after = page.at(-1)!.id;
      }
      assert.equal(all.length, before + 5);
      assert.deepEqual(all, [...new Set(all)].sort());
    });

    test("an administrator is one until the right is removed", async () => {
      const { users } = store.administration;
      const user = sampleUser();
      await users.insert(user, audit());
      assert.equal(await users.setAdministrator(user.id, true, audit()), "set");
      assert.equal(await users.setAdministrator(user.id, true, audit()), "same");
      assert.ok((await users.administrators()).some(({ id }) => id === user.id));
      assert.equal(await users.setAdministrator(user.id, false, audit()), "set");
      assert.equal(await users.setAdministrator(randomUUID(), true, audit()), "unknown");
      assert.ok(!(await users.administrators()).some(({ id }) => id === user.id));
    });

    test("a group has one unique name, is changed concurrently, and is listed with its members", async () => {
      const { groups } = store.administration;
      const uniqueName = randomUUID();
      const made = await Promise.all([1, 2, 3].map(() => groups.insert(sampleGroup({ uniqueName }), audit())));
      assert.deepEqual(made.sort(), [false, false, true]);
      const group = (await groups.find({ uniqueName }))!;
      await Promise.all([
        groups.change(group.id, (before) => ({ ...before, name: "Changed" }), audit()),
        groups.change(group.id, (before) => ({ ...before, description: "Described" }), audit()),
        groups.change(group.id, (before) => ({ ...before, mailNickname: "nick" }), audit()),
      ]);
      const changes = { name: "Changed", description: "Described", mailNickname: "nick" };
      assert.deepEqual(await groups.find({ id: group.id }), { ...group, ...changes });
      assert.equal(await groups.change(randomUUID(), (before) => before, audit()), "unknown");
      // The TypeScript API renames a group and keeps its Graph properties.
      await seed(store).putGroup({ id: group.id, name: "Renamed", createdAt: T0 });
      assert.deepEqual(await groups.find({ uniqueName }), { ...group, ...changes, name: "Renamed" });

      const { user } = await seedSamples(store);
      assert.equal(await groups.addMember(group.id, user.id, audit()), "added");
      assert.equal(await groups.addMember(group.id, user.id, audit()), "exists");
      assert.equal(await groups.addMember(group.id, randomUUID(), audit()), "unknown_user");
      assert.equal(await groups.addMember(randomUUID(), user.id, audit()), "unknown_group");
      assert.deepEqual(await groups.members(group.id), [user]);
      assert.equal(await groups.removeMember(group.id, user.id, audit()), true);
      assert.equal(await groups.removeMember(group.id, user.id, audit()), false);
      assert.equal(await groups.delete(group.id, audit()), true);
      assert.equal(await groups.delete(group.id, audit()), false);
    });

    test("a flow is changed concurrently, has one name, and keeps its Graph-only properties", async () => {
      const { flows } = store.administration;
      const flow = sampleUserFlow({ description: "doorcode:x", priority: 50 });
      assert.equal(await flows.insert(flow, [], audit()), "done");
      assert.deepEqual(await store.directory.findUserFlow(flow.id), flow);
      assert.equal(await flows.insert(sampleUserFlow({ name: flow.name }), [], audit()), "name_taken");
      const changes: ((before: UserFlow) => UserFlow)[] = [
        (before) => ({ ...before, signUpAllowed: false }),
        (before) => ({ ...before, mfaRequired: true }),
        (before) => ({ ...before, description: null, termsOfUse: null }),
      ];
      const outcomes = await Promise.all(changes.map((change) => flows.change(flow.id, change, audit())));
      assert.deepEqual(outcomes, ["done", "done", "done"]);
      const { description: _, ...rest } = flow;
      const expected = { ...rest, signUpAllowed: false, mfaRequired: true, termsOfUse: null };
      assert.deepEqual(await store.directory.findUserFlow(flow.id), expected);
      const other = sampleUserFlow();
      await flows.insert(other, [], audit());
      const renaming = (before: UserFlow) => ({ ...before, name: flow.name });
      assert.equal(await flows.change(other.id, renaming, audit()), "name_taken");
      assert.equal(await flows.change(randomUUID(), renaming, audit()), "unknown");
      assert.equal(await flows.delete(other.id, audit()), "deleted");
      assert.equal(await flows.delete(other.id, audit()), "unknown");
    });

    test("an app uses one flow, also with concurrent links; a flow is created with all its apps or not at all", async () => {
      const { flows } = store.administration;
      const { app, api } = await seedSamples(store);
      const [one, two] = [sampleUserFlow(), sampleUserFlow()];
      for (const flow of [one, two]) await flows.insert(flow, [], audit());
      const outcomes = await Promise.all([one, two].map(({ id }) => flows.link(id, app.clientId, audit())));
      assert.deepEqual([...outcomes].sort(), ["app_elsewhere", "done"]);
      const [winner, loser] = outcomes[0] === "done" ? [one, two] : [two, one];
      assert.equal((await store.directory.findApp(app.clientId))?.userFlowId, winner.id);
      assert.equal(await flows.link(winner.id, app.clientId, audit()), "app_linked");
      assert.equal(await flows.link(winner.id, api.clientId, audit()), "app_unknown");
      assert.equal(await flows.unlink(loser.id, app.clientId, audit()), false);
      assert.equal(await flows.unlink(winner.id, app.clientId, audit()), true);
      assert.equal(await flows.link(randomUUID(), app.clientId, audit()), "unknown");
      assert.equal((await store.directory.findApp(app.clientId))?.userFlowId, null);

      const whole = sampleUserFlow();
      assert.equal(await flows.insert(whole, [app.clientId, randomUUID()], audit()), "app_unknown");
      assert.equal(await store.directory.findUserFlow(whole.id), undefined);
      assert.equal((await store.directory.findApp(app.clientId))?.userFlowId, null);
      assert.equal(await flows.insert(whole, [app.clientId], audit()), "done");
      assert.equal((await store.directory.findApp(app.clientId))?.userFlowId, whole.id);
    });

    test("a custom attribute is created once, and cannot be deleted while a flow asks for it", async () => {
      const { flows } = store.administration;
      const name = `a${randomUUID().replaceAll("-", "")}`;
      const attribute: CustomAttribute = {
        ...{ id: `extension_${"0".repeat(32)}_${name}`, displayName: name, description: null },
        ...{ dataType: "string", createdAt: T0 },
      };
      const asking = () => {
        const flow = sampleUserFlow();
        return { ...flow, attributes: flow.attributes.map((each) => ({ ...each, id: attribute.id })) };
      };
      assert.equal(await flows.insert(asking(), [], audit()), "attribute");
      const made = await Promise.all([1, 2, 3].map(() => flows.insertAttribute(attribute, audit())));
      assert.deepEqual(made.sort(), [false, false, true]);
      assert.equal(await flows.changeAttribute(attribute.id, "Described", audit()), true);
      const found = (await flows.listAttributes()).find(({ id }) => id === attribute.id);
      assert.deepEqual(found, { ...attribute, description: "Described" });
      for (let round = 0; round < 10; round++) {
        const flow = asking();
        const [inserted, deleted] = await Promise.all([
          flows.insert(flow, [], audit()),
          flows.deleteAttribute(attribute.id, audit()),
        ]);
        assert.ok(
          (inserted === "done" && deleted === "in_use") || (inserted === "attribute" && deleted === "deleted"),
          `${inserted} ${deleted}`,
        );
        await flows.delete(flow.id, audit());
        await flows.insertAttribute(attribute, audit());
      }
      assert.equal(await flows.deleteAttribute(attribute.id, audit()), "deleted");
      assert.equal(await flows.deleteAttribute(attribute.id, audit()), "unknown");
    });

    test("a policy is changed concurrently", async () => {
      const { groups, policies, users } = store.administration;
      const policy = samplePolicy({ enabled: false });
      const [group, user] = [sampleGroup(), sampleUser()];
      await groups.insert(group, audit());
      await users.insert(user, audit());
      assert.equal(await policies.insert(policy, audit()), "inserted");
      await Promise.all([
        policies.change(policy.id, (before) => ({ ...before, name: "Changed" }), audit()),
        policies.change(policy.id, (before) => ({ ...before, groupIds: [group.id] }), audit()),
        policies.change(policy.id, (before) => ({ ...before, excludedUserIds: [user.id] }), audit()),
      ]);
      const found = (await store.directory.listPolicies()).find(({ id }) => id === policy.id);
      assert.deepEqual(found, { ...policy, name: "Changed", groupIds: [group.id], excludedUserIds: [user.id] });
      assert.equal(await policies.change(randomUUID(), (before) => before, audit()), "unknown");
      assert.equal(await policies.delete(policy.id, audit()), true);
      assert.equal(await policies.delete(policy.id, audit()), false);
    });

    test("a policy that names something that does not exist is refused, new or changed, and nothing is stored", async () => {
      const { policies } = store.administration;
      const { app } = await seedSamples(store);
      const policy = samplePolicy({ clientIds: [app.clientId] });
      const event = `policy ${policy.id}`;
      for (const list of ["clientIds", "groupIds", "excludedUserIds"] as const) {
        const id = randomUUID();
        const wrong = { ...policy, [list]: [...(policy[list] ?? []), id] };
        assert.deepEqual(await policies.insert(wrong, sampleAudit(event)), { list, id });
      }
      assert.equal(await policies.insert(policy, sampleAudit(event)), "inserted");
      for (const list of ["clientIds", "groupIds", "excludedUserIds"] as const) {
        const id = randomUUID();
        const change = policies.change(policy.id, (before) => ({ ...before, [list]: [id] }), sampleAudit(event));
        assert.deepEqual(await change, { list, id });
      }
      const found = (await store.directory.listPolicies()).find(({ id }) => id === policy.id);
      assert.deepEqual(found, policy);
      assert.equal((await store.audit.list({ event, limit: 9 })).length, 1);
      await policies.delete(policy.id, audit());
    });

    test("if a policy starts to name a group while the group is deleted, one of the two is refused", async () => {
      const { groups, policies } = store.administration;
      for (let round = 0; round < 8; round++) {
        const group = sampleGroup();
        await groups.insert(group, audit());
        const policy = samplePolicy({ groupIds: [group.id] });
        const [outcome, gone] = await Promise.all([policies.insert(policy, audit()), groups.delete(group.id, audit())]);
        assert.equal(gone, true);
        const found = (await store.directory.listPolicies()).find(({ id }) => id === policy.id);
        if (outcome === "inserted") assert.deepEqual(found?.groupIds, []);
        else assert.deepEqual([outcome, found], [{ list: "groupIds", id: group.id }, undefined]);
        await policies.delete(policy.id, audit());
      }
    });
  });
}
