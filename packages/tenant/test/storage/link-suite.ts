import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { NOBODYS_HASH } from "../../src/directory/password.ts";
import type { ActionLink, LinkPurpose, Store } from "../../src/storage/store.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { displacedMails } from "./own-samples.ts";
import {
  approvedGrant,
  DAY,
  MINUTE,
  pendingGrant,
  redemption,
  sampleAudit,
  sampleInteraction,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

export function sampleLink(userId: string, changes: Partial<ActionLink> = {}): Omit<ActionLink, "usedAt"> {
  return {
    tokenHash: `link-${randomUUID()}`,
    purpose: "password_changed",
    userId,
    subject: "",
    mailedTo: null,
    createdAt: T0,
    expiresAt: T0 + 7 * DAY,
    ...changes,
  };
}

export const use = (tokenHash: string, now = T0) => ({ tokenHash, now, ip: "192.0.2.7", ...displacedMails() });

/** A browser in which this user is signed in. */
export async function signedInSession(store: Store, userId: string, expiresAt = T0 + 60 * MINUTE): Promise<string> {
  const anonymous = { id: randomUUID(), createdAt: T0, expiresAt };
  await store.sessions.ensure(anonymous);
  const id = randomUUID();
  const { credentialsVersion = 0 } = (await store.directory.findUser(userId)) ?? {};
  const by = { userId, credentialsVersion, methods: ["password" as const], authTime: T0 };
  await store.sessions.signIn(anonymous.id, { ...anonymous, id, ...by });
  return id;
}

/** "This wasn't me": single-use links in mails. */
export function linkSuite(makeStore: MakeStore): void {
  describe("links in mails", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const inserted = async (userId: string, changes: Partial<ActionLink> = {}) => {
      const link = sampleLink(userId, changes);
      await store.links.insert(link);
      return link;
    };
    const isSignedIn = async (sessionId: string) => (await store.sessions.find(sessionId, T0)) !== undefined;

    test("a link is found until it is used, and used once", async () => {
      const { user } = await seedSamples(store);
      const link = await inserted(user.id);
      assert.deepEqual(await store.links.find(link.tokenHash, T0), { ...link, usedAt: null, takesBack: false });
      assert.deepEqual(await store.links.use(use(link.tokenHash, T0 + 1)), {
        outcome: "done",
        link: { ...link, usedAt: T0 + 1 },
        addressRestored: false,
      });
      assert.equal(await store.links.find(link.tokenHash, T0 + 1), undefined);
      assert.deepEqual(await store.links.use(use(link.tokenHash, T0 + 2)), { outcome: "dead" });
      const records = (await store.audit.list({ event: "user.disowned", limit: 99 })).filter(
        ({ userId }) => userId === user.id,
      );
      assert.deepEqual(records, [
        {
          at: T0 + 1,
          event: "user.disowned",
          actor: "user",
          userId: user.id,
          clientId: null,
          grantId: null,
          ip: "192.0.2.7",
          detail: { purpose: "password_changed" },
        },
      ]);
    });

    test("a link is valid to its last millisecond; an expired or unknown one ends nothing", async () => {
      const samples = await seedSamples(store);
      const { family } = await signedIn(store, samples);
      const link = await inserted(samples.user.id);
      assert.deepEqual(await store.links.use(use(link.tokenHash, link.expiresAt)), { outcome: "dead" });
      assert.equal(await store.links.find(link.tokenHash, link.expiresAt), undefined);
      assert.deepEqual(await store.links.use(use("unknown")), { outcome: "dead" });
      assert.equal((await store.tokens.findFamily(family.id))?.revokedAt, null);
      await store.purgeExpired(link.expiresAt - 1);
      assert.equal((await store.links.use(use(link.tokenHash, link.expiresAt - 1))).outcome, "done");
    });

    test("an expired link is deleted", async () => {
      const { user } = await seedSamples(store);
      const link = await inserted(user.id);
      await store.purgeExpired(link.expiresAt);
      assert.deepEqual(await store.links.use(use(link.tokenHash)), { outcome: "dead" });
    });

    test("a device that was not theirs: its sign-in ends with the browser that approved, and no other does", async () => {
      const samples = await seedSamples(store);
      const { user } = samples;
      const [browser, other] = [await signedInSession(store, user.id), await signedInSession(store, user.id)];
      const theirs = redemption(await approvedGrant(store, samples, {}, other), user.id);
      const grant = await approvedGrant(store, samples, {}, browser);
      const redeemed = redemption(grant, user.id);
      for (const each of [theirs, redeemed]) await store.tokens.redeem(each);
      const link = await inserted(user.id, { purpose: "new_device", subject: grant.id });
      assert.equal((await store.links.use(use(link.tokenHash))).outcome, "done");
      assert.equal((await store.tokens.findFamily(redeemed.family.id))?.revokedReason, "disowned");
      assert.equal((await store.tokens.findFamily(theirs.family.id))?.revokedAt, null);
      assert.deepEqual([await isSignedIn(browser), await isSignedIn(other)], [false, true]);
      assert.equal((await store.grants.findById(grant.id))?.status, "redeemed");
      const [record] = await store.audit.list({ event: "user.disowned", limit: 1 });
      assert.deepEqual([record?.grantId, record?.detail], [grant.id, { purpose: "new_device" }]);
    });

    test("a sign-in that had ended before keeps its end", async () => {
      const samples = await seedSamples(store);
      const { family } = await signedIn(store, samples);
      await store.tokens.revokeFamily(family.id, "signed_out", T0, sampleAudit("revoked"));
      const link = await inserted(samples.user.id, { purpose: "new_device", subject: family.grantId });
      assert.equal((await store.links.use(use(link.tokenHash, T0 + 1))).outcome, "done");
      const ended = await store.tokens.findFamily(family.id);
      assert.deepEqual([ended?.revokedAt, ended?.revokedReason], [T0, "signed_out"]);
    });

    test("a device that has not fetched its tokens yet gets none", async () => {
      const samples = await seedSamples(store);
      const grant = await approvedGrant(store, samples);
      const link = await inserted(samples.user.id, { purpose: "new_device", subject: grant.id });
      await store.links.use(use(link.tokenHash));
      const denied = await store.grants.findById(grant.id);
      assert.deepEqual([denied?.status, denied?.denialReason], ["denied", "withdrawn"]);
      assert.equal((await store.tokens.redeem(redemption(grant, samples.user.id))).outcome, "lost");
    });

    test("the sign-in ends even if the row of its grant was deleted", async () => {
      const samples = await seedSamples(store);
      const { family } = await signedIn(store, samples);
      await store.purgeExpired(T0 + 3 * DAY);
      assert.equal(await store.grants.findById(family.grantId as string), undefined);
      const link = await inserted(samples.user.id, { purpose: "new_device", subject: family.grantId as string });
      await store.links.use(use(link.tokenHash, T0 + 3 * DAY));
      assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "disowned");
    });

    test("a link about another user's device ends nothing of theirs", async () => {
      const [samples, other] = [await seedSamples(store), await seedSamples(store)];
      const { family } = await signedIn(store, other);
      const waiting = await approvedGrant(store, other);
      for (const subject of [family.grantId as string, waiting.id]) {
        const link = await inserted(samples.user.id, { purpose: "new_device", subject });
        await store.links.use(use(link.tokenHash));
      }
      assert.equal((await store.tokens.findFamily(family.id))?.revokedAt, null);
      assert.equal((await store.grants.findById(waiting.id))?.status, "approved");
    });

    const changes: LinkPurpose[] = [
      "password_changed",
      "authenticator_added",
      "authenticator_removed",
      "passkey_added",
      "passkey_removed",
      "recovery_codes_replaced",
      "recovery_code_used",
      "refresh_token_reused",
      "refresh_token_repeated",
    ];
    for (const purpose of changes) {
      test(`${purpose}: every browser, sign-in, unfinished sign-in and waiting device of this user ends, and the password`, async () => {
        const [samples, bystander] = [await seedSamples(store), await seedSamples(store)];
        const { user } = samples;
        const password = { passwordHash: "known to another person", keepSessionId: null };
        const audit = sampleAudit("user.password_changed");
        assert.ok(await store.sessions.changePassword({ user, ...password, now: T0, audit }));
        const sessions = [await signedInSession(store, user.id), await signedInSession(store, user.id)];
        const theirs = await signedInSession(store, bystander.user.id);
        const half = { id: randomUUID(), createdAt: T0, expiresAt: T0 + 60 * MINUTE };
        await store.sessions.ensure(half);
        const flow = sampleInteraction(half.id);
        await store.sessions.insertInteraction(flow);
        const passed = {
          userId: user.id,
          methods: ["password" as const],
          at: T0,
          keepSignedIn: false,
          credentialsVersion: 1,
        };
        await store.sessions.setFirstFactor(flow.id, half.id, passed);
        const { family } = await signedIn(store, samples);
        const foreign = await signedIn(store, bystander);
        const approved = await approvedGrant(store, samples);
        const claimed = await pendingGrant(store, samples);
        await store.grants.claim(claimed.id, {
          sessionId: sessions[0] as string,
          userId: user.id,
          now: T0,
          audit: sampleAudit("grant"),
        });

        const link = await inserted(user.id, { purpose, subject: purpose === "passkey_added" ? "credential" : "" });
        assert.equal((await store.links.use(use(link.tokenHash))).outcome, "done");
        for (const id of sessions) assert.equal(await isSignedIn(id), false);
        assert.deepEqual(await store.sessions.findInteraction(flow.id, half.id, T0), flow);
        assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "disowned");
        assert.equal((await store.directory.findUser(user.id))?.passwordHash, NOBODYS_HASH);
        const late = { ...half, id: randomUUID(), userId: user.id, methods: ["password" as const], authTime: T0 };
        const byPassword = { ...late, credentialsVersion: 1 };
        assert.equal(await store.sessions.signIn(half.id, byPassword), false, "its password was verified before");
        for (const { id } of [approved, claimed]) assert.equal((await store.grants.findById(id))?.status, "denied");
        assert.equal(await isSignedIn(theirs), true);
        assert.equal((await store.tokens.findFamily(foreign.family.id))?.revokedAt, null);
      });
    }

    test("of 64 who use one link at once, one does", async () => {
      for (let round = 0; round < 10; round++) {
        const samples = await seedSamples(store);
        const grant = await approvedGrant(store, samples);
        const link = await inserted(samples.user.id, { purpose: "new_device", subject: grant.id });
        const results = await Promise.all(Array.from({ length: 64 }, () => store.links.use(use(link.tokenHash))));
        assert.equal(results.filter(({ outcome }) => outcome === "done").length, 1);
      }
    });

    test("a device that fetches its tokens at the same moment has no valid ones afterwards", async () => {
      for (let round = 0; round < 50; round++) {
        const samples = await seedSamples(store);
        const grant = await approvedGrant(store, samples);
        const purpose = round % 2 === 0 ? "new_device" : "password_changed";
        const link = await inserted(samples.user.id, { purpose, subject: grant.id });
        const redeem = redemption(grant, samples.user.id);
        await Promise.all([store.tokens.redeem(redeem), store.links.use(use(link.tokenHash))]);
        const family = await store.tokens.findFamily(redeem.family.id);
        assert.ok(family === undefined || family.revokedReason === "disowned");
      }
    });
  });
}

