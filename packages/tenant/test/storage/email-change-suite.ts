import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { normalizeEmail, type User } from "../../src/directory/entities.ts";
import { NOBODYS_HASH } from "../../src/directory/password.ts";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { sampleLink, use } from "./link-suite.ts";
import { type MakeStore, rounds, type TestStore } from "./open-test-store.ts";
import { address, changeEmail, insertedUser, ownBrowser, provenAddress, sampleMail, undo } from "./own-samples.ts";
import {
  approvedGrant,
  DAY,
  MINUTE,
  redemption,
  sampleAudit,
  samplePasskey,
  sampleUser,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

const mails = (expiresAt: number) => ({ mail: sampleMail({ expiresAt }), returned: sampleMail({ expiresAt }) });

/** Changes of a user's address, and how the reader of the old one takes them back. */
export function emailChangeSuite(makeStore: MakeStore): void {
  describe("changes of an email address", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const emailOf = async ({ id }: User) => (await store.directory.findUser(id))?.email;
    const person = (changes: Partial<User> = {}) => insertedUser(store, changes);

    test("a verified address becomes the account's, once, with a link and a mail for the old one", async () => {
      const user = await person({ email: `Ana-${randomUUID()}@Contoso.example` });
      const to = address();
      const { outcome, tokenHash, expiresAt, mailId, by, interactionId } = await changeEmail(store, user, to);
      assert.equal(outcome, "done");
      assert.equal((await store.directory.findUserByEmail(normalizeEmail(to)))?.id, user.id);
      assert.equal(await store.directory.findUserByEmail(user.emailNormalized), undefined);
      assert.equal((await store.outbox.find(mailId))?.state, "queued");
      assert.deepEqual(await store.emailChanges.find(tokenHash, T0), {
        ...{ tokenHash, userId: user.id, oldEmail: user.email, changedAt: T0, expiresAt, undoneAt: null },
      });
      // The verification is used up, and the user's version has changed.
      const { credentialsVersion = 0 } = (await store.directory.findUser(user.id)) ?? {};
      const link = {
        tokenHash: "another",
        expiresAt,
        ...mails(expiresAt),
      };
      const again = { ...by, credentialsVersion, interactionId };
      assert.equal(await store.emailChanges.change(again, link, sampleAudit("x")), "stale");
      assert.equal(await store.emailChanges.change({ ...by, interactionId }, link, sampleAudit("x")), "refused");
      assert.equal((await store.audit.list({ event: "user.email_changed", userId: user.id, limit: 9 })).length, 1);
    });

    test("an address that was not verified, for another purpose, or elsewhere, changes nothing", async () => {
      const user = await person();
      const by = await ownBrowser(store, user);
      const elsewhere = await ownBrowser(store, user);
      const link = {
        tokenHash: randomUUID(),
        expiresAt: T0 + DAY,
        ...mails(T0 + DAY),
      };
      const proven = await provenAddress(store, by, address());
      const change = (at: typeof by, interactionId: string) =>
        store.emailChanges.change({ ...at, interactionId }, link, sampleAudit("x"));
      assert.equal(await change(elsewhere, proven), "stale");
      assert.equal(await change({ ...by, now: T0 + 15 * MINUTE }, proven), "stale");
      await store.sessions.setEmail(proven, by.sessionId, address(), "change_email");
      assert.equal(await change(by, proven), "stale");
      const other = await provenAddress(store, by, address());
      await store.sessions.setEmail(other, by.sessionId, address(), "reset");
      assert.equal(await change(by, other), "stale");
      assert.equal(await emailOf(user), user.email);
      assert.deepEqual(await store.emailChanges.listOf(user.id), []);
    });

    test("of two accounts that take an address at the same moment, and a sign-up with it, one gets it", async () => {
      for (let round = 0; round < rounds(6, makeStore); round++) {
        const to = address();
        const [one, two] = [await person(), await person()];
        const [first, second, signedUp] = await Promise.all([
          changeEmail(store, one, to),
          changeEmail(store, two, to),
          store.administration.users.insert(sampleUser({ email: to }), sampleAudit("user.signed_up")),
        ]);
        const got = [first.outcome === "done", second.outcome === "done", signedUp].filter(Boolean);
        assert.equal(got.length, 1);
        // Stale: the one who got it has ended the other's verification.
        for (const { outcome } of [first, second]) assert.match(outcome, /^(done|taken|stale)$/);
      }
    });

    test("an address that another account has stays with it, and the verification is kept", async () => {
      const [user, other] = [await person(), await person()];
      const { outcome, tokenHash, mailId } = await changeEmail(store, user, other.email.toUpperCase());
      assert.equal(outcome, "taken");
      assert.deepEqual([await emailOf(user), await emailOf(other)], [user.email, other.email]);
      assert.equal(await store.emailChanges.find(tokenHash, T0), undefined);
      assert.equal(await store.outbox.find(mailId), undefined);
    });

    test("the link gives the old address back, signs everything out, and works once", async () => {
      const own = await seedSamples(store);
      const { user } = own;
      const { tokenHash, by } = await changeEmail(store, user, address());
      const { credentialsVersion = 0 } = (await store.directory.findUser(user.id)) ?? {};
      await store.sessions.changePassword({
        ...{ user: { id: user.id, credentialsVersion }, passwordHash: "thief", keepSessionId: by.sessionId },
        ...{ now: T0, audit: sampleAudit("user.password_changed") },
      });
      const { family } = await signedIn(store, own);
      const grant = await approvedGrant(store, own);
      const [result, second] = await Promise.all([
        store.emailChanges.undo(undo(tokenHash, T0 + 5)),
        store.emailChanges.undo(undo(tokenHash, T0 + 5)),
      ]);
      assert.deepEqual([result.outcome, second.outcome].sort(), ["dead", "done"]);
      assert.equal(await emailOf(user), user.email);
      assert.equal((await store.directory.findUser(user.id))?.passwordHash, NOBODYS_HASH);
      assert.equal(await store.sessions.find(by.sessionId, T0), undefined);
      assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "email_restored");
      assert.equal((await store.tokens.redeem(redemption(grant, user.id))).outcome, "lost");
      assert.equal(await store.emailChanges.find(tokenHash, T0 + 5), undefined);
      const records = await store.audit.list({ event: "user.email_restored", userId: user.id, limit: 9 });
      assert.deepEqual(
        records.map(({ at, actor, ip }) => [at, actor, ip]),
        [[T0 + 5, "user", "192.0.2.9"]],
      );
    });

    test("an account without a password stays without one: the mailbox signs in", async () => {
      const user = await person();
      const { tokenHash } = await changeEmail(store, user, address());
      assert.equal((await store.emailChanges.undo(undo(tokenHash))).outcome, "done");
      assert.equal((await store.directory.findUser(user.id))?.passwordHash, null);
    });

    test("factors of the week before the change and since are removed, and older ones stay", async () => {
      const user = await person();
      for (const [name, createdAt] of [
        ["old", T0 - 7 * DAY],
        ["recent", T0 - 7 * DAY + 1],
      ] as const) {
        await store.passkeys.insert(samplePasskey(user.id, { name, createdAt }), 0);
      }
      const by = { ...(await ownBrowser(store, user)), passkeysWork: false };
      const { outcome, tokenHash } = await changeEmail(store, user, address(), { by });
      assert.equal(outcome, "done");
      await store.emailChanges.undo(undo(tokenHash));
      assert.deepEqual(
        (await store.passkeys.listOf(user.id)).map(({ name }) => name),
        ["old"],
      );
    });

    test("a link is valid to its last millisecond, and an unknown one does nothing", async () => {
      const user = await person();
      const { tokenHash, expiresAt } = await changeEmail(store, user, address());
      assert.deepEqual(await store.emailChanges.undo(undo("unknown")), { outcome: "dead" });
      assert.deepEqual(await store.emailChanges.undo(undo(tokenHash, expiresAt)), { outcome: "dead" });
      assert.equal(await store.emailChanges.find(tokenHash, expiresAt), undefined);
      await store.purgeExpired(expiresAt - 1);
      assert.equal((await store.emailChanges.undo(undo(tokenHash, expiresAt - 1))).outcome, "done");
    });

    test("an expired change is deleted, whether or not it was taken back", async () => {
      const user = await person();
      const { tokenHash, expiresAt } = await changeEmail(store, user, address());
      await changeEmail(store, user, address());
      await store.emailChanges.undo(undo(tokenHash));
      assert.equal((await store.emailChanges.listOf(user.id)).length, 2);
      await store.purgeExpired(expiresAt);
      assert.deepEqual(await store.emailChanges.listOf(user.id), []);
    });

    test("an older link wins: it voids later ones, and a later one does not void it", async () => {
      const user = await person();
      const [thief, second] = [address(), address()];
      const first = await changeEmail(store, user, thief);
      const later = await changeEmail(store, user, second);
      assert.equal((await store.emailChanges.undo(undo(later.tokenHash))).outcome, "done");
      assert.equal(await emailOf(user), thief);
      assert.equal((await store.emailChanges.undo(undo(first.tokenHash))).outcome, "done");
      assert.equal(await emailOf(user), user.email);
      assert.equal((await store.emailChanges.undo(undo(later.tokenHash))).outcome, "dead");
    });

    test("after the owner took it back, no link that was mailed since the change does anything", async () => {
      const own = await seedSamples(store);
      const { user } = own;
      const first = await changeEmail(store, user, address());
      const later = await changeEmail(store, user, address());
      const [older, stolen] = [sampleLink(user.id, { createdAt: T0 - 1 }), sampleLink(user.id, { createdAt: T0 + 1 })];
      for (const link of [older, stolen]) await store.links.insert(link);
      assert.equal((await store.emailChanges.undo(undo(first.tokenHash, T0 + 2))).outcome, "done");
      const owners = await signInBrowser(store, user.id, T0 + 3);
      assert.equal((await store.emailChanges.undo(undo(later.tokenHash, T0 + 4))).outcome, "dead");
      assert.deepEqual(await store.links.use(use(stolen.tokenHash, T0 + 4)), { outcome: "dead" });
      assert.notEqual(await store.sessions.find(owners, T0 + 4), undefined);
      assert.equal((await store.links.use(use(older.tokenHash, T0 + 5))).outcome, "done");
    });

    test("a link that an older node mailed before the change gives the address back, too", async () => {
      const user = await person({ passwordHash: "hash" });
      const link = sampleLink(user.id, { createdAt: T0 - 1 });
      await store.links.insert(link);
      const to = address();
      const first = await changeEmail(store, user, to);
      const stolen = sampleLink(user.id, { createdAt: T0 + 1 });
      await store.links.insert(stolen);
      await changeEmail(store, user, address());
      const used = await store.links.use(use(link.tokenHash, T0 + 2));
      assert.deepEqual([used.outcome, used.outcome === "done" && used.addressRestored], ["done", true]);
      assert.equal(await emailOf(user), user.email);
      assert.equal((await store.directory.findUser(user.id))?.passwordHash, NOBODYS_HASH);
      assert.equal((await store.emailChanges.undo(undo(first.tokenHash, T0 + 3))).outcome, "dead");
      assert.equal((await store.links.use(use(stolen.tokenHash, T0 + 3))).outcome, "dead");
    });

    test("a link that an older node mailed after the change leaves the address as it is", async () => {
      const user = await person();
      const to = address();
      await changeEmail(store, user, to);
      const link = sampleLink(user.id, { createdAt: T0 + 1 });
      await store.links.insert(link);
      assert.equal((await store.links.use(use(link.tokenHash, T0 + 2))).outcome, "done");
      assert.equal(await emailOf(user), to);
    });

    test("a link from before still secures the account if another one has the address meanwhile", async () => {
      const user = await person({ passwordHash: "hash" });
      const link = sampleLink(user.id, { createdAt: T0 - 1 });
      await store.links.insert(link);
      const to = address();
      await changeEmail(store, user, to);
      await person({ email: user.email });
      assert.equal((await store.links.use(use(link.tokenHash, T0 + 2))).outcome, "done");
      assert.equal(await emailOf(user), to);
      assert.equal((await store.directory.findUser(user.id))?.passwordHash, NOBODYS_HASH);
    });

    test("both links at the same moment: the older address wins", async () => {
      for (let round = 0; round < rounds(6, makeStore); round++) {
        const user = await person();
        const first = await changeEmail(store, user, address());
        const later = await changeEmail(store, user, address());
        const [one] = await Promise.all([
          store.emailChanges.undo(undo(first.tokenHash)),
          store.emailChanges.undo(undo(later.tokenHash)),
        ]);
        assert.equal(one.outcome, "done");
        assert.equal(await emailOf(user), user.email);
      }
    });

    test("a deletion at the moment of a change leaves the account, or no change to take back", async () => {
      for (let round = 0; round < rounds(6, makeStore); round++) {
        const user = await person();
        const by = await ownBrowser(store, user);
        const [changed, deleted] = await Promise.all([
          changeEmail(store, user, address(), { by }).catch((error: Error) => ({
            outcome: error.message,
            tokenHash: "",
          })),
          store.ownAccount.delete(by, sampleMail(), sampleAudit("user.deleted")),
        ]);
        const exists = (await store.directory.findUser(user.id)) !== undefined;
        assert.equal(exists, deleted.outcome !== "done");
        if (changed.outcome === "done") assert.equal(exists, true);
      }
    });

    test("an address that got another account meanwhile is not given back; the link waits", async () => {
      const user = await person();
      const to = address();
      const { tokenHash } = await changeEmail(store, user, to);
      const squatter = await person({ email: user.email });
      assert.deepEqual(await store.emailChanges.undo(undo(tokenHash)), { outcome: "taken" });
      assert.equal(await emailOf(user), to);
      await store.administration.users.delete(squatter.id, T0, sampleAudit("x"));
      assert.equal((await store.emailChanges.undo(undo(tokenHash))).outcome, "done");
    });

    test("a reset or a sign-in that was verified with either address ends", async () => {
      const user = await person({ passwordHash: "hash" });
      const to = address();
      const { tokenHash } = await changeEmail(store, user, to);
      const thief = await ownBrowser(store, sampleUser());
      await store.sessions.ensure({ id: thief.sessionId, createdAt: T0, expiresAt: T0 + DAY });
      const proven = await provenAddress(store, thief, to);
      await store.emailChanges.undo(undo(tokenHash));
      const flow = await store.sessions.findInteraction(proven, thief.sessionId, T0);
      assert.equal(flow?.email?.verifiedAt, null);
    });
  });
}
