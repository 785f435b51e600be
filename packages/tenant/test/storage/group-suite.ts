import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Group } from "../../src/directory/user-flow.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { type MakeStore, rounds, type TestStore } from "./open-test-store.ts";
import { answerOf, approvedGrant, redemption, rotation, type Samples, seedSamples, signedIn, T0 } from "./samples.ts";

/** Groups, their members, and who may use an app that requires assignment. */
export function groupSuite(makeStore: MakeStore): void {
  let place: TestStore;
  let store: Store;
  const open = async () => {
    place = await makeStore();
    store = await place.open();
  };
  const newGroup = async (...members: string[]) => {
    const group: Group = { id: randomUUID(), name: `Group ${randomUUID()}`, createdAt: T0 };
    await seed(store).putGroup(group);
    for (const userId of members) await seed(store).addGroupMember(group.id, userId);
    return group;
  };

  describe("groups", () => {
    before(open);
    after(() => place.remove());

    test("a group is put, renamed, listed by name and deleted with its members", async () => {
      const { directory } = store;
      const userId = randomUUID();
      const [one, two] = [await newGroup(userId), await newGroup()];
      await seed(store).putGroup({ ...one, name: "ZZ" });
      await seed(store).putGroup({ ...two, name: "AA" });
      const listed = (await directory.listGroups()).filter(({ id }) => [one.id, two.id].includes(id));
      assert.deepEqual(listed, [
        { ...two, name: "AA" },
        { ...one, name: "ZZ" },
      ]);
      assert.equal(await seed(store).deleteGroup(one.id), true);
      assert.equal(await seed(store).deleteGroup(one.id), false);
      assert.deepEqual(await directory.groupsOf(userId), []);
    });

    test("a user is a member once, of groups that exist, until removed", async () => {
      const { directory } = store;
      const userId = randomUUID();
      const groups = [await newGroup(userId), await newGroup(userId)];
      assert.equal(await seed(store).addGroupMember(groups[0]!.id, userId), true);
      assert.equal(await seed(store).addGroupMember(randomUUID(), userId), false);
      assert.deepEqual(await directory.groupsOf(userId), groups.map(({ id }) => id).sort());
      await seed(store).removeGroupMember(groups[0]!.id, userId);
      assert.deepEqual(await directory.groupsOf(userId), [groups[1]!.id]);
    });

    test("a role assigned to a group is each member's, once, and ends with membership and group", async () => {
      const { directory } = store;
      const { api, user } = await seedSamples(store);
      const [left, deleted] = [await newGroup(user.id), await newGroup(user.id)];
      for (const id of [left.id, deleted.id, user.id])
        await seed(store).assignRole(api.clientId, "ToDoList.Reader", id);
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), ["ToDoList.Reader"]);
      const member = randomUUID();
      await seed(store).addGroupMember(left.id, member);
      await seed(store).addGroupMember(deleted.id, member);
      await seed(store).removeGroupMember(left.id, member);
      assert.deepEqual(await directory.rolesFor(api.clientId, member), ["ToDoList.Reader"]);
      await seed(store).deleteGroup(deleted.id);
      assert.deepEqual(await directory.rolesFor(api.clientId, member), []);
    });

    test("a user is assigned directly or through a group, to that app alone", async () => {
      const { directory } = store;
      const [{ app, user }, other] = [await seedSamples(store), await seedSamples(store)];
      for (const each of [app, other.app]) await seed(store).putApp({ ...each, assignmentRequired: true });
      const isAssigned = async ({ clientId }: { clientId: string }, userId: string) =>
        (await store.access.facts({ clientId, userId, resourceId: GRAPH_RESOURCE_ID })).assigned;
      const group = await newGroup(other.user.id);
      await seed(store).assign(app.clientId, user.id);
      await seed(store).assign(app.clientId, user.id);
      await seed(store).assign(app.clientId, group.id);
      assert.deepEqual(await directory.assignmentsOf(app.clientId), [user.id, group.id].sort());
      for (const { id } of [user, other.user]) assert.equal(await isAssigned(app, id), true);
      assert.equal(await isAssigned(app, randomUUID()), false);
      for (const { id } of [user, other.user]) assert.equal(await isAssigned(other.app, id), false);
      await seed(store).unassign(app.clientId, user.id);
      await seed(store).deleteGroup(group.id);
      for (const { id } of [user, other.user]) assert.equal(await isAssigned(app, id), false);
      assert.deepEqual(await directory.assignmentsOf(app.clientId), []);
    });
  });

  describe("what is deleted by two keys", () => {
    before(open);
    after(() => place.remove());

    test("is deleted by both: other memberships, assignments and roles with one of them stay", async () => {
      const { directory } = store;
      const [{ app, api, user }, other] = [await seedSamples(store), await seedSamples(store)];
      const [one, two] = [await newGroup(user.id, other.user.id), await newGroup(user.id)];
      for (const { clientId } of [app, other.app]) {
        for (const { id } of [one, user]) await seed(store).assign(clientId, id);
      }
      for (const { clientId } of [api, other.api]) {
        for (const { id } of [user, other.user]) await seed(store).assignRole(clientId, "ToDoList.Reader", id);
      }
      await seed(store).removeGroupMember(one.id, user.id);
      assert.deepEqual(await directory.groupsOf(user.id), [two.id]);
      assert.deepEqual(await directory.groupsOf(other.user.id), [one.id]);
      await seed(store).unassign(app.clientId, user.id);
      assert.deepEqual(await directory.assignmentsOf(app.clientId), [one.id]);
      assert.deepEqual(await directory.assignmentsOf(other.app.clientId), [one.id, user.id].sort());
      await seed(store).unassignRoles(api.clientId, user.id);
      const roles = async ({ clientId }: { clientId: string }) => [
        await directory.rolesFor(clientId, user.id),
        await directory.rolesFor(clientId, other.user.id),
      ];
      assert.deepEqual(await roles(api), [[], ["ToDoList.Reader"]]);
      assert.deepEqual(await roles(other.api), [["ToDoList.Reader"], ["ToDoList.Reader"]]);
      await seed(store).assign(app.clientId, two.id);
      await seed(store).assignRole(api.clientId, "ToDoList.Reader", two.id);
      assert.equal(await seed(store).deleteGroup(one.id), true);
      assert.ok((await directory.listGroups()).some(({ id }) => id === two.id));
      assert.deepEqual(await directory.rolesFor(api.clientId, user.id), ["ToDoList.Reader"]);
      assert.deepEqual(await directory.assignmentsOf(app.clientId), [two.id]);
      assert.deepEqual(await directory.assignmentsOf(other.app.clientId), [user.id]);
    });

    test("a consent is deleted by app, user and API", async () => {
      const [{ app, api, user }, other] = [await seedSamples(store), await seedSamples(store)];
      const whose = [user.id, other.user.id, null];
      for (const { clientId } of [app, other.app]) {
        for (const { clientId: resourceId } of [api, other.api]) {
          for (const userId of whose) await seed(store).addConsent({ clientId, userId, resourceId, scopes: ["x"] });
        }
      }
      const all = async () =>
        (await Promise.all([app, other.app].map(({ clientId }) => store.permissions.listConsents({ clientId }))))
          .flat()
          .map(({ clientId, userId, resourceId }) => `${clientId} ${userId} ${resourceId}`)
          .sort();
      for (const userId of whose) {
        const before = await all();
        await seed(store).removeConsent(app.clientId, userId, api.clientId);
        const gone = `${app.clientId} ${userId} ${api.clientId}`;
        assert.deepEqual(
          await all(),
          before.filter((each) => each !== gone),
        );
        assert.ok(before.includes(gone));
      }
    });
  });

  describe("required assignment", () => {
    before(open);
    after(() => place.remove());

    const requiring = async (): Promise<Samples> => {
      const samples = await seedSamples(store);
      const app = { ...samples.app, assignmentRequired: true };
      await seed(store).putApp(app);
      return { ...samples, app };
    };

    const ways: Record<string, (f: Samples) => Promise<() => Promise<unknown>>> = {
      "their assignment": async ({ app, user }) => {
        await seed(store).assign(app.clientId, user.id);
        return () => seed(store).unassign(app.clientId, user.id);
      },
      "their membership of the group": async ({ app, user }) => {
        const group = await newGroup(user.id);
        await seed(store).assign(app.clientId, group.id);
        return () => seed(store).removeGroupMember(group.id, user.id);
      },
      "the group's assignment": async ({ app, user }) => {
        const group = await newGroup(user.id);
        await seed(store).assign(app.clientId, group.id);
        return () => seed(store).unassign(app.clientId, group.id);
      },
      "the group": async ({ app, user }) => {
        const group = await newGroup(user.id);
        await seed(store).assign(app.clientId, group.id);
        return () => seed(store).deleteGroup(group.id);
      },
    };
    for (const [what, assign] of Object.entries(ways)) {
      test(`nothing is issued if ${what} was withdrawn after the approval, and the grant is denied`, async () => {
        const samples = await requiring();
        const withdraw = await assign(samples);
        const kept = redemption(await approvedGrant(store, samples), samples.user.id);
        assert.equal((await store.tokens.redeem(kept)).outcome, "redeemed");
        const grant = await approvedGrant(store, samples);
        await withdraw();
        const input = redemption(grant, samples.user.id);
        assert.deepEqual(await store.tokens.redeem(input), { outcome: "refused", why: "not_assigned" });
        assert.equal(await store.tokens.findFamily(input.family.id), undefined);
        const denied = await store.grants.findById(grant.id);
        assert.deepEqual([denied?.status, denied?.denialReason], ["denied", "withdrawn"]);
        const [record] = await store.audit.list({ event: "device_grant.refused", limit: 1 });
        assert.deepEqual(record?.detail, { why: "not_assigned" });
      });

      test(`nothing is renewed while ${what} is withdrawn; given back, the same token renews`, async () => {
        const samples = await requiring();
        const { clientId } = samples.app;
        const withdraw = await assign(samples);
        const { family, tokenHash } = await signedIn(store, samples);
        await withdraw();
        assert.equal(answerOf(await store.tokens.rotate(rotation(tokenHash, clientId))), "not_assigned");
        assert.equal((await store.tokens.findByRefreshToken(tokenHash))?.usedAt, null);
        assert.equal((await store.tokens.findFamily(family.id))?.revokedAt, null);
        await seed(store).assign(clientId, samples.user.id);
        assert.equal((await store.tokens.rotate(rotation(tokenHash, clientId))).outcome, "rotated");
        await seed(store).unassign(clientId, samples.user.id);
        assert.equal(answerOf(await store.tokens.rotate(rotation(tokenHash, clientId))), "not_assigned", "no grace");
      });

      test(`after ${what} is withdrawn, a concurrent redemption or renewal has come before or returns nothing`, async () => {
        for (let round = 0; round < rounds(15, makeStore); round++) {
          const samples = await requiring();
          const { clientId } = samples.app;
          const withdraw = await assign(samples);
          const { tokenHash } = await signedIn(store, samples);
          const grant = await approvedGrant(store, samples);
          const answered = withdraw().then(async () => [
            (await store.tokens.redeem(redemption(grant, samples.user.id))).outcome,
            answerOf(await store.tokens.rotate(rotation(tokenHash, clientId))),
          ]);
          const meanwhile = [
            store.tokens.redeem(redemption(grant, samples.user.id)),
            store.tokens.rotate(rotation(tokenHash, clientId)),
          ];
          const [redeemed, rotated] = await answered;
          assert.ok(redeemed === "lost" || redeemed === "refused", redeemed);
          assert.equal(rotated, "not_assigned");
          await Promise.all(meanwhile);
        }
      });
    }

    test("reuse is checked before assignment, so that withdrawing it does not hide a theft", async () => {
      const samples = await requiring();
      const { app, user } = samples;
      await seed(store).assign(app.clientId, user.id);
      const { tokenHash } = await signedIn(store, samples);
      await store.tokens.rotate(rotation(tokenHash, app.clientId));
      await seed(store).unassign(app.clientId, user.id);
      const late = rotation(tokenHash, app.clientId, T0 + 30_001);
      assert.equal((await store.tokens.rotate(late)).outcome, "reuse");
    });

    test("an app that requires no assignment renews for all users, and once it does, for the assigned ones", async () => {
      const samples = await seedSamples(store);
      const { app, user } = samples;
      const { tokenHash } = await signedIn(store, samples);
      await seed(store).putApp({ ...app, assignmentRequired: true });
      assert.equal(answerOf(await store.tokens.rotate(rotation(tokenHash, app.clientId))), "not_assigned");
      await seed(store).assign(app.clientId, user.id);
      assert.equal((await store.tokens.rotate(rotation(tokenHash, app.clientId))).outcome, "rotated");
    });
  });
}
