import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { AuditCursor, Store, StoredKey } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  approvedGrant,
  DAY,
  MINUTE,
  redemption,
  rotation,
  sampleApi,
  sampleApp,
  sampleAudit,
  samplePasskey,
  sampleUser,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

/** What the operator's commands read and change. */
export function operatorSuite(makeStore: MakeStore): void {
  describe("the operator", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("finds users by a part of their address or name, page by page", async () => {
      const { users } = store.administration;
      const domain = `${randomUUID()}.example`;
      for (const [email, displayName] of [
        [`Bob@${domain}`, "Robert_1"],
        [`ada@${domain}`, "Ada 100%"],
        [`eve@${domain}`, "EVE"],
      ] as const) {
        await users.insert(sampleUser({ email, displayName }), sampleAudit("user.created"));
      }
      const found = async (text: string, after = "", limit = 9) =>
        (await users.search({ text, after, limit })).map(({ email }) => email.split("@")[0]);
      assert.deepEqual(await found(domain), ["ada", "Bob", "eve"]);
      assert.deepEqual(await found(domain, "", 2), ["ada", "Bob"]);
      assert.deepEqual(await found(domain, `bob@${domain}`, 2), ["eve"]);
      assert.deepEqual(await found(`BOB@${domain}`), ["Bob"]);
      assert.deepEqual(await found("Robert_1"), ["Bob"]);
      assert.deepEqual([await found("100%"), await found("0%1"), await found("robert.1")], [["ada"], [], []]);
      assert.deepEqual(await found("\\"), []);
    });

    test("lists live sign-ins, newest first, by user and app, page by page", async () => {
      const samples = await seedSamples(store);
      const other = { ...samples, ...(await seedSamples(store)) };
      const signIn = async (of: typeof samples, now: number) => {
        const input = redemption(await approvedGrant(store, of, { expiresAt: now + MINUTE }), of.user.id, now);
        assert.equal((await store.tokens.redeem(input)).outcome, "redeemed");
        return { id: input.family.id, tokenHash: input.refreshToken.tokenHash };
      };
      const first = await signIn(samples, T0);
      const second = await signIn(samples, T0 + 1);
      const third = await signIn(samples, T0 + 1);
      const elsewhere = await signIn(other, T0 + 2);
      const now = T0 + MINUTE;
      const list = async (of: Partial<Parameters<Store["tokens"]["listFamilies"]>[0]>) =>
        store.tokens.listFamilies({ userId: samples.user.id, limit: 9, now, ...of });
      const ids = async (of: Parameters<typeof list>[0]) => (await list(of)).map(({ id }) => id);
      const sameTime = [second.id, third.id].sort().reverse();
      assert.deepEqual(await ids({}), [...sameTime, first.id]);
      const [page] = await list({ limit: 1 });
      assert.deepEqual(await ids({ after: page! }), [sameTime[1], first.id]);
      assert.deepEqual(await ids({ userId: undefined, clientId: other.app.clientId }), [elsewhere.id]);
      assert.deepEqual(await ids({ clientId: other.app.clientId }), []);

      const [listed] = await list({ after: { id: sameTime[1]!, createdAt: T0 + 1 } });
      assert.deepEqual(listed, {
        id: first.id,
        userId: samples.user.id,
        email: samples.user.email,
        clientId: samples.app.clientId,
        appName: samples.app.name,
        grantType: "device_code",
        createdAt: T0,
        expiresAt: T0 + 90 * DAY,
        revokedAt: null,
        lastUsedAt: null,
        lastUsedFrom: null,
        device: { deviceName: "Kitchen TV", devicePlatform: null, signedInFrom: "192.0.2.7", label: null },
      });
      const rotated = rotation(first.tokenHash, samples.app.clientId, T0 + 5);
      await store.tokens.rotate(rotated);
      await store.tokens.rotate({
        ...rotation(rotated.next.tokenHash, samples.app.clientId, T0 + 7),
        from: "192.0.2.9",
      });
      const used = (await list({})).find(({ id }) => id === first.id);
      assert.deepEqual([used?.lastUsedAt, used?.lastUsedFrom], [T0 + 7, "192.0.2.9"]);

      await store.tokens.revokeFamily(third.id, "operator", T0, sampleAudit("sign_in.revoked"));
      assert.deepEqual(await ids({}), [second.id, first.id]);
      assert.deepEqual(await ids({ now: T0 + 90 * DAY + 1 }), [first.id], "it was renewed");

      const all = { ended: true, now: T0 + 90 * DAY + 1 };
      assert.deepEqual(
        (await list(all)).map(({ id, revokedAt, expiresAt }) => [id, revokedAt, expiresAt > all.now]),
        [...sameTime.map((id) => [id, id === third.id ? T0 : null, false]), [first.id, null, true]],
      );
      assert.deepEqual(await ids({ ...all, limit: 1, after: page! }), [sameTime[1]]);
    });

    test("a reset removes a user's factors, ends every sign-in, and records what was removed", async () => {
      const samples = await seedSamples(store);
      const { user, app } = samples;
      const { tokenHash } = await signedIn(store, samples);
      const approved = await approvedGrant(store, samples);
      for (let count = 0; count < 2; count++) {
        assert.equal(await store.passkeys.insert(samplePasskey(user.id), 0), "ok");
      }
      const reset = (id: string) => store.administration.users.resetFactors(id, T0, sampleAudit("user.factors_reset"));
      const factors = { authenticatorApp: false, recoveryCodes: 0, passkeys: 2 };
      assert.deepEqual(await reset(user.id), { ...factors, signIns: 1 });
      assert.deepEqual(await store.passkeys.listOf(user.id), []);
      assert.equal((await store.tokens.rotate(rotation(tokenHash, app.clientId))).outcome, "revoked");
      assert.equal((await store.grants.findById(approved.id))?.status, "denied");
      const [record] = await store.audit.list({ event: "user.factors_reset", limit: 1 });
      assert.deepEqual(record?.detail, { authenticator_app: false, recovery_codes: 0, passkeys: 2 });
      assert.equal((await store.directory.findUser(user.id))?.credentialsVersion, 1);
      assert.equal(await reset(randomUUID()), undefined);
      assert.equal((await store.audit.list({ event: "user.factors_reset", limit: 9 })).length, 1);
    });

    test("ends every sign-in of every user", async () => {
      const some = await Promise.all([seedSamples(store), seedSamples(store)]);
      const tokens = await Promise.all(some.map((samples) => signedIn(store, samples)));
      const grants = await Promise.all(some.map((samples) => approvedGrant(store, samples)));
      const live = (await store.tokens.listFamilies({ limit: 999, now: T0 })).length;
      const ended = await store.administration.users.endAllSignIns(T0, sampleAudit("tenant.sign_ins_ended"));
      assert.equal(ended, live);
      for (const [index, { app, user }] of some.entries()) {
        const rotated = await store.tokens.rotate(rotation(tokens[index]!.tokenHash, app.clientId));
        assert.equal(rotated.outcome, "revoked");
        assert.equal((await store.grants.findById(grants[index]!.id))?.status, "denied");
        assert.equal((await store.directory.findUser(user.id))?.credentialsVersion, 1);
      }
      assert.deepEqual(await store.tokens.listFamilies({ limit: 9, now: T0 }), []);
      assert.equal((await store.audit.list({ event: "tenant.sign_ins_ended", limit: 9 })).length, 1);
    });
  });

  describe("signing keys, as the operator changes them", () => {
    /** An empty store with these keys. */
    async function keysIn(t: { after(run: () => Promise<void>): void }, ...keys: [kid: string, activatesAt: number][]) {
      const place = await makeStore();
      t.after(() => place.remove());
      const store = await place.open();
      for (const [kid, activatesAt] of keys) await store.keys.insert(storedKey(kid, activatesAt));
      const events = async () => (await store.audit.list({ limit: 9 })).map(({ event, detail }) => [event, detail.kid]);
      return { ...store.keys, events };
    }
    const rotated = sampleAudit("rotated");
    const retired = (kid: string) => ({ ...sampleAudit("retired"), detail: { kid } });

    test("the next key is promoted once, however many try", async (t) => {
      const keys = await keysIn(t, ["now", T0 - DAY], ["next", T0 + DAY], ["later", T0 + 2 * DAY]);
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => keys.promote("RS256", T0, () => T0 + MINUTE, rotated)));
      assert.deepEqual(outcomes.map(({ outcome }) => outcome).sort(), ["kept", "kept", "kept", "promoted"]);
      assert.deepEqual(
        (await keys.list()).map(({ kid, activatesAt }) => [kid, activatesAt]),
        [
          ["now", T0 - DAY],
          ["next", T0 + MINUTE],
          ["later", T0 + 2 * DAY],
        ],
      );
      assert.deepEqual(await keys.events(), [["rotated", "next"]]);
    });

    test("a key is never promoted to a later time, and without a next key nothing happens", async (t) => {
      const keys = await keysIn(t, ["now", T0], ["next", T0 + MINUTE]);
      assert.equal((await keys.promote("RS256", T0, () => T0 + DAY, rotated)).outcome, "kept");
      assert.equal((await keys.promote("RS256", T0 + MINUTE, () => T0, rotated)).outcome, "none");
      assert.deepEqual(await keys.events(), []);
    });

    test("a promoted key signs after the one before, even if that began in the same millisecond", async (t) => {
      const keys = await keysIn(t, ["z now", T0], ["a next", T0 + DAY]);
      const promoted = await keys.promote("RS256", T0, () => T0, rotated);
      assert.equal(promoted.outcome === "promoted" && promoted.key.activatesAt, T0 + 1);
      assert.deepEqual(
        (await keys.list()).map(({ kid }) => kid),
        ["z now", "a next"],
      );
    });

    test("the key that signs cannot be retired; others can, and only earlier than before", async (t) => {
      const keys = await keysIn(t, ["old", T0 - 9], ["now", T0 - 5], ["next", T0 + DAY]);
      const superseded: (number | null)[] = [];
      const retire = (kid: string, at: number) =>
        keys.retire(
          kid,
          T0,
          (_key, since) => {
            superseded.push(since);
            return at;
          },
          retired(kid),
        );
      assert.equal((await retire("now", T0)).outcome, "signing");
      assert.equal((await retire("none", T0)).outcome, "unknown");
      assert.equal((await retire("old", T0 + 9)).outcome, "retired");
      assert.equal((await retire("old", T0 + 99)).outcome, "retired");
      assert.equal((await retire("next", T0)).outcome, "retired");
      assert.deepEqual(superseded, [T0 - 5, T0 - 5, null]);
      assert.deepEqual(
        (await keys.list()).map(({ retiresAt }) => retiresAt),
        [T0 + 9, null, T0],
      );
      assert.deepEqual(await keys.events(), [
        ["retired", "next"],
        ["retired", "old"],
      ]);
      // The next key was retired, so there is none to promote.
      assert.equal((await keys.promote("RS256", T0, () => T0, rotated)).outcome, "none");
    });
  });

  describe("signing keys of several algorithms", () => {
    test("are found, promoted and retired apart from each other", async (t) => {
      const place = await makeStore();
      t.after(() => place.remove());
      const { keys } = await place.open();
      const other = (kid: string, activatesAt: number): StoredKey => ({
        ...storedKey(kid, activatesAt),
        alg: kid.startsWith("ES256") ? "ES256" : "EdDSA",
        certificate: null,
      });
      await keys.insertFirst([storedKey("now", T0 - DAY), storedKey("next", T0 + DAY)]);
      const starts = ["a", "b", "c"].map((node) => [
        other(`ES256 ${node}1`, T0 - 9),
        other(`ES256 ${node}2`, T0 + DAY),
      ]);
      const answers = await Promise.all(starts.map((each) => keys.insertFirst(each)));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      const [, , first, second] = answers[0]!;
      await keys.insert(other("EdDSA 1", T0 - 5));
      assert.equal(await keys.insert(other("EdDSA 1", T0)), false);
      assert.deepEqual(
        (await keys.list()).map(({ kid, alg }) => [kid, alg]),
        [
          ...["now", "next"].map((kid) => [kid, "RS256"]),
          ...[first!.kid, second!.kid].map((kid) => [kid, "ES256"]),
          ["EdDSA 1", "EdDSA"],
        ],
      );

      const audit = sampleAudit("changed");
      assert.equal((await keys.promote("EdDSA", T0, () => T0, audit)).outcome, "none");
      const promoted = await keys.promote("ES256", T0, () => T0, audit);
      assert.equal(promoted.outcome === "promoted" && promoted.key.kid, second!.kid);
      assert.equal((await keys.retire("EdDSA 1", T0, () => T0, audit)).outcome, "signing");
      assert.equal((await keys.retire(second!.kid, T0, () => T0, audit)).outcome, "signing");
      const superseded: (number | null)[] = [];
      const retired = await keys.retire(first!.kid, T0, (_key, since) => superseded.push(since) && T0 + 1, audit);
      assert.deepEqual([retired.outcome, superseded], ["retired", [T0]]);
      assert.deepEqual(
        (await keys.list()).map(({ activatesAt, retiresAt }) => [activatesAt - T0, retiresAt]),
        [
          [-DAY, null],
          [DAY, null],
          [-9, T0 + 1],
          [0, null],
          [-5, null],
        ],
      );
    });

    test("are in use if an app or an API names their algorithm", async (t) => {
      const place = await makeStore();
      t.after(() => place.remove());
      const store = await place.open();
      const app = sampleApp({ idTokenSignedResponseAlg: "EdDSA" });
      await seed(store).putApp(app);
      await seed(store).putApp(sampleApp());
      assert.deepEqual(await store.keys.inUse(), ["EdDSA"]);
      await seed(store).putApi(sampleApi({ tokenProfile: "rfc9068", accessTokenSigningAlg: "ES256" }));
      assert.deepEqual(await store.keys.inUse(), ["ES256", "EdDSA"]);
      await seed(store).putApp({ ...app, idTokenSignedResponseAlg: "RS256" });
      assert.deepEqual(await store.keys.inUse(), ["ES256"]);
      assert.equal((await store.directory.findApp(app.clientId))?.idTokenSignedResponseAlg, "RS256");
    });
  });

  describe("reading the audit log", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      for (let index = 0; index < 30; index++) await write(index % 3 === 0 ? "a" : "b", index);
    });
    after(() => place.remove());

    const write = (event: string, index: number, more = {}) =>
      store.audit.write({ ...sampleAudit(event, T0 + index), detail: { index }, ...more });
    const indexes = (records: { detail: Record<string, unknown> }[]) => records.map(({ detail }) => detail.index);
    async function drain(cursor: AuditCursor, limit: number, filter = {}) {
      const read: unknown[] = [];
      for (let now = cursor; ; ) {
        const page = await store.audit.read(now, { ...filter, limit });
        read.push(...indexes(page.records));
        now = page.cursor;
        if (!page.more) return { read, cursor: now };
      }
    }
    const upTo30 = (from: number) => Array.from({ length: 30 - from }, (_, index) => index + from);

    test("returns each record once, in order, with pages of any size", async () => {
      for (const limit of [1, 7, 30, 100]) {
        assert.deepEqual((await drain(await store.audit.start({}), limit)).read, upTo30(0));
      }
    });

    test("begins at a time, or at the newest records that fit", async () => {
      const from = async (of: Parameters<Store["audit"]["start"]>[0]) =>
        (await drain(await store.audit.start(of), 7, { event: of.event, since: of.since })).read;
      assert.deepEqual(await from({ since: T0 + 25 }), upTo30(25));
      assert.deepEqual(await from({ newest: 4 }), upTo30(26));
      assert.deepEqual(await from({ newest: 2, event: "a" }), [24, 27]);
      assert.deepEqual(await from({ newest: 99, event: "a" }), [0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
      assert.deepEqual(await from({ newest: 2, since: T0 + 29 }), [29]);
      assert.deepEqual(await from({ since: T0 + 99 }), []);
      assert.deepEqual(await from({ newest: 0 }), []);
    });

    test("a cursor continues with what was written after it", async () => {
      const { cursor } = await drain(await store.audit.start({}), 7);
      assert.deepEqual((await drain(cursor, 7)).read, []);
      await write("a", 30);
      await write("b", 31);
      const next = await drain(cursor, 7);
      assert.deepEqual(next.read, [30, 31]);
      assert.deepEqual((await drain(next.cursor, 7)).read, []);
      assert.deepEqual((await drain(cursor, 7, { event: "b" })).read, [31]);
    });

    test("finds the records of a user, and those that name the user", async () => {
      const userId = randomUUID();
      await write("a", 40, { userId });
      await write("a", 41, { detail: { index: 41, user_id: userId } });
      await write("a", 42, { userId: randomUUID() });
      assert.deepEqual(indexes(await store.audit.list({ userId, limit: 9 })), [41, 40]);
      assert.deepEqual((await drain(await store.audit.start({ newest: 1, userId }), 7, { userId })).read, [41]);
    });
  });
}

const storedKey = (kid: string, activatesAt: number): StoredKey => ({
  kid,
  alg: "RS256",
  publicJwk: "{}",
  sealedPrivate: "sealed",
  certificate: "certificate",
  createdAt: T0 - DAY,
  activatesAt,
  retiresAt: null,
});
