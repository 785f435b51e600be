import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { approvedRequest, codeRedemption } from "./authorization-samples.ts";
import { type MakeStore, rounds, type TestStore } from "./open-test-store.ts";
import { approvedGrant, redemption, type Samples, sampleAudit, seedSamples, T0 } from "./samples.ts";

/** What ends unredeemed approvals and codes permanently: even after everything is restored, they are useless. */
export function withdrawalSuite(makeStore: MakeStore): void {
  describe("withdrawal of approvals and codes", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const withdrawals: Record<string, (own: Samples) => Promise<unknown>> = {
      "the user was disabled": ({ user }) => seed(store).setUserDisabled(user.id, T0, T0),
      "the user was deleted": ({ user }) => store.administration.users.delete(user.id, T0, sampleAudit("x")),
      "the user's sign-ins were revoked": ({ user }) =>
        store.administration.users.endSignIns(user.id, T0, sampleAudit("x")),
      "the app was deleted": ({ app }) => seed(store).deleteApp(app.clientId, T0),
      "the app's registration was deleted": async ({ app }) => {
        const { registration } = (await store.registrations.find({ clientId: app.clientId }))!;
        return store.registrations.delete(registration.objectId, T0, sampleAudit("x"));
      },
    };
    const putBack = async ({ user, app, consent }: Samples) => {
      await seed(store).insertUser(user);
      await seed(store).setUserDisabled(user.id, null, T0);
      await seed(store).putApp(app);
      await seed(store).addConsent(consent);
    };

    for (const [what, withdraw] of Object.entries(withdrawals)) {
      test(`${what}: a device's approval and a program's code return nothing, even after everything is restored`, async () => {
        const own = await seedSamples(store);
        const [grant, request] = [await approvedGrant(store, own), await approvedRequest(store, own)];
        await withdraw(own);
        await putBack(own);
        const [byDevice, byCode] = [redemption(grant, own.user.id), codeRedemption(request, own.user.id)];
        assert.equal((await store.tokens.redeem(byDevice)).outcome, "lost");
        assert.deepEqual(await store.authorizations.redeem(byCode), { outcome: "lost" });
        for (const { family } of [byDevice, byCode]) assert.equal(await store.tokens.findFamily(family.id), undefined);
      });

      test(`${what} at the moment of a redemption: no sign-in survives it`, async () => {
        for (let round = 0; round < rounds(8, makeStore); round++) {
          const own = await seedSamples(store);
          const [grant, request] = [await approvedGrant(store, own), await approvedRequest(store, own)];
          const [byDevice, byCode] = [redemption(grant, own.user.id), codeRedemption(request, own.user.id)];
          await Promise.all([
            store.tokens.redeem(byDevice),
            store.authorizations.redeem(byCode),
            withdraw(own),
            store.authorizations.redeem(codeRedemption(request, own.user.id)),
          ]);
          for (const { family } of [byDevice, byCode]) {
            const left = await store.tokens.findFamily(family.id);
            assert.notEqual(left?.revokedAt, null);
          }
        }
      });
    }
  });
}
