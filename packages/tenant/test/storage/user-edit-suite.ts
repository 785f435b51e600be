import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { normalizeEmail, type User } from "../../src/directory/entities.ts";
import { NOBODYS_HASH } from "../../src/directory/password.ts";
import type { Store, UserEdit, UserQuery } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleLink, use } from "./link-suite.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { changeEmail, displacedMails, ownBrowser, provenAddress, sampleMail } from "./own-samples.ts";
import { rotation, sampleAudit, sampleUser, seedSamples, signedIn, T0 } from "./samples.ts";

const undo = (tokenHash: string) => ({ tokenHash, now: T0, ip: "192.0.2.9", ...displacedMails() });
const address = () => `${randomUUID()}@contoso.example`;

/** How administrators list users, and what they change about a user's address, links and password. */
export function userEditSuite(makeStore: MakeStore): void {
  describe("users, as administrators list and edit them", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const find = (id: string) => store.directory.findUser(id);
    const person = async (changes: Partial<User> = {}) => {
      const user = sampleUser(changes);
      await seed(store).insertUser(user);
      return user;
    };
    const edit = (user: User, changes: Partial<UserEdit>) =>
      store.administration.users.edit(
        user.id,
        { shown: user, displayName: user.displayName, address: null, voidLinks: false, ...changes },
        T0,
        [sampleAudit("user.changed")],
      );
    const moved = (email: string) => ({ email, mail: sampleMail() });

    test("users are found by how their address or name begins, page by page", async () => {
      const tag = `zz${randomUUID().slice(0, 8)}`;
      await person({ email: `${tag}-b@contoso.example`, displayName: "Bo", disabledAt: T0 });
      await person({ email: `${tag}-a@contoso.example`, displayName: "Ada", administrator: true });
      await person({ email: `a-${tag}@contoso.example`, displayName: `${tag.toUpperCase()}ß Öz` });
      await person({ email: `b-${tag}@contoso.example`, displayName: `Öz${tag}` });
      await person({ email: `c-${tag}@contoso.example`, displayName: `Not ${tag}` });
      const list = async (of: Partial<UserQuery>) =>
        (await store.administration.users.list({ prefix: "", after: "", limit: 9, ...of })).map(
          ({ email }) => email.replace(tag, "T").split("@")[0],
        );
      assert.deepEqual(await list({ prefix: tag }), ["a-T", "T-a", "T-b"]);
      assert.deepEqual(await list({ prefix: tag.toUpperCase() }), ["a-T", "T-a", "T-b"]);
      assert.deepEqual(await list({ prefix: tag, limit: 2 }), ["a-T", "T-a"]);
      assert.deepEqual(await list({ prefix: tag, after: `${tag}-a@contoso.example` }), ["T-b"]);
      assert.deepEqual(await list({ prefix: tag, only: "administrators" }), ["T-a"]);
      assert.deepEqual(await list({ prefix: tag, only: "disabled" }), ["T-b"]);
      for (const typed of [`Öz${tag}`, `öz${tag}`, `ÖZ${tag.slice(0, 4).toUpperCase()}`]) {
        assert.deepEqual(await list({ prefix: typed }), ["b-T"], typed);
      }
      // Not patterns, and nothing that ends a list.
      for (const typed of ["%", "_", `${tag}%`, "\\", "\u{10ffff}"])
        assert.deepEqual(await list({ prefix: typed }), []);
    });

    test("an address that an administrator gives is the account's at once, and the old one gets the mail", async () => {
      const samples = await seedSamples(store);
      const { user, app } = samples;
      const { tokenHash } = await signedIn(store, samples);
      const given = moved(`Ada-${randomUUID()}@Contoso.example`);
      const edited = await edit(user, { displayName: "Ada Byron", address: given });
      assert.ok(edited.outcome === "done");
      const { email, emailNormalized, displayName } = edited.user;
      assert.deepEqual([email, emailNormalized, displayName], [given.email, normalizeEmail(email), "Ada Byron"]);
      assert.deepEqual(edited.user, await find(user.id));
      assert.equal((await store.outbox.find(given.mail.id))?.state, "queued");
      assert.equal((await store.tokens.rotate(rotation(tokenHash, app.clientId))).outcome, "rotated");
    });

    test("an address of another account changes nothing, not even the name", async () => {
      const [user, other] = [await person(), await person()];
      const given = moved(other.email.toUpperCase());
      assert.deepEqual(await edit(user, { displayName: "New", address: given }), { outcome: "taken" });
      assert.deepEqual(await find(user.id), user);
      assert.equal(await store.outbox.find(given.mail.id), undefined);
      assert.deepEqual(await edit({ ...user, id: randomUUID() }, { displayName: "New" }), { outcome: "unknown" });
    });

    test("of two administrators who saw the same, the second one changes nothing and sees what the first one did", async () => {
      const user = await person();
      const edits = await Promise.all([
        edit(user, { displayName: "First" }),
        edit(user, { address: moved(address()) }),
        edit(user, { displayName: "Third" }),
      ]);
      assert.deepEqual(edits.map(({ outcome }) => outcome).sort(), ["changed", "changed", "done"]);
      const now = await find(user.id);
      for (const each of edits) {
        if (each.outcome === "changed") assert.deepEqual(each.user, now);
      }
    });

    test("what was verified for either address before is void", async () => {
      const user = await person();
      const by = await ownBrowser(store, user);
      const to = address();
      const interactionId = await provenAddress(store, by, to);
      await edit(user, { address: moved(address()) });
      const fresh = { ...by, credentialsVersion: (await find(user.id))?.credentialsVersion ?? 0 };
      const later = await provenAddress(store, fresh, to);
      const link = { tokenHash: randomUUID(), expiresAt: T0 + 1, mail: sampleMail(), returned: sampleMail() };
      const change = (own: typeof by, id: string) =>
        store.emailChanges.change({ ...own, interactionId: id }, link, sampleAudit("user.email_changed"));
      assert.equal(await change(by, interactionId), "refused");
      assert.equal(await change(fresh, later), "done");
    });

    test("an earlier address wins over an administrator's, unless links are void", async () => {
      for (const voidLinks of [false, true]) {
        const user = await person();
        const { tokenHash } = await changeEmail(store, user, address());
        const thief = (await find(user.id)) as User;
        const theirs = sampleLink(user.id, { mailedTo: thief.emailNormalized });
        const own = sampleLink(user.id, { mailedTo: user.emailNormalized });
        for (const link of [theirs, own]) await store.links.insert(link);
        const given = address();
        assert.equal((await edit(thief, { address: moved(given), voidLinks })).outcome, "done");
        // The reader of the address in between never wins.
        assert.equal((await store.links.use(use(theirs.tokenHash))).outcome, "dead");
        const expected = voidLinks ? "dead" : "done";
        assert.equal((await store.emailChanges.undo(undo(tokenHash))).outcome, expected);
        assert.equal((await store.links.use(use(own.tokenHash))).outcome, expected);
        assert.equal((await find(user.id))?.email, voidLinks ? given : user.email);
      }
    });

    test("an address that a change took, given back by an administrator, voids the changes since", async () => {
      const user = await person();
      const first = await changeEmail(store, user, address());
      const second = await changeEmail(store, user, address());
      const now = (await find(user.id)) as User;
      assert.equal((await edit(now, { address: moved(user.email) })).outcome, "done");
      assert.equal((await store.emailChanges.undo(undo(second.tokenHash))).outcome, "dead");
      assert.equal((await find(user.id))?.email, user.email);
      assert.notEqual(await store.emailChanges.find(first.tokenHash, T0), undefined);
    });

    test("links are void without another change, and later ones work", async () => {
      const user = await person();
      const link = sampleLink(user.id, { mailedTo: user.emailNormalized });
      await store.links.insert(link);
      assert.equal((await edit(user, { voidLinks: true })).outcome, "done");
      assert.equal(await store.links.find(link.tokenHash, T0), undefined);
      const later = sampleLink(user.id, { mailedTo: user.emailNormalized });
      await store.links.insert(later);
      assert.equal((await store.links.use(use(later.tokenHash))).outcome, "done");
    });

    test("a limit that is used up is lifted with its record, and one that is not stays as it is", async () => {
      const user = await person();
      const limit = { count: 2, windowMs: 1_000 };
      const bucket = `wrong:${user.id}`;
      const full = { bucket, most: limit.count };
      const take = () => store.throttle.take(bucket, limit, T0);
      const event = `user.lifted.${user.id}`;
      const lift = (id = user.id, now = T0) => {
        const audit = { ...sampleAudit("user.password_limit_lifted"), event };
        return store.administration.users.liftLimit(id, ({ id }) => ({ ...full, bucket: `wrong:${id}` }), now, audit);
      };
      const records = async () => (await store.audit.list({ event, limit: 9 })).length;
      await take();
      assert.equal(await store.throttle.fullUntil(full, T0), null);
      assert.deepEqual([await lift(), await store.throttle.peek(bucket, 1_000, T0)], [false, 1]);
      await take();
      assert.equal(await store.throttle.fullUntil(full, T0), T0 + 1_000);
      assert.equal(await store.throttle.fullUntil(full, T0 + 1_000), null, "the window has ended");
      assert.equal(await lift(user.id, T0 + 1_000), false);
      assert.equal(await lift(randomUUID()), undefined);
      assert.equal(await records(), 0);
      assert.deepEqual((await Promise.all([lift(), lift(), lift()])).sort(), [false, false, true]);
      assert.equal(await records(), 1, "of several at once, one lifted it");
      assert.equal((await take()).allowed, true);
      assert.equal(await store.throttle.peek(bucket, 1_000, T0), 1, "the count begins anew");
    });

    test("a voided password ends every sign-in, and an account without one stays as it is", async () => {
      const samples = await seedSamples(store);
      const { user, app } = samples;
      const { tokenHash } = await signedIn(store, samples);
      const withPassword = await person({ passwordHash: "hash" });
      const theirs = await signedIn(store, { ...samples, user: withPassword });
      const voidPassword = (id: string) =>
        store.administration.users.voidPassword(id, T0, sampleAudit("user.password_voided"));
      assert.equal(await voidPassword(user.id), false);
      assert.equal((await store.tokens.rotate(rotation(tokenHash, app.clientId))).outcome, "rotated");
      assert.equal(await voidPassword(withPassword.id), true);
      assert.equal((await find(withPassword.id))?.passwordHash, NOBODYS_HASH);
      assert.equal((await store.tokens.rotate(rotation(theirs.tokenHash, app.clientId))).outcome, "revoked");
      assert.equal(await voidPassword(randomUUID()), undefined);
    });
  });
}
