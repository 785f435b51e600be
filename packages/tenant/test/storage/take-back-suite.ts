import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { User } from "../../src/directory/entities.ts";
import { NOBODYS_HASH } from "../../src/directory/password.ts";
import type { ActionLink, Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { sampleLink, use } from "./link-suite.ts";
import { type MakeStore, rounds, type TestStore } from "./open-test-store.ts";
import { address, changeEmail, insertedUser, ownBrowser, undo } from "./own-samples.ts";
import { DAY, MINUTE, sampleAudit, samplePasskey, sampleUser, T0 } from "./samples.ts";

/** What a link may undo: decided by the address to which it was mailed (ADR 0033). */
export function takeBackSuite(makeStore: MakeStore): void {
  describe("links and the address to which they were mailed", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const emailOf = async ({ id }: User) => (await store.directory.findUser(id))?.email;
    const person = (changes: Partial<User> = {}) => insertedUser(store, changes);
    const mailed = async (user: User, mailedTo: string, changes: Partial<ActionLink> = {}) => {
      const link = sampleLink(user.id, { mailedTo, ...changes });
      await store.links.insert(link);
      return link.tokenHash;
    };
    const restored = (user: User) => store.audit.list({ event: "user.email_restored", userId: user.id, limit: 9 });

    test("moving the address back voids every change and link since, for good, and keeps the older link", async () => {
      const user = await person();
      const [thief, second] = [address(), address()];
      const first = await changeEmail(store, user, thief);
      const theirs = await mailed(user, thief, { createdAt: T0 + DAY, expiresAt: T0 + 8 * DAY });
      const on = await changeEmail(store, user, second, { now: T0 + DAY });
      const back = await changeEmail(store, user, user.email, { now: T0 + 2 * DAY });
      assert.equal(back.outcome, "returned");
      assert.deepEqual(
        [(await store.outbox.find(back.returnedId))?.state, await store.outbox.find(back.mailId)],
        ["queued", undefined],
      );
      for (const now of [T0 + 2 * DAY, T0 + 7 * DAY + MINUTE]) {
        for (const { tokenHash } of [on, back]) {
          assert.equal((await store.emailChanges.undo(undo(tokenHash, now))).outcome, "dead");
        }
        assert.equal((await store.links.use(use(theirs, now))).outcome, "dead");
      }
      assert.equal(await emailOf(user), user.email);
      assert.equal((await store.emailChanges.undo(undo(first.tokenHash, T0 + 3 * DAY))).outcome, "done");
    });

    test("a link to the address that is given back stays, also if the account lost that address twice", async () => {
      const user = await person();
      const first = await changeEmail(store, user, address());
      assert.equal((await changeEmail(store, user, user.email)).outcome, "returned");
      const own = await mailed(user, user.email);
      await changeEmail(store, user, address());
      assert.equal((await store.emailChanges.undo(undo(first.tokenHash))).outcome, "done");
      assert.equal(await emailOf(user), user.email);
      assert.equal((await store.links.use(use(own))).outcome, "done");
    });

    test("an older link lives as long as every later one", async () => {
      const user = await person();
      const first = await changeEmail(store, user, address());
      const later = await changeEmail(store, user, address(), { now: T0 + 6 * DAY });
      await store.purgeExpired(first.expiresAt);
      assert.equal((await store.emailChanges.find(first.tokenHash, first.expiresAt))?.expiresAt, later.expiresAt);
      assert.equal((await store.emailChanges.undo(undo(first.tokenHash, later.expiresAt - 1))).outcome, "done");
      assert.equal(await emailOf(user), user.email);
    });

    for (const purpose of ["refresh_token_reused", "refresh_token_repeated", "new_device"] as const) {
      test(`${purpose}: to the old address, takes the whole account back, and leaves the owner's other links`, async () => {
        const user = await person({ passwordHash: "hash" });
        await store.passkeys.insert(samplePasskey(user.id, { createdAt: T0 - 1 }), 0);
        const [link, other] = [await mailed(user, user.email, { purpose }), await mailed(user, user.email)];
        const thief = address();
        const by = { ...(await ownBrowser(store, user)), passkeysWork: false };
        const { tokenHash } = await changeEmail(store, user, thief, { by });
        assert.equal((await store.links.find(link, T0))?.takesBack, true);
        const used = { ...use(link, T0 + 1) };
        const outcome = await store.links.use(used);
        assert.equal(outcome.outcome === "done" && outcome.addressRestored, true);
        assert.equal(await emailOf(user), user.email);
        assert.equal((await store.directory.findUser(user.id))?.passwordHash, NOBODYS_HASH);
        assert.deepEqual(await store.passkeys.listOf(user.id), []);
        assert.equal(await store.sessions.find(by.sessionId, T0 + 1), undefined);
        assert.equal((await store.emailChanges.undo(undo(tokenHash, T0 + 2))).outcome, "dead");
        assert.equal((await restored(user)).length, 1);
        assert.deepEqual([used.mails.length, used.mails[0]?.to], [1, thief]);
        assert.equal((await store.outbox.find(used.mails[0]?.id ?? ""))?.state, "queued");
        assert.equal((await store.links.use(use(other, T0 + 3))).outcome, "done");
      });
    }

    test("the address that an account loses gets a mail, and one that keeps it gets none", async () => {
      const user = await person();
      const thief = address();
      const first = await changeEmail(store, user, thief);
      const late = undo(first.tokenHash);
      assert.equal((await store.emailChanges.undo(late)).outcome, "done");
      assert.deepEqual(
        late.mails.map(({ to }) => to),
        [thief],
      );
      assert.equal((await store.outbox.find(late.mails[0]?.id ?? ""))?.state, "queued");
      const own = { ...use(await mailed(user, user.email)) };
      assert.equal((await store.links.use(own)).outcome, "done");
      assert.deepEqual(own.mails, []);
    });

    test("the address decides, and not the clocks of the nodes that stored link and change", async () => {
      const user = await person();
      const thief = address();
      await changeEmail(store, user, thief);
      const before = await mailed(user, user.email, { createdAt: T0 + MINUTE });
      const theirs = await mailed(user, thief, { createdAt: T0 - MINUTE });
      assert.equal((await store.links.use(use(theirs, T0 + MINUTE))).outcome, "done");
      assert.equal(await emailOf(user), thief);
      const used = await store.links.use(use(before, T0 + MINUTE));
      assert.equal(used.outcome === "done" && used.addressRestored, true);
      assert.equal(await emailOf(user), user.email);
    });

    test("a link to an address that the account lost is dead, also if it is stored afterwards, and signs no one out", async () => {
      const user = await person();
      const thief = address();
      const { tokenHash } = await changeEmail(store, user, thief);
      await store.emailChanges.undo(undo(tokenHash));
      const owners = await signInBrowser(store, user.id, T0 + 1);
      const link = await mailed(user, thief, { createdAt: T0 - 1 });
      assert.equal(await store.links.find(link, T0 + 2), undefined);
      assert.equal((await store.links.use(use(link, T0 + 2))).outcome, "dead");
      assert.notEqual(await store.sessions.find(owners, T0 + 2), undefined);
    });

    for (const passwordHash of [null, "hash"]) {
      test(`a link at the moment of a change wins, ${passwordHash ? "with" : "without"} a password`, async () => {
        for (let round = 0; round < rounds(25, makeStore); round++) {
          const user = await person({ passwordHash });
          const link = await mailed(user, user.email);
          const by = await ownBrowser(store, user);
          const [used, changed] = await Promise.all([
            store.links.use(use(link)),
            changeEmail(store, user, address(), { by }).catch((error: Error) => ({ outcome: error.message })),
          ]);
          assert.equal(used.outcome, "done");
          assert.equal(await emailOf(user), user.email, changed.outcome);
        }
      });
    }

    test("a link at the moment of a sign-up with the old address: one of both gets it, and the account is secured", async () => {
      for (let round = 0; round < rounds(25, makeStore); round++) {
        const user = await person({ passwordHash: "hash" });
        const link = await mailed(user, user.email);
        const to = address();
        await changeEmail(store, user, to);
        const [used, signedUp] = await Promise.all([
          store.links.use(use(link)),
          store.administration.users.insert(sampleUser({ email: user.email }), sampleAudit("user.signed_up")),
        ]);
        assert.equal(used.outcome, "done");
        assert.equal(used.outcome === "done" && used.addressRestored, !signedUp);
        assert.equal(await emailOf(user), signedUp ? to : user.email);
        assert.equal((await store.directory.findUser(user.id))?.passwordHash, NOBODYS_HASH);
      }
    });
  });
}
