import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { DEFAULT_USER_FLOW, type Policy } from "../../src/directory/user-flow.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { type MakeStore, rounds, type TestStore } from "./open-test-store.ts";
import { answerOf, approvedGrant, redemption, rotation, type Samples, seedSamples, signedIn, T0 } from "./samples.ts";

/** A token that requires a second factor is never issued without it, whatever requires it and since when. */
export function mfaSuite(makeStore: MakeStore): void {
  describe("a required second factor", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const samplePolicy = (changes: Partial<Policy>): Policy => ({
      id: randomUUID(),
      name: `Policy ${randomUUID()}`,
      enabled: true,
      clientIds: null,
      groupIds: null,
      excludedUserIds: [],
      requires: "mfa",
      createdAt: T0,
      ...changes,
    });
    const groupOf = async (userId: string) => {
      const id = randomUUID();
      await seed(store).putGroup({ id, name: "Staff", createdAt: T0 });
      await seed(store).addGroupMember(id, userId);
      return id;
    };

    /** Each turns the requirement on and returns what turns it off again. */
    const demands: Record<string, (samples: Samples) => Promise<() => Promise<unknown>>> = {
      "by its app": async ({ app }) => {
        await seed(store).putApp({ ...app, requireMfa: true });
        return () => seed(store).putApp(app);
      },
      "by the app's user flow": async ({ app }) => {
        const flow = { ...DEFAULT_USER_FLOW, id: randomUUID(), name: randomUUID(), createdAt: T0 };
        await seed(store).putUserFlow(flow);
        await seed(store).putApp({ ...app, userFlowId: flow.id });
        await seed(store).putUserFlow({ ...flow, mfaRequired: true });
        return () => seed(store).putUserFlow(flow);
      },
      "by a policy for the app": async ({ app }) => {
        const policy = samplePolicy({ clientIds: [randomUUID(), app.clientId] });
        await seed(store).putPolicy({ ...policy, enabled: false });
        await seed(store).putPolicy(policy);
        return () => seed(store).putPolicy({ ...policy, enabled: false });
      },
      "by a policy for one of their groups": async ({ app, user }) => {
        const groupId = await groupOf(user.id);
        await seed(store).putPolicy(samplePolicy({ clientIds: [app.clientId], groupIds: [groupId] }));
        return () => seed(store).removeGroupMember(groupId, user.id);
      },
      "by a policy for every app": async ({ user }) => {
        const policy = samplePolicy({ groupIds: [await groupOf(user.id)] });
        await seed(store).putPolicy(policy);
        return () => seed(store).deletePolicy(policy.id);
      },
    };

    for (const [by, demand] of Object.entries(demands)) {
      test(`${by}: a device code of a sign-in without it gets nothing, and the grant is denied`, async () => {
        const samples = await seedSamples(store);
        const grant = await approvedGrant(store, samples);
        const withdraw = await demand(samples);
        const input = redemption(grant, samples.user.id);
        assert.deepEqual(await store.tokens.redeem(input), { outcome: "refused", why: "second_factor_required" });
        assert.equal(await store.tokens.findFamily(input.family.id), undefined);
        assert.equal(await store.tokens.findByRefreshToken(input.refreshToken.tokenHash), undefined);
        const denied = await store.grants.findById(grant.id);
        assert.deepEqual([denied?.status, denied?.denialReason], ["denied", "withdrawn"]);
        await withdraw();
        assert.equal((await store.tokens.redeem(redemption(grant, samples.user.id))).outcome, "lost");
      });

      test(`${by}: a renewal without it changes nothing, and works again when it is no longer required`, async () => {
        const samples = await seedSamples(store);
        const { family, tokenHash } = await signedIn(store, samples);
        const rotate = () => store.tokens.rotate(rotation(tokenHash, family.clientId, T0, samples.scopes));
        const withdraw = await demand(samples);
        assert.equal(answerOf(await rotate()), "second_factor_required");
        assert.equal((await store.tokens.findByRefreshToken(tokenHash))?.usedAt, null);
        assert.equal((await store.tokens.findFamily(family.id))?.revokedAt, null);
        await withdraw();
        assert.equal((await rotate()).outcome, "rotated");
        await demand(samples);
        assert.equal(answerOf(await rotate()), "second_factor_required", "the same within the grace period");
      });

      test(`${by}: a sign-in that had it gets its tokens and renews them`, async () => {
        const samples = await seedSamples(store);
        const grant = await approvedGrant(store, samples);
        await demand(samples);
        const input = redemption(grant, samples.user.id);
        const redeemed = await store.tokens.redeem({
          ...input,
          family: { ...input.family, methods: ["password" as const, "totp" as const] },
        });
        assert.equal(redeemed.outcome, "redeemed");
        const renewed = await store.tokens.rotate(rotation(input.refreshToken.tokenHash, grant.clientId));
        assert.equal(renewed.outcome, "rotated");
      });
    }

    test("a policy for another app, another group, or with the user excluded requires nothing", async () => {
      const samples = await seedSamples(store);
      const { app, user } = samples;
      const others = await groupOf(randomUUID());
      await seed(store).putPolicy(samplePolicy({ clientIds: [randomUUID()] }));
      await seed(store).putPolicy(samplePolicy({ clientIds: [app.clientId], groupIds: [others] }));
      await seed(store).putPolicy(samplePolicy({ clientIds: [app.clientId], excludedUserIds: [user.id] }));
      const { family, tokenHash } = await signedIn(store, samples);
      assert.equal((await store.tokens.rotate(rotation(tokenHash, family.clientId))).outcome, "rotated");
    });

    test("after a new policy is confirmed, nothing is issued under the earlier rules", async () => {
      for (let round = 0; round < rounds(20, makeStore); round++) {
        const samples = await seedSamples(store);
        const { clientId } = samples.app;
        const families = await Promise.all(Array.from({ length: 6 }, () => signedIn(store, samples)));
        const grants = await Promise.all(Array.from({ length: 6 }, () => approvedGrant(store, samples)));
        const redemptions = grants.map((grant) => redemption(grant, samples.user.id));
        const issued = () =>
          Promise.all([
            ...families.map(async ({ tokenHash }) => (await store.tokens.findByRefreshToken(tokenHash))?.usedAt),
            ...redemptions.map(async ({ family }) => (await store.tokens.findFamily(family.id))?.id),
          ]);
        const issue = () => [
          ...families.map(({ tokenHash }) => store.tokens.rotate(rotation(tokenHash, clientId))),
          ...redemptions.map((input) => store.tokens.redeem(input)),
        ];
        const underWay = issue();
        await seed(store).putPolicy(samplePolicy({ clientIds: [clientId] }));
        const before = await issued();
        await Promise.all(underWay);
        assert.deepEqual(await issued(), before);
        for (const answer of (await Promise.all<{ outcome: string }>(issue())).map(answerOf)) {
          assert.ok(["second_factor_required", "lost"].includes(answer), answer);
        }
      }
    });
  });
}
