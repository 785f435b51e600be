import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { operate } from "../../src/operator/operate.ts";
import type { Store } from "../../src/storage/store.ts";
import { operated, operatedTenants } from "../fixtures/operated.ts";
import { failsWith } from "../server/scratch.ts";
import { approvedGrant, redemption, rotation, type Samples, samplePasskey, seedSamples } from "../storage/samples.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A program is signed in as the user of the samples. */
async function signedIn(store: Store, samples: Samples, now = Date.now()) {
  const grant = await approvedGrant(store, samples, { expiresAt: now + MINUTE });
  const input = redemption(grant, samples.user.id, now);
  assert.equal((await store.tokens.redeem(input)).outcome, "redeemed");
  return { id: input.family.id, tokenHash: input.refreshToken.tokenHash };
}

for (const state of operatedTenants) {
  describe(`operating users and sign-ins: ${state}`, { concurrency: true }, () => {
    /** Two users, each with a program that is signed in. */
    async function twoUsers(t: Parameters<typeof operated>[0]) {
      const users: (Awaited<ReturnType<typeof signedIn>> & Samples)[] = [];
      const place = await operated(t, state, async ({ context: { store } }) => {
        for (let count = 0; count < 2; count++) {
          const samples = await seedSamples(store);
          await store.passkeys.insert(samplePasskey(samples.user.id), 0);
          users.push({ ...samples, ...(await signedIn(store, samples)) });
        }
      });
      const [one, two] = users as [(typeof users)[0], (typeof users)[0]];
      const after = async () => {
        const { context } = await place.look();
        const renews = async ({ tokenHash, app }: typeof one) =>
          (await context.store.tokens.rotate(rotation(tokenHash, app.clientId, Date.now()))).outcome;
        const event = async (name: string) => (await context.store.audit.list({ event: name, limit: 9 }))[0];
        return { store: context.store, renews, event };
      };
      return { ...place, one, two, after };
    }

    test("a user is disabled, enabled and deleted", async (t) => {
      const { location, one, two, after } = await twoUsers(t);
      const { email } = one.user;
      assert.equal((await operate(location, { do: "disable_user", email: email.toUpperCase() })).disabled, true);
      const [found, ...others] = await operate(location, { do: "list_users", search: email.slice(0, 20) });
      assert.deepEqual([found?.email, found?.disabled, others], [email, true, []]);
      assert.equal((await operate(location, { do: "enable_user", email })).disabled, false);
      assert.equal((await operate(location, { do: "delete_user", email: two.user.email })).id, two.user.id);
      for (const request of ["disable_user", "enable_user", "delete_user", "reset_user"] as const) {
        const gone = operate(location, { do: request, email: two.user.email });
        await assert.rejects(gone, failsWith("user_unknown"));
      }
      const { renews, event, store } = await after();
      assert.deepEqual([await renews(one), await renews(two)], ["revoked", "revoked"]);
      assert.equal(await store.directory.findUser(two.user.id), undefined);
      for (const name of ["user.changed", "user.deleted"]) assert.equal((await event(name))?.actor, "operator");
    });

    test("a user gets another name and address, and what could take the account back is void", async (t) => {
      const { location, one, two, look } = await twoUsers(t);
      const [email, moved] = [one.user.email, `moved-${one.user.email}`];
      const edit = (of: object) =>
        operate(location, {
          ...{ do: "edit_user", email, new_email: null, name: null, void_links: false, void_password: false },
          ...of,
        });
      const edited = await edit({ email: email.toUpperCase(), new_email: moved, name: " Ada \u202e Byron " });
      assert.deepEqual([edited.email, edited.name, edited.password_voided], [moved, "Ada Byron", false]);
      await assert.rejects(edit({ name: "x" }), failsWith("user_unknown"));
      for (const [given, code] of [
        [{ new_email: two.user.email }, "email_taken"],
        [{ new_email: "no address" }, "email_invalid"],
        [{ name: " " }, "name_invalid"],
      ] as const) {
        await assert.rejects(edit({ email: moved, ...given }), failsWith(code));
      }
      assert.equal((await edit({ email: moved, void_links: true, void_password: true })).password_voided, false);
      const { context, mailsTo } = await look();
      for (const event of ["user.email_changed", "user.links_voided", "user.changed"]) {
        const [record] = await context.store.audit.list({ event, limit: 1 });
        assert.deepEqual([record?.actor, record?.userId], ["operator", one.user.id], event);
      }
      const mails = await mailsTo(email);
      assert.deepEqual(
        mails.map(({ subject }) => subject),
        [`Your ${context.config.name} account no longer uses this address`],
      );
      const { tokenHash, app } = one;
      const renewed = await context.store.tokens.rotate(rotation(tokenHash, app.clientId, Date.now()));
      assert.equal(renewed.outcome, "rotated");
    });

    test("a reset removes factors and passkeys, and ends the user's sign-ins", async (t) => {
      const { location, one, two, after } = await twoUsers(t);
      const reset = await operate(location, { do: "reset_user", email: one.user.email });
      const { authenticator_app, recovery_codes, passkeys, sign_ins } = reset;
      assert.deepEqual([authenticator_app, recovery_codes, passkeys, sign_ins], [false, 0, 1, 1]);
      const { renews, event, store } = await after();
      assert.deepEqual([await renews(one), await renews(two)], ["revoked", "rotated"]);
      assert.deepEqual(await store.passkeys.listOf(one.user.id), []);
      assert.equal((await store.passkeys.listOf(two.user.id)).length, 1);
      const record = await event("user.factors_reset");
      assert.deepEqual([record?.actor, record?.userId, record?.detail.passkeys], ["operator", one.user.id, 1]);
    });

    test("sign-ins are listed, and ended one by one", async (t) => {
      const { location, one, two, after } = await twoUsers(t);
      const list = (of: { email?: string; client_id?: string } = {}) =>
        operate(location, { do: "list_sign_ins", ...of });
      assert.deepEqual(new Set((await list()).map(({ id }) => id)), new Set([one.id, two.id]));
      const [listed, ...others] = await list({ email: one.user.email });
      assert.deepEqual(
        [listed?.id, listed?.app, listed?.client_id, listed?.last_used_at, others],
        [one.id, one.app.name, one.app.clientId, null, []],
      );
      assert.deepEqual(
        (await list({ client_id: two.app.clientId.toUpperCase() })).map(({ id }) => id),
        [two.id],
      );
      await operate(location, { do: "revoke_sign_in", id: one.id.toUpperCase() });
      for (const id of [one.id, randomUUID(), "x"]) {
        await assert.rejects(operate(location, { do: "revoke_sign_in", id }), failsWith("sign_in_unknown"));
      }
      assert.deepEqual(
        (await list()).map(({ id }) => id),
        [two.id],
      );
      const { renews, event } = await after();
      assert.deepEqual([await renews(one), await renews(two)], ["revoked", "rotated"]);
      const record = await event("sign_in.revoked");
      assert.deepEqual([record?.actor, record?.userId, record?.detail.family], ["operator", one.user.id, one.id]);
    });

    test("a sign-in whose program did not renew it for 90 days is unknown", async (t) => {
      let id = "";
      const { location, look } = await operated(t, state, async ({ context: { store } }) => {
        const samples = await seedSamples(store);
        const renewedAt = Date.now() - 90 * DAY;
        const signIn = await signedIn(store, samples, renewedAt - 1);
        const renewal = rotation(signIn.tokenHash, samples.app.clientId, renewedAt);
        assert.equal((await store.tokens.rotate(renewal)).outcome, "rotated");
        id = signIn.id;
      });
      assert.deepEqual(await operate(location, { do: "list_sign_ins" }), []);
      await assert.rejects(operate(location, { do: "revoke_sign_in", id }), failsWith("sign_in_unknown"));
      assert.deepEqual(await operate(location, { do: "revoke_sign_ins", email: null }), { ended: 0 });
      const { context } = await look();
      assert.deepEqual(await context.store.audit.list({ event: "sign_in.revoked", limit: 1 }), []);
    });

    test("all sign-ins of a user are ended, or those of all users", async (t) => {
      const { location, one, after } = await twoUsers(t);
      const revoke = (email: string | null) => operate(location, { do: "revoke_sign_ins", email });
      assert.deepEqual(await revoke(one.user.email), { ended: 1 });
      assert.deepEqual(await revoke(null), { ended: 1 });
      assert.deepEqual(await operate(location, { do: "list_sign_ins" }), []);
      const { event } = await after();
      assert.equal((await event("user.sign_ins_ended"))?.userId, one.user.id);
      assert.equal((await event("tenant.sign_ins_ended"))?.actor, "operator");
    });
  });
}
