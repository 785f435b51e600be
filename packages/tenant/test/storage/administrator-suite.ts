import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { approvedRequest, codeRedemption } from "./authorization-samples.ts";
import { type MakeStore, rounds, type TestStore } from "./open-test-store.ts";
import {
  answerOf,
  approvedGrant,
  redemption,
  rotation,
  type Samples,
  sampleUser,
  scopesAt,
  seedSamples,
  T0,
} from "./samples.ts";

const ADMINISTRATIVE = scopesAt(GRAPH_RESOURCE_ID, ["User.Read", "Application.ReadWrite.All"]);

export function administratorSuite(makeStore: MakeStore): void {
  describe("administrators", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const asking = async (administrator: boolean): Promise<Samples> => {
      const samples = { ...(await seedSamples(store)), scopes: ADMINISTRATIVE };
      await seed(store).setUserAdministrator(samples.user.id, administrator);
      return samples;
    };
    const redeem = async (samples: Samples) => {
      const grant = await approvedGrant(store, samples);
      const input = redemption(grant, samples.user.id);
      return { grant, input, answer: () => store.tokens.redeem(input) };
    };
    const renew = (tokenHash: string, { app }: Samples, scopes = ADMINISTRATIVE, now = T0) =>
      store.tokens.rotate(rotation(tokenHash, app.clientId, now, scopes));

    test("no user is an administrator until appointed, and only until that is revoked", async () => {
      const user = sampleUser();
      await seed(store).insertUser(user);
      const isOne = async () => (await store.directory.findUser(user.id))?.administrator;
      assert.equal(await isOne(), false);
      assert.equal(await seed(store).setUserAdministrator(user.id, true), true);
      assert.equal(await isOne(), true);
      assert.equal((await store.directory.findUserByEmail(user.emailNormalized))?.administrator, true);
      assert.equal(await seed(store).setUserAdministrator(user.id, true), true);
      assert.equal(await seed(store).setUserAdministrator(user.id, false), true);
      assert.equal(await isOne(), false);
      assert.equal(await seed(store).setUserAdministrator(randomUUID(), true), false);
    });

    test("an account can be an administrator's from the start", async () => {
      const user = sampleUser({ administrator: true });
      assert.equal(await seed(store).insertUser(user), true);
      assert.deepEqual(await store.directory.findUser(user.id), user);
      const listed = (await store.directory.listUsers()).find(({ id }) => id === user.id);
      assert.deepEqual(listed, user);
    });

    test("an administrative scope is issued to an administrator", async () => {
      const { answer } = await redeem(await asking(true));
      assert.equal((await answer()).outcome, "redeemed");
    });

    test("nothing is issued if the right was removed after the approval, and the grant is denied", async () => {
      const samples = await asking(true);
      const { grant, input, answer } = await redeem(samples);
      await seed(store).setUserAdministrator(samples.user.id, false);
      assert.deepEqual(await answer(), { outcome: "refused", why: "administrator_required" });
      assert.equal(await store.tokens.findFamily(input.family.id), undefined);
      assert.equal(await store.tokens.findByRefreshToken(input.refreshToken.tokenHash), undefined);
      const denied = await store.grants.findById(grant.id);
      assert.deepEqual([denied?.status, denied?.denialReason], ["denied", "withdrawn"]);
      const [record] = await store.audit.list({ event: "device_grant.refused", limit: 1 });
      assert.deepEqual(record?.detail, { why: "administrator_required" });
    });

    test("an authorization code is refused in the same way, and used up", async () => {
      const samples = await asking(true);
      const [spent, good] = [await approvedRequest(store, samples), await approvedRequest(store, samples)];
      await seed(store).setUserAdministrator(samples.user.id, false);
      const input = codeRedemption(spent, samples.user.id);
      assert.deepEqual(await store.authorizations.redeem(input), { outcome: "refused", why: "administrator_required" });
      assert.equal(await store.tokens.findFamily(input.family.id), undefined);
      const [record] = await store.audit.list({ event: "authorization.refused", limit: 1 });
      assert.equal(record?.detail.why, "administrator_required");
      await seed(store).setUserAdministrator(samples.user.id, true);
      assert.equal((await store.authorizations.redeem(codeRedemption(spent, samples.user.id))).outcome, "lost");
      assert.equal((await store.authorizations.redeem(codeRedemption(good, samples.user.id))).outcome, "redeemed");
    });

    test("an API's own scope of the same name does not need the right", async () => {
      const samples = await seedSamples(store);
      const { api, consent } = samples;
      const scope = { ...api.scopes[0]!, value: "Application.ReadWrite.All" };
      await seed(store).putApi({ ...api, scopes: [scope] });
      await seed(store).addConsent({ ...consent, scopes: [scope.value] });
      const { answer } = await redeem({ ...samples, scopes: scopesAt(api.clientId, [scope.value]) });
      assert.equal((await answer()).outcome, "redeemed");
    });

    test("while the right is removed, only non-administrative scopes are renewed; given back, the same token renews", async () => {
      const samples = await asking(true);
      const { input, answer } = await redeem(samples);
      await answer();
      const { tokenHash } = input.refreshToken;
      await seed(store).setUserAdministrator(samples.user.id, false);
      assert.equal(answerOf(await renew(tokenHash, samples)), "administrator_required");
      assert.equal((await store.tokens.findByRefreshToken(tokenHash))?.usedAt, null);
      assert.equal((await store.tokens.findFamily(input.family.id))?.revokedAt, null);
      await seed(store).setUserAdministrator(samples.user.id, true);
      assert.equal((await renew(tokenHash, samples)).outcome, "rotated");
      await seed(store).setUserAdministrator(samples.user.id, false);
      assert.equal(answerOf(await renew(tokenHash, samples)), "administrator_required", "no grace");
      const own = scopesAt(GRAPH_RESOURCE_ID, ["User.Read"]);
      assert.equal((await renew(tokenHash, samples, own)).outcome, "grace");
    });

    test("reuse is checked before the right, so that removing it does not hide a theft", async () => {
      const samples = await asking(true);
      const { input, answer } = await redeem(samples);
      await answer();
      const { tokenHash } = input.refreshToken;
      await renew(tokenHash, samples);
      await seed(store).setUserAdministrator(samples.user.id, false);
      assert.equal((await renew(tokenHash, samples, ADMINISTRATIVE, T0 + 30_001)).outcome, "reuse");
    });

    test("after the right is removed, a concurrent redemption or renewal has come before or returns nothing", async () => {
      for (let round = 0; round < rounds(15, makeStore); round++) {
        const samples = await asking(true);
        const first = await redeem(samples);
        await first.answer();
        const second = await redeem(samples);
        const { tokenHash } = first.input.refreshToken;
        const answered = seed(store)
          .setUserAdministrator(samples.user.id, false)
          .then(async () => [(await second.answer()).outcome, answerOf(await renew(tokenHash, samples))]);
        const meanwhile = [second.answer(), renew(tokenHash, samples)];
        const [redeemed, renewed] = await answered;
        assert.ok(redeemed === "lost" || redeemed === "refused", redeemed);
        assert.equal(renewed, "administrator_required");
        await Promise.all(meanwhile);
      }
    });
  });
}