/**
 * What a link removes from the account. Only for databases where tests can write rows directly, because the store's own
 * methods check more.
 */
export function linkCredentialsSuite(makeStore: MakeStore): void {
  describe("links in mails and what was added to the account", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const rest: Record<LinkPurpose, string[]> = {
      new_device: ["authenticator", "recovery codes", "added", "older"],
      password_changed: ["authenticator", "recovery codes", "added", "older"],
      authenticator_added: ["added", "older"],
      authenticator_removed: ["authenticator", "recovery codes", "added", "older"],
      passkey_added: ["authenticator", "recovery codes", "older"],
      passkey_removed: ["authenticator", "recovery codes", "added", "older"],
      recovery_codes_replaced: ["authenticator", "added", "older"],
      recovery_code_used: ["authenticator", "added", "older"],
      refresh_token_reused: ["authenticator", "recovery codes", "added", "older"],
      refresh_token_repeated: ["authenticator", "recovery codes", "added", "older"],
    };
    for (const [purpose, left] of Object.entries(rest)) {
      test(`${purpose}: ${left.join(", ")} stay`, async () => {
        const users = [(await seedSamples(store)).user, (await seedSamples(store)).user];
        for (const { id } of users) {
          await place.query(`insert into totp_secrets values ('${id}', 'sealed', 0, 0)`);
          await place.query(`insert into recovery_codes values ('${id}', 'hash', 0, null)`);
          for (const name of ["added", "older"]) {
            await place.query(
              `insert into passkeys values ('${name} ${id}', '${id}', 'key', 0, '[]', 'singleDevice', 0, '${name}', 0, null)`,
            );
          }
        }
        const of = async (id: string) => {
          const found: string[] = [];
          const here = async (what: string, from: string) => {
            if ((await place.query(`select 1 from ${from} and user_id = '${id}'`)).length > 0) found.push(what);
          };
          await here("authenticator", "totp_secrets where last_step = 0");
          await here("recovery codes", "recovery_codes where created_at = 0");
          for (const name of ["added", "older"]) await here(name, `passkeys where name = '${name}'`);
          return found;
        };
        const [user, bystander] = users.map(({ id }) => id) as [string, string];
        const subject = purpose === "passkey_added" ? `added ${user}` : "";
        const link = sampleLink(user, { purpose: purpose as LinkPurpose, subject });
        await store.links.insert(link);
        await store.links.use(use(link.tokenHash));
        assert.deepEqual(await of(user), left);
        assert.deepEqual(await of(bystander), ["authenticator", "recovery codes", "added", "older"]);
      });
    }

    test("a passkey that meanwhile belongs to another user is not removed", async () => {
      const [user, owner] = [(await seedSamples(store)).user, (await seedSamples(store)).user];
      await place.query(
        `insert into passkeys values ('foreign', '${owner.id}', 'key', 0, '[]', 'singleDevice', 0, 'x', 0, null)`,
      );
      const link = sampleLink(user.id, { purpose: "passkey_added", subject: "foreign" });
      await store.links.insert(link);
      await store.links.use(use(link.tokenHash));
      assert.equal((await place.query("select 1 from passkeys where credential_id = 'foreign'")).length, 1);
    });

    test("the secret is nowhere in the store, only its hash", async () => {
      const { user } = await seedSamples(store);
      const link = sampleLink(user.id);
      await store.links.insert(link);
      const [row] = await place.query(`select * from action_links where token_hash = '${link.tokenHash}'`);
      assert.deepEqual(Object.keys(row as object).sort(), [
        "created_at",
        "expires_at",
        "mailed_to",
        "purpose",
        "subject",
        "token_hash",
        "used_at",
        "user_id",
      ]);
    });
  });
}
