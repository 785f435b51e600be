import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { SignInMethod } from "../../src/directory/sign-in-methods.ts";
import { RightWithdrawn } from "../../src/storage/acting.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  approvedGrant,
  LIFETIME,
  MINUTE,
  pendingGrant,
  redemption,
  type Samples,
  sampleAudit,
  sampleInteraction,
  sampleUser,
  seedSamples,
  T0,
} from "./samples.ts";

/** What the console reads, and changes on behalf of an administrator. */
export function consoleSuite(makeStore: MakeStore): void {
  describe("the console's requests of devices", () => {
    let place: TestStore;
    let store: Store;
    let samples: Samples;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      samples = await seedSamples(store);
    });
    after(() => place.remove());

    test("are those whose code is valid, with the latest end first, page by page", async () => {
      const now = T0 + 100 * LIFETIME;
      const asked = [];
      for (let i = 0; i < 5; i++) {
        const changes = { createdAt: now - i * MINUTE, expiresAt: now + LIFETIME - i * MINUTE };
        asked.push((await pendingGrant(store, samples, changes)).id);
      }
      await pendingGrant(store, samples, { createdAt: now - LIFETIME, expiresAt: now });
      const listed = await store.liveRequests.list({ now, limit: 50 });
      assert.deepEqual(
        listed.map(({ id }) => id),
        asked,
      );
      assert.equal(listed[0]?.appName, samples.app.name);
      assert.deepEqual([listed[0]?.openedAt, listed[0]?.email, listed[0]?.redeemedAt], [null, null, null]);
      const pages: string[] = [];
      for (let last: { expiresAt: number; id: string } | undefined; ; ) {
        const page = await store.liveRequests.list({ now, after: last, limit: 2 });
        pages.push(...page.map(({ id }) => id));
        last = page.at(-1);
        if (!last) break;
      }
      assert.deepEqual(pages, asked);
      assert.equal(await store.liveRequests.count(now), 5);
    });

    test("say when a browser opened them, and whose first factor it passed there", async () => {
      const now = T0 + 200 * LIFETIME;
      const grant = await pendingGrant(store, samples, { createdAt: now, expiresAt: now + LIFETIME });
      const sessionId = randomUUID();
      await store.sessions.ensure({ id: sessionId, createdAt: now, expiresAt: now + LIFETIME });
      const interaction = sampleInteraction(sessionId, {
        subject: { kind: "device", id: grant.id },
        ...{ createdAt: now + 7, expiresAt: now + LIFETIME },
      });
      assert.equal(await store.sessions.insertInteraction(interaction), true);
      const only = async () => (await store.liveRequests.list({ now, limit: 9 })).find(({ id }) => id === grant.id);
      assert.deepEqual([(await only())?.openedAt, (await only())?.email], [now + 7, null]);
      const { id: userId, credentialsVersion, email } = samples.user;
      const passed = { userId, methods: ["password" as const], at: now, keepSignedIn: false, credentialsVersion };
      assert.equal(await store.sessions.setFirstFactor(interaction.id, sessionId, passed), true);
      assert.equal((await only())?.email, email);
    });

    test("stay when they are decided, with who decided and when the tokens were taken", async () => {
      const now = T0 + 300 * LIFETIME;
      const grant = await approvedGrant(store, samples, { createdAt: now, expiresAt: now + LIFETIME });
      assert.equal((await store.tokens.redeem(redemption(grant, samples.user.id, now + 5))).outcome, "redeemed");
      const found = (await store.liveRequests.list({ now, limit: 9 })).find(({ id }) => id === grant.id);
      assert.deepEqual([found?.status, found?.email], ["redeemed", samples.user.email]);
      assert.ok(found?.redeemedAt);
      assert.ok(found.asksFor.includes("openid"));
      const family = await store.tokens.findFamily(found.familyId!);
      assert.deepEqual([family?.grantId, found.endedAt], [grant.id, null]);
      const audit = sampleAudit("sign_in.revoked", now + 6);
      assert.equal(await store.tokens.revokeFamily(found.familyId!, "operator", now + 6, audit), true);
      assert.equal((await store.liveRequests.list({ now, limit: 9 }))[0]?.endedAt, now + 6);
      assert.equal((await store.liveRequests.list({ now: now + LIFETIME, limit: 9 })).length, 0);
    });

    test("end when the operator ends their time, once, and not after a decision", async () => {
      const now = T0 + 400 * LIFETIME;
      const audit = sampleAudit("device_grant.expired", now);
      const grant = await pendingGrant(store, samples, { createdAt: now, expiresAt: now + LIFETIME });
      const outcomes = await Promise.all([1, 2, 3].map(() => store.grants.expire(grant.id, { now, audit })));
      assert.deepEqual(outcomes.map(({ outcome }) => outcome).sort(), ["done", "ended", "ended"]);
      assert.equal((await store.grants.findById(grant.id))?.expiresAt, now);
      const records = await store.audit.list({ event: "device_grant.expired", limit: 9 });
      assert.equal(records.length, 1);
      const decided = await approvedGrant(store, samples, { createdAt: now, expiresAt: now + LIFETIME });
      assert.equal((await store.grants.expire(decided.id, { now, audit })).outcome, "ended");
      assert.equal((await store.grants.expire(randomUUID(), { now, audit })).outcome, "unknown");
    });
  });

  describe("a store that acts for an administrator", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const audit = sampleAudit("console.user.changed");
    const administrator = async (methods: SignInMethod[] = ["password", "totp"]) => {
      const user = sampleUser({ administrator: true });
      await store.administration.users.insert(user, sampleAudit("user.created"));
      const [anonymous, sessionId] = [randomUUID(), randomUUID()];
      const session = { createdAt: T0, expiresAt: T0 + LIFETIME };
      await store.sessions.ensure({ ...session, id: anonymous });
      const { id: userId, credentialsVersion } = user;
      const signIn = { ...session, id: sessionId, userId, methods, authTime: T0, credentialsVersion };
      assert.equal(await store.sessions.signIn(anonymous, signIn), true);
      return { user, by: { sessionId, userId, signedInAfter: T0 - MINUTE, now: T0 } };
    };
    const rename = (of: { by: Parameters<Store["actingFor"]>[0]; user: { id: string } }, displayName: string) =>
      store
        .actingFor(of.by)
        .administration.users.change(of.user.id, (before) => ({ ...before, displayName }), T0, audit);
    const refusedAs = (why: string) => (error: unknown) => error instanceof RightWithdrawn && error.why === why;

    test("changes what it is asked to, reads included in the same way", async () => {
      const it = await administrator();
      const changed = await rename(it, "Renamed");
      assert.ok(typeof changed === "object" && changed.displayName === "Renamed");
      const acting = store.actingFor(it.by);
      assert.equal((await acting.directory.findUser(it.user.id))?.displayName, "Renamed");
    });

    test("changes nothing after the right was withdrawn, not even to give it back", async () => {
      const it = await administrator();
      await seed(store).setUserAdministrator(it.user.id, false);
      await assert.rejects(rename(it, "Too late"), refusedAs("not_administrator"));
      const { users } = store.actingFor(it.by).administration;
      await assert.rejects(users.setAdministrator(it.user.id, true, audit), refusedAs("not_administrator"));
      await assert.rejects(users.insert(sampleUser({ administrator: true }), audit), refusedAs("not_administrator"));
      const user = await store.directory.findUser(it.user.id);
      assert.deepEqual([user?.administrator, user?.displayName], [false, it.user.displayName]);
    });

    test("changes nothing for a disabled account, a session that ended, another's session, or an old sign-in", async () => {
      const disabled = await administrator();
      await seed(store).setUserDisabled(disabled.user.id, T0, T0);
      await assert.rejects(rename(disabled, "x"), refusedAs("signed_out"));
      const ended = await administrator();
      await store.sessions.end(ended.by.sessionId);
      await assert.rejects(rename(ended, "x"), refusedAs("signed_out"));
      const expired = await administrator();
      const late = { ...expired, by: { ...expired.by, now: T0 + LIFETIME } };
      await assert.rejects(rename(late, "x"), refusedAs("signed_out"));
      const [one, other] = [await administrator(), await administrator()];
      const stolen = { user: one.user, by: { ...one.by, sessionId: other.by.sessionId } };
      await assert.rejects(rename(stolen, "x"), refusedAs("signed_out"));
      const old = await administrator();
      await assert.rejects(rename({ ...old, by: { ...old.by, signedInAfter: T0 } }, "x"), refusedAs("too_old"));
      // The sign-in is of a time to come: a tester's clock was ahead.
      const ahead = { ...old.by, signedInAfter: T0 - LIFETIME, now: T0 - 2 * MINUTE };
      await assert.rejects(rename({ ...old, by: ahead }, "x"), refusedAs("too_old"));
      await assert.rejects(rename(await administrator(["password"]), "x"), refusedAs("second_factor"));
    });

    test("lets an administrator give up the right themselves", async () => {
      const it = await administrator();
      const { users } = store.actingFor(it.by).administration;
      assert.equal(await users.setAdministrator(it.user.id, false, audit), "set");
      await assert.rejects(rename(it, "x"), refusedAs("not_administrator"));
    });

    test("of two administrators who take the right from each other at once, one keeps it", async () => {
      for (let round = 0; round < 5; round++) {
        const [one, other] = [await administrator(), await administrator()];
        const take = (by: typeof one, from: typeof one) =>
          store
            .actingFor(by.by)
            .administration.users.setAdministrator(from.user.id, false, audit, "kept")
            .catch((error: unknown) => (error instanceof RightWithdrawn ? error.why : Promise.reject(error)));
        const outcomes = await Promise.all([take(one, other), take(other, one)]);
        assert.deepEqual(outcomes.sort(), ["not_administrator", "set"]);
        const left = await Promise.all([one, other].map(({ user }) => store.directory.findUser(user.id)));
        assert.equal(left.filter((user) => user?.administrator).length, 1);
      }
    });

    test("of many changes and one withdrawal at once, none is made after it", async () => {
      const it = await administrator();
      const target = sampleUser();
      await store.administration.users.insert(target, sampleAudit("user.created"));
      const changes = Array.from({ length: 8 }, (_, i) =>
        store
          .actingFor(it.by)
          .administration.users.change(target.id, (before) => ({ ...before, displayName: `name ${i}` }), T0, {
            ...audit,
            event: "console.user.changed",
            detail: { change: i },
          })
          .then(
            () => "changed",
            (error: unknown) => (error instanceof RightWithdrawn ? "refused" : Promise.reject(error)),
          ),
      );
      const withdrawn = seed(store).setUserAdministrator(it.user.id, false);
      const outcomes = await Promise.all(changes);
      await withdrawn;
      assert.ok(outcomes.every((each) => each === "changed" || each === "refused"));
      await assert.rejects(rename(it, "x"), refusedAs("not_administrator"));
    });
  });
}
