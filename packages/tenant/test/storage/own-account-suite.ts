import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { User } from "../../src/directory/entities.ts";
import type { OwnChange, Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import { approvedRequest, codeRedemption } from "./authorization-samples.ts";
import { type MakeStore, rounds, type TestStore } from "./open-test-store.ts";
import { changeEmail, ownBrowser, sampleMail } from "./own-samples.ts";
import {
  approvedGrant,
  DAY,
  MINUTE,
  redemption,
  type Samples,
  sampleAudit,
  samplePasskey,
  samplePolicy,
  sampleUser,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

const audit = (event: string, userId: string) => ({ ...sampleAudit(event), userId });

/** What users see and change of their own account. */
export function ownAccountSuite(makeStore: MakeStore): void {
  describe("a user's own account", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const changed = (event: string, userId: string) =>
      store.audit
        .list({ event, limit: 99 })
        .then((records) => records.filter((record) => record.userId === userId).length);
    const userNow = async (user: User) => store.directory.findUser(user.id);

    /** Every change, and whether it was made. */
    const changes: Record<string, (by: OwnChange, own: Samples, familyId: string) => Promise<unknown>> = {
      renameDevice: (by, { user }, id) =>
        store.ownAccount.renameDevice(by, { id, label: "Mine" }, audit("sign_in.renamed", user.id)),
      signOutDevice: (by, { user }, id) => store.ownAccount.signOutDevice(by, id, audit("sign_in.revoked", user.id)),
      signOutAll: (by, { user }) => store.ownAccount.signOutAll(by, audit("user.sign_ins_ended", user.id)),
      withdrawApp: (by, { user, app }) =>
        store.ownAccount.withdrawApp(by, app.clientId, audit("user.consent_withdrawn", user.id)),
      changeName: (by, { user }) => store.ownAccount.changeName(by, "New name", audit("user.changed", user.id)),
      delete: async (by, { user }) =>
        (await store.ownAccount.delete(by, sampleMail(), audit("user.deleted", user.id))).outcome,
      changeEmail: async (by, { user }) =>
        (await changeEmail(store, user, `${randomUUID()}@contoso.example`, { by, now: by.now })).outcome,
    };

    /** What makes a change impossible between the arrival of a form and the transaction. */
    const obstacles: Record<string, (own: Samples, by: OwnChange) => Promise<unknown>> = {
      "the session was ended": (_own, by) => store.sessions.end(by.sessionId),
      "the user was disabled": ({ user }) => seed(store).setUserDisabled(user.id, T0, T0),
      "the user was disabled and enabled again": async ({ user }) => {
        await seed(store).setUserDisabled(user.id, T0, T0);
        await seed(store).setUserDisabled(user.id, null, T0);
      },
      "a credential was changed elsewhere": ({ user }) =>
        store.administration.users.resetFactors(user.id, T0, sampleAudit("x")),
      "a passkey was added, and not used": ({ user }) =>
        store.passkeys.insert(samplePasskey(user.id), user.credentialsVersion),
    };

    for (const [name, change] of Object.entries(changes)) {
      if (name !== "changeEmail") {
        for (const [what, happen] of Object.entries(obstacles)) {
          test(`${name} is refused, and changes nothing, if ${what}`, async () => {
            const own = await seedSamples(store);
            const { family } = await signedIn(store, own);
            const by = await ownBrowser(store, own.user);
            await happen(own, by);
            const all = () =>
              Promise.all([
                ...[userNow(own.user), store.tokens.findFamily(family.id), store.ownAccount.listConsents(own.user.id)],
                store.tokens.listFamilies({ userId: own.user.id, limit: 9, now: T0 }),
              ]);
            const before = await all();
            assert.equal(await change(by, own, family.id), "refused");
            assert.deepEqual(await all(), before);
          });
        }
      }

      test(`${name} is refused with a sign-in that is a millisecond too old, or with another user's session`, async () => {
        const own = await seedSamples(store);
        const { family } = await signedIn(store, own);
        const by = await ownBrowser(store, own.user);
        const stranger = sampleUser();
        await seed(store).insertUser(stranger);
        const foreign = await signInBrowser(store, stranger.id, T0);
        const old = { ...by, now: T0 + 10 * MINUTE, signedInAfter: T0 };
        assert.equal(await change(old, own, family.id), "refused");
        // Of a time to come: a tester's clock was ahead.
        const ahead = { ...by, now: T0 - 2 * MINUTE, signedInAfter: T0 - 10 * MINUTE };
        assert.equal(await change(ahead, own, family.id), "refused");
        if (name !== "changeEmail")
          assert.equal(await change({ ...by, sessionId: foreign }, own, family.id), "refused");
        assert.notEqual(await change({ ...old, signedInAfter: T0 - 1 }, own, family.id), "refused");
      });
    }

    test("a password alone renames and signs out, and neither deletes nor changes the address", async () => {
      const own = await seedSamples(store);
      const { family } = await signedIn(store, own);
      const by = await ownBrowser(store, own.user, T0, ["password"]);
      const outcomes: Record<string, unknown> = {};
      for (const name of ["renameDevice", "signOutDevice", "delete", "changeEmail"]) {
        outcomes[name] = await changes[name]?.(by, own, family.id);
      }
      const refused = { delete: "refused", changeEmail: "refused" };
      assert.deepEqual(outcomes, { renameDevice: true, signOutDevice: true, ...refused });
    });

    test("a policy that demands a second factor is obeyed from the moment it exists", async () => {
      const fresh = await makeStore();
      try {
        const other = await fresh.open();
        const own = await seedSamples(other);
        const by = await ownBrowser(other, own.user, T0, ["password"]);
        await seed(other).putPolicy(samplePolicy());
        const record = audit("user.changed", own.user.id);
        assert.equal(await other.ownAccount.changeName(by, "Eve", record), "refused");
      } finally {
        await fresh.remove();
      }
    });

    test("a device has the name that it gave itself, where it came from, and the name that its user gives it", async () => {
      const own = await seedSamples(store);
      const { family } = await signedIn(store, own);
      const by = await ownBrowser(store, own.user);
      const listed = async () =>
        (await store.tokens.listFamilies({ userId: own.user.id, limit: 9, now: T0 }))[0]?.device;
      const device = { deviceName: "Kitchen TV", devicePlatform: null, signedInFrom: "192.0.2.7", label: null };
      assert.deepEqual(await listed(), device);
      const rename = (label: string | null, id = family.id) =>
        store.ownAccount.renameDevice(by, { id, label }, audit("sign_in.renamed", own.user.id));
      assert.equal(await rename("Den"), true);
      assert.deepEqual(await listed(), { ...device, label: "Den" });
      assert.equal(await rename(null), true);
      assert.deepEqual(await listed(), device);
      assert.equal(await rename("Den", randomUUID()), false);
      assert.equal(await changed("sign_in.renamed", own.user.id), 2);
      assert.deepEqual(Object.keys((await store.tokens.findFamily(family.id)) ?? {}).includes("label"), false);
    });

    test("a program that came through a browser is known by the browser's address, and not by that of its server", async () => {
      const own = await seedSamples(store);
      const redemption = codeRedemption(await approvedRequest(store, own), own.user.id);
      await store.authorizations.redeem({ ...redemption, audit: { ...redemption.audit, ip: "203.0.113.80" } });
      const [family] = await store.tokens.listFamilies({ userId: own.user.id, limit: 9, now: T0 });
      assert.deepEqual([family?.device.deviceName, family?.device.signedInFrom], [null, "192.0.2.7"]);
    });

    test("one device is signed out, once; another user's cannot be renamed or signed out", async () => {
      const [own, others] = [await seedSamples(store), await seedSamples(store)];
      const [mine, kept] = [await signedIn(store, own), await signedIn(store, own)];
      const theirs = await signedIn(store, others);
      const by = await ownBrowser(store, own.user);
      const signOut = (id: string) => store.ownAccount.signOutDevice(by, id, audit("sign_in.revoked", own.user.id));
      assert.equal(await signOut(theirs.family.id), false);
      const rename = { id: theirs.family.id, label: "Mine now" };
      assert.equal(await store.ownAccount.renameDevice(by, rename, audit("sign_in.renamed", own.user.id)), false);
      assert.deepEqual(
        await Promise.all([signOut(mine.family.id), signOut(mine.family.id)]).then((all) => all.sort()),
        [false, true],
      );
      assert.equal((await store.tokens.findFamily(mine.family.id))?.revokedReason, "user_signed_out");
      for (const { family } of [kept, theirs]) {
        assert.equal((await store.tokens.findFamily(family.id))?.revokedAt, null);
      }
      assert.equal(await changed("sign_in.revoked", own.user.id), 1);
    });

    test("all are signed out with approvals, codes and other browsers; this browser and other users stay", async () => {
      const [own, others] = [await seedSamples(store), await seedSamples(store)];
      for (const each of [own, own, others]) await signedIn(store, each);
      const grant = await approvedGrant(store, own);
      const request = await approvedRequest(store, own);
      const elsewhere = await signInBrowser(store, own.user.id, T0);
      const by = await ownBrowser(store, own.user);
      assert.equal(await store.ownAccount.signOutAll(by, audit("user.sign_ins_ended", own.user.id)), 2);
      assert.equal((await store.tokens.redeem(redemption(grant, own.user.id))).outcome, "lost");
      assert.equal((await store.authorizations.redeem(codeRedemption(request, own.user.id))).outcome, "lost");
      assert.equal(await store.sessions.find(elsewhere, T0), undefined);
      assert.notEqual(await store.sessions.find(by.sessionId, T0), undefined);
      assert.equal((await store.tokens.listFamilies({ userId: own.user.id, limit: 9, now: T0 })).length, 0);
      assert.equal((await store.tokens.listFamilies({ userId: others.user.id, limit: 9, now: T0 })).length, 1);
      const [record] = await store.audit.list({ event: "user.sign_ins_ended", userId: own.user.id, limit: 1 });
      assert.deepEqual(record?.detail, { devices: 2 });
    });

    test("apps are those with a consent or a live sign-in, and what was withdrawn is neither", async () => {
      const own = await seedSamples(store);
      const others = await seedSamples(store);
      await seed(store).addConsent({ ...own.consent, userId: others.user.id });
      await seed(store).addConsent({ ...own.consent, userId: null });
      const { family } = await signedIn(store, own);
      const [grant, request] = [await approvedGrant(store, own), await approvedRequest(store, own)];
      const by = await ownBrowser(store, own.user);
      const { clientId, name } = own.app;
      assert.deepEqual(await store.ownAccount.listApps(own.user.id, T0), [{ clientId, name, signIns: 1 }]);
      const withdraw = () => store.ownAccount.withdrawApp(by, clientId, audit("user.consent_withdrawn", own.user.id));
      assert.equal(await withdraw(), true);
      assert.equal(await withdraw(), false);
      assert.deepEqual(await store.ownAccount.listApps(own.user.id, T0), []);
      assert.deepEqual(await store.ownAccount.listConsents(own.user.id), []);
      assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "consent_withdrawn");
      assert.equal((await store.tokens.redeem(redemption(grant, own.user.id))).outcome, "lost");
      assert.equal((await store.authorizations.redeem(codeRedemption(request, own.user.id))).outcome, "lost");
      const owners = (await store.permissions.listConsents({ clientId })).map(({ userId }) => userId);
      assert.deepEqual(owners.sort(), [null, others.user.id].sort());
      assert.equal(await changed("user.consent_withdrawn", own.user.id), 1);
    });

    test("access that is withdrawn at the moment of a redemption leaves no sign-in", async () => {
      for (let round = 0; round < rounds(8, makeStore); round++) {
        const own = await seedSamples(store);
        const redeemed = redemption(await approvedGrant(store, own), own.user.id);
        const by = await ownBrowser(store, own.user);
        await Promise.all([
          store.tokens.redeem(redeemed),
          store.ownAccount.withdrawApp(by, own.app.clientId, audit("user.consent_withdrawn", own.user.id)),
        ]);
        assert.notEqual((await store.tokens.findFamily(redeemed.family.id))?.revokedAt, null);
      }
    });

    test("the name is changed once; the same name again is no change", async () => {
      const { user } = await seedSamples(store);
      const by = await ownBrowser(store, user);
      const change = () => store.ownAccount.changeName(by, "Ana Nova", audit("user.changed", user.id));
      assert.deepEqual([await change(), await change()], [true, false]);
      assert.equal((await userNow(user))?.displayName, "Ana Nova");
      assert.equal(await changed("user.changed", user.id), 1);
    });

    test("browsers are listed without their IDs, and not after their end", async () => {
      const { user } = await seedSamples(store);
      await ownBrowser(store, user);
      const [browser, ...more] = await store.ownAccount.listBrowsers(user.id, T0);
      assert.deepEqual(Object.keys(browser ?? {}).sort(), ["createdAt", "expiresAt", "methods"]);
      assert.equal(more.length, 0);
      assert.deepEqual(await store.ownAccount.listBrowsers(user.id, T0 + 400 * DAY), []);
    });

    test("an account is deleted with its sign-ins, and a change of the same moment finds none", async () => {
      const own = await seedSamples(store);
      const { family } = await signedIn(store, own);
      const by = await ownBrowser(store, own.user);
      const [deleted] = await Promise.all([
        store.ownAccount.delete(by, sampleMail(), audit("user.deleted", own.user.id)),
        store.ownAccount.changeName(by, "Late", audit("user.changed", own.user.id)),
      ]);
      assert.deepEqual(deleted, { outcome: "done" });
      assert.equal(await userNow(own.user), undefined);
      assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "user_deleted");
      assert.equal(await store.sessions.find(by.sessionId, T0), undefined);
      assert.equal(await changed("user.deleted", own.user.id), 1);
    });

    test("the last administrator stays, with every sign-in", async () => {
      const fresh = await makeStore();
      try {
        const other = await fresh.open();
        const own = await seedSamples(other);
        await other.administration.users.setAdministrator(own.user.id, true, sampleAudit("x"));
        const { family } = await signedIn(other, own);
        const grant = await approvedGrant(other, own);
        const by = await ownBrowser(other, own.user);
        const outcome = await other.ownAccount.delete(by, sampleMail(), audit("user.deleted", own.user.id));
        assert.deepEqual(outcome, { outcome: "last_administrator" });
        assert.equal((await other.tokens.findFamily(family.id))?.revokedAt, null);
        assert.equal((await other.grants.findById(grant.id))?.status, "approved");
      } finally {
        await fresh.remove();
      }
    });

    test("an account whose address can still be taken back is not deleted, until the link has expired", async () => {
      const { user } = await seedSamples(store);
      const { by, expiresAt } = await changeEmail(store, user, `${randomUUID()}@contoso.example`);
      const again = async (now: number) => {
        const { credentialsVersion = 0 } = (await userNow(user)) ?? {};
        const mail = sampleMail();
        const deleted = await store.ownAccount.delete(
          { ...by, credentialsVersion, now },
          mail,
          audit("user.deleted", user.id),
        );
        const mailed = (await store.outbox.find(mail.id)) !== undefined;
        assert.equal(mailed, deleted.outcome === "done", "no deletion without its mail, and no mail without it");
        return deleted;
      };
      assert.deepEqual(await again(T0 + 1), { outcome: "kept", until: expiresAt });
      assert.deepEqual(await again(expiresAt - 1), { outcome: "kept", until: expiresAt });
      assert.deepEqual(await again(expiresAt), { outcome: "done" });
    });

    test("activity is paged by time without gaps or repeats, and without renewals or others' records", async () => {
      const [user, other] = [sampleUser(), sampleUser()];
      for (const at of [T0, T0, T0 + 1, T0 + 1, T0 + 1, T0 + 2]) {
        await store.audit.write({ ...sampleAudit("user.signed_in", at), userId: user.id, detail: { n: at - T0 } });
        await store.audit.write({ ...sampleAudit("refresh_token.rotated", at), userId: user.id });
        await store.audit.write({ ...sampleAudit("user.signed_in", at), userId: other.id });
      }
      await store.audit.write({ ...sampleAudit("user.signed_out", T0), userId: user.id });
      const of = { userId: user.id, since: T0, limit: 2, events: ["user.signed_in"] };
      const events = ["user.signed_in", "user.signed_out"];
      const pages = [
        await store.audit.listOwn(of),
        await store.audit.listOwn({ ...of, after: { at: T0 + 1, skip: 1 } }),
        await store.audit.listOwn({ ...of, after: { at: T0 + 1, skip: 3 } }),
      ];
      assert.deepEqual(
        pages.map((page) => page.map(({ at, userId }) => [at - T0, userId === user.id])),
        [
          [
            [2, true],
            [1, true],
          ],
          [
            [1, true],
            [1, true],
          ],
          [
            [0, true],
            [0, true],
          ],
        ],
      );
      assert.equal((await store.audit.listOwn({ ...of, limit: 99, events })).length, 7);
      assert.equal((await store.audit.listOwn({ ...of, since: T0 + 2, limit: 99, events })).length, 1);
    });

    for (const [where, event] of [
      ["through Graph", "graph.user.changed"],
      ["in the console", "console.user.changed"],
    ] as const) {
      test(`activity has what administrators did to the user ${where}, and nothing that the user did to others`, async () => {
        const [user, administrator] = [sampleUser(), sampleUser()];
        const changed = { ...sampleAudit(event, T0), userId: administrator.id };
        await store.audit.write({ ...changed, detail: { user_id: user.id, changed: "displayName" } });
        const of = { since: T0, limit: 9, events: ["user.changed"] };
        const records = await store.audit.listOwn({ ...of, userId: user.id });
        assert.deepEqual(
          records.map(({ event, userId }) => [event, userId]),
          [[event, administrator.id]],
        );
        assert.deepEqual(await store.audit.listOwn({ ...of, userId: administrator.id }), []);
      });
    }
  });
}
