import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Refusal } from "../../src/directory/access-rules.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  approvalBy,
  approvedGrant,
  DAY,
  pendingGrant,
  redemption,
  rotation,
  type Samples,
  sampleAudit,
  scopesAt,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

export function tokenSuite(makeStore: MakeStore): void {
  describe("redemption", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("an approved grant results in one family with its refresh token and its audit record", async () => {
      const samples = await seedSamples(store);
      const grant = await approvedGrant(store, samples);
      const input = redemption(grant, samples.user.id);
      const family = { ...input.family, grantType: "device_code", revokedAt: null, revokedReason: null };
      assert.deepEqual(await store.tokens.redeem(input), { outcome: "redeemed", family });
      const { tokenHash } = input.refreshToken;
      assert.deepEqual(await store.tokens.findByRefreshToken(tokenHash), {
        ...{ family, generation: 1, expiresAt: input.refreshToken.expiresAt, usedAt: null },
      });
      const [record] = await store.audit.list({ event: "device_grant.redeemed", limit: 1 });
      assert.deepEqual(record, input.audit);
      const again = await store.tokens.redeem(redemption(grant, samples.user.id));
      assert.ok(again.outcome === "lost" && again.grant?.familyId === family.id);
    });

    test("without offline_access there is a family and no refresh token", async () => {
      const samples = await seedSamples(store);
      const input = redemption(await approvedGrant(store, samples), samples.user.id);
      assert.equal((await store.tokens.redeem({ ...input, refreshToken: null })).outcome, "redeemed");
      assert.equal((await store.tokens.findFamily(input.family.id))?.id, input.family.id);
      assert.equal(await store.tokens.findByRefreshToken(input.refreshToken.tokenHash), undefined);
    });

    test("a device code is useless to another client, before approval, or if unknown", async () => {
      const samples = await seedSamples(store);
      const grant = await approvedGrant(store, samples);
      const input = redemption(grant, samples.user.id);
      assert.equal((await store.tokens.redeem({ ...input, clientId: randomUUID() })).outcome, "lost");
      assert.equal((await store.grants.findById(grant.id))?.status, "approved");
      const pending = await pendingGrant(store, samples);
      assert.equal((await store.tokens.redeem(redemption(pending, samples.user.id))).outcome, "lost");
      const unknown = await store.tokens.redeem({ ...input, deviceCodeHash: "unknown" });
      assert.deepEqual(unknown, { outcome: "lost", grant: undefined });
    });

    const withdrawals: Record<string, { why: Refusal; withdraw: (f: Samples) => Promise<unknown> }> = {
      "the user was disabled": {
        why: "user_disabled",
        withdraw: ({ user }) => seed(store).setUserDisabled(user.id, T0, T0),
      },
      "the app was disabled": {
        why: "app_disabled",
        withdraw: ({ app }) => seed(store).putApp({ ...app, disabledAt: T0 }),
      },
      "the API was disabled": {
        why: "scope_unavailable",
        withdraw: ({ api }) => seed(store).putApi({ ...api, disabledAt: T0 }),
      },
      "the scope was removed": {
        why: "scope_unavailable",
        withdraw: ({ api }) => seed(store).putApi({ ...api, scopes: [] }),
      },
      "the scope was switched off": {
        why: "scope_unavailable",
        withdraw: ({ api }) =>
          seed(store).putApi({ ...api, scopes: api.scopes.map((scope) => ({ ...scope, enabled: false })) }),
      },
      "the scope was reserved to the administrator": {
        why: "consent_required",
        withdraw: ({ api }) =>
          seed(store).putApi({ ...api, scopes: api.scopes.map((scope) => ({ ...scope, consent: "Admin" })) }),
      },
      "the consent was withdrawn": {
        why: "consent_required",
        withdraw: ({ app, user, api }) => seed(store).removeConsent(app.clientId, user.id, api.clientId),
      },
    };
    for (const [what, { why, withdraw }] of Object.entries(withdrawals)) {
      test(`nothing is issued if ${what} after the approval, and the grant is denied`, async () => {
        const samples = await seedSamples(store);
        const grant = await approvedGrant(store, samples);
        await withdraw(samples);
        const input = redemption(grant, samples.user.id);
        assert.deepEqual(await store.tokens.redeem(input), { outcome: "refused", why });
        assert.equal(await store.tokens.findFamily(input.family.id), undefined);
        assert.equal(await store.tokens.findByRefreshToken(input.refreshToken.tokenHash), undefined);
        const denied = await store.grants.findById(grant.id);
        assert.deepEqual([denied?.status, denied?.denialReason, denied?.familyId], ["denied", "withdrawn", null]);
        const [record] = await store.audit.list({ event: "device_grant.refused", limit: 1 });
        assert.deepEqual(record?.detail, { why });
        assert.equal((await store.tokens.redeem(redemption(grant, samples.user.id))).outcome, "lost");
      });
    }

    test("an approval from before the user was disabled is invalid after they are enabled again", async () => {
      const samples = await seedSamples(store);
      const grant = await approvedGrant(store, samples);
      const { setUserDisabled } = seed(store);
      await setUserDisabled(samples.user.id, null, T0);
      assert.equal(
        (await store.grants.findById(grant.id))?.status,
        "approved",
        "enabling an enabled user ends nothing",
      );
      await setUserDisabled(samples.user.id, T0, T0);
      await setUserDisabled(samples.user.id, null, T0);
      assert.equal((await store.tokens.redeem(redemption(grant, samples.user.id))).outcome, "lost");
      const ended = await store.grants.findById(grant.id);
      assert.deepEqual([ended?.status, ended?.denialReason], ["denied", "withdrawn"]);
    });

    test("the administrator's consent is enough, and required for a scope reserved to it", async () => {
      const samples = await seedSamples(store);
      const { api, app, user } = samples;
      const scopes = scopesAt(api.clientId, ["ToDoList.Read", "ToDoList.Admin"]);
      await seed(store).removeConsent(app.clientId, user.id, api.clientId);
      await seed(store).addConsent({ ...samples.consent, userId: null, scopes: scopes.resourceScopes });
      const input = redemption(await approvedGrant(store, { ...samples, scopes }), user.id);
      assert.equal((await store.tokens.redeem(input)).outcome, "redeemed");
    });

    test("bare scopes, which belong to no API of the tenant, need no consent", async () => {
      const samples = { ...(await seedSamples(store)), scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read"]) };
      const input = redemption(await approvedGrant(store, samples), samples.user.id);
      assert.equal((await store.tokens.redeem(input)).outcome, "redeemed");
    });

    test("another API's consent, another app's or another user's does not count", async () => {
      const [samples, other] = [await seedSamples(store), await seedSamples(store)];
      const { consent } = samples;
      const input = redemption(await approvedGrant(store, samples), samples.user.id);
      await seed(store).removeConsent(consent.clientId, consent.userId, consent.resourceId);
      await seed(store).addConsent({ ...consent, resourceId: other.api.clientId });
      await seed(store).addConsent({ ...consent, clientId: other.app.clientId });
      await seed(store).addConsent({ ...consent, userId: other.user.id });
      assert.deepEqual(await store.tokens.redeem(input), { outcome: "refused", why: "consent_required" });
    });

    test("the family must belong to the user who approved", async () => {
      const [samples, other] = [await seedSamples(store), await seedSamples(store)];
      const grant = await pendingGrant(store, samples);
      await store.grants.claim(grant.id, {
        sessionId: "s",
        userId: samples.user.id,
        now: T0,
        audit: sampleAudit("grant"),
      });
      await signInBrowser(store, samples.user.id, T0, "s");
      await store.grants.approve(grant.id, approvalBy(samples.user.id, "s", samples.scopes));
      assert.equal((await store.tokens.redeem(redemption(grant, other.user.id))).outcome, "lost");
    });
  });

  describe("families", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    /** A sign-in whose end was moved by a millisecond by a renewal. */
    const renewedLater = async (samples: Samples) => {
      const one = await signedIn(store, samples);
      const { outcome } = await store.tokens.rotate(rotation(one.tokenHash, one.family.clientId, T0 + 1));
      assert.equal(outcome, "rotated");
      return one;
    };

    test("a sign-in that was renewed ends with its newest token: then it is neither listed nor counted", async (t) => {
      const own = await makeStore();
      t.after(() => own.remove());
      const other = await own.open();
      const renewed = async () => {
        const samples = await seedSamples(other);
        const { family, tokenHash } = await signedIn(other, samples);
        const input = rotation(tokenHash, samples.app.clientId, T0 + DAY);
        assert.equal((await other.tokens.rotate(input)).outcome, "rotated");
        return { id: family.id, userId: samples.user.id, end: input.next.expiresAt };
      };
      const [one, two, three] = [await renewed(), await renewed(), await renewed()];
      const { end } = one;
      const listed = async (filter: { id?: string; userId?: string }, now: number) =>
        (await other.tokens.listFamilies({ ...filter, limit: 9, now })).map(({ id, expiresAt }) => [id, expiresAt]);
      for (const filter of [{ id: one.id }, { userId: one.userId }]) {
        assert.deepEqual(await listed(filter, end - 1), [[one.id, end]]);
        assert.deepEqual(await listed(filter, end), []);
      }

      const revoke = ({ userId }: typeof one, now: number) =>
        other.tokens.revokeUser(userId, "operator", now, sampleAudit("user.sign_ins_ended"));
      assert.deepEqual([await revoke(one, end), await revoke(two, end - 1)], [0, 1]);
      const endAll = (now: number) =>
        other.administration.users.endAllSignIns(now, sampleAudit("tenant.sign_ins_ended"));
      assert.equal(await endAll(end), 0);
      // Revoked all the same: the clock of the node that renews next may be behind.
      assert.equal((await other.tokens.findFamily(three.id))?.revokedAt, end);
      await renewed();
      assert.equal(await endAll(end - 1), 1);
    });

    test("a family is revoked once, with its reason", async () => {
      const { family } = await signedIn(store, await seedSamples(store));
      const revoke = (reason: string) => store.tokens.revokeFamily(family.id, reason, T0 + 1, sampleAudit("revoked"));
      assert.equal(await revoke("signed_out"), true);
      assert.equal(await revoke("again"), false);
      assert.equal(await store.tokens.revokeFamily("unknown", "x", T0, sampleAudit("revoked")), false);
      const { revokedAt, revokedReason } = (await store.tokens.findFamily(family.id))!;
      assert.deepEqual([revokedAt, revokedReason], [T0 + 1, "signed_out"]);
      assert.equal((await store.audit.list({ event: "revoked", limit: 9 })).length, 1);
    });

    test("revoking a user ends all their sign-ins and no other user's", async () => {
      const [samples, other] = [await seedSamples(store), await seedSamples(store)];
      const own = [await signedIn(store, samples), await signedIn(store, samples)];
      const { family: foreign } = await signedIn(store, other);
      const revoke = () => store.tokens.revokeUser(samples.user.id, "left", T0, sampleAudit("user.revoked"));
      assert.equal(await revoke(), 2);
      assert.equal(await revoke(), 0);
      for (const { family } of own) assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "left");
      assert.equal((await store.tokens.findFamily(foreign.id))?.revokedAt, null);
    });

    test("a sign-in that has ended is revoked too, and not counted", async () => {
      const samples = await seedSamples(store);
      const { family } = await signedIn(store, samples);
      await signedIn(store, samples);
      const revoke = (now: number) => store.tokens.revokeUser(samples.user.id, "left", now, sampleAudit("x", now));
      const { family: longer } = await renewedLater(samples);
      assert.equal(await revoke(family.expiresAt), 1);
      for (const { id } of [family, longer]) assert.equal((await store.tokens.findFamily(id))?.revokedReason, "left");
    });

    test("deleting the app revokes its families; disabling the user revokes theirs", async () => {
      const samples = await seedSamples(store);
      const { family, tokenHash } = await signedIn(store, samples);
      await seed(store).deleteApp(samples.app.clientId, T0);
      assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "app_deleted");
      assert.equal((await store.tokens.rotate(rotation(tokenHash, family.clientId))).outcome, "revoked");
      const second = await seedSamples(store);
      const { family: theirs } = await signedIn(store, second);
      await seed(store).setUserDisabled(second.user.id, T0, T0);
      await seed(store).setUserDisabled(second.user.id, null, T0);
      assert.equal((await store.tokens.findFamily(theirs.id))?.revokedReason, "user_disabled");
    });

    test("a family is kept for a day after its last refresh token, then deleted with its tokens", async () => {
      const { family, tokenHash } = await signedIn(store, await seedSamples(store));
      await store.purgeExpired(family.expiresAt + DAY - 1);
      assert.notEqual(await store.tokens.findByRefreshToken(tokenHash), undefined);
      await store.purgeExpired(family.expiresAt + DAY);
      assert.equal(await store.tokens.findFamily(family.id), undefined);
      assert.equal(await store.tokens.findByRefreshToken(tokenHash), undefined);
    });
  });
}
