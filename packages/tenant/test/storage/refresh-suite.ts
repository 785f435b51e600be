import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Refusal } from "../../src/directory/access-rules.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { answerOf, DAY, rotation, type Samples, sampleAudit, seedSamples, signedIn, T0 } from "./samples.ts";

const GRACE = 30_000;

/** Each use as a token endpoint makes it, after everything was read, and with nothing read before. */
export function refreshSuite(makeStore: MakeStore): void {
  usesOf(makeStore, { readsFirst: true });
  usesOf(makeStore, { readsFirst: false });
}

function usesOf(makeStore: MakeStore, { readsFirst }: { readsFirst: boolean }): void {
  describe(readsFirst ? "refresh tokens" : "refresh tokens, with nothing read before", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const start = async () => {
      const samples = await seedSamples(store);
      return { ...samples, ...(await signedIn(store, samples)) };
    };
    const read = async (tokenHash: string, clientId: string) =>
      readsFirst ? { renewal: await store.tokens.findRenewal({ tokenHash, clientId }) } : {};
    const use = async (tokenHash: string, clientId: string, now = T0) => {
      const input = rotation(tokenHash, clientId, now);
      const result = await store.tokens.rotate({ ...input, ...(await read(tokenHash, clientId)) });
      return { result, input };
    };

    test("the first use creates the next generation and moves the family's end", async () => {
      const { family, tokenHash } = await start();
      const now = T0 + 10 * DAY;
      const { result, input } = await use(tokenHash, family.clientId, now);
      assert.ok(result.outcome === "rotated");
      assert.equal(result.generation, 2);
      assert.equal(result.family.expiresAt, input.next.expiresAt + DAY);
      const next = await store.tokens.findByRefreshToken(input.next.tokenHash);
      assert.deepEqual([next?.generation, next?.usedAt, next?.family], [2, null, result.family]);
      assert.equal((await store.tokens.findByRefreshToken(tokenHash))?.usedAt, now);
      const [record] = await store.audit.list({ event: "refresh_token.rotated", limit: 1 });
      assert.deepEqual(record, input.audit);
    });

    test("the outcome of a use is recorded with its reason: repeated, reused, or refused", async () => {
      const { family, tokenHash } = await start();
      await use(tokenHash, family.clientId, T0);
      const lastOf = async (event: string) => (await store.audit.list({ event, limit: 1 }))[0];
      const at = T0 + GRACE - 7;
      const repeated = await use(tokenHash, family.clientId, at);
      assert.deepEqual(await lastOf("refresh_token.repeated"), {
        ...repeated.input.audit,
        event: "refresh_token.repeated",
      });
      const late = rotation(tokenHash, family.clientId, at + DAY);
      late.audit.detail = { grant: "a" };
      await store.tokens.rotate(late);
      const reused = await lastOf("refresh_token.reused");
      assert.deepEqual([reused?.at, reused?.detail], [at + DAY, { grant: "a", why: "reuse" }]);
      assert.equal((await store.tokens.findFamily(family.id))?.revokedReason, "refresh_token_reused");

      const second = await start();
      await seed(store).putApp({ ...second.app, disabledAt: T0 });
      await use(second.tokenHash, second.app.clientId, T0 + 2 * DAY);
      const refused = await lastOf("refresh_token.refused");
      assert.deepEqual([refused?.at, refused?.detail], [T0 + 2 * DAY, { why: "app_disabled" }]);
      assert.equal((await store.tokens.findFamily(second.family.id))?.revokedReason, "app_disabled");
    });

    test("a second use within the grace repeats the same successor, to its last millisecond", async () => {
      const { family, tokenHash } = await start();
      const { input } = await use(tokenHash, family.clientId);
      for (const now of [T0, T0 + GRACE]) {
        const { result, input: ignored } = await use(tokenHash, family.clientId, now);
        assert.ok(result.outcome === "grace");
        assert.deepEqual([result.generation, result.successorSealed], [2, input.nextSealed]);
        assert.equal(await store.tokens.findByRefreshToken(ignored.next.tokenHash), undefined);
      }
      assert.equal((await use(input.next.tokenHash, family.clientId)).result.outcome, "rotated");
    });

    const reuses: Record<string, (first: string, second: string, clientId: string) => Promise<number>> = {
      "after the grace": async () => T0 + GRACE + 1,
      "within the grace, its successor having been used": async (_first, second, clientId) => {
        await use(second, clientId);
        return T0;
      },
    };
    for (const [when, prepare] of Object.entries(reuses)) {
      test(`a second use ${when} revokes the family, its newest token included`, async () => {
        const { family, tokenHash } = await start();
        const { input } = await use(tokenHash, family.clientId);
        const now = await prepare(tokenHash, input.next.tokenHash, family.clientId);
        const { result } = await use(tokenHash, family.clientId, now);
        assert.ok(result.outcome === "reuse");
        assert.equal(result.family.revokedAt, now);
        assert.equal((await use(tokenHash, family.clientId, now)).result.outcome, "reuse");
        const newest = (await use(tokenHash, family.clientId, now)).input.next.tokenHash;
        assert.equal(await store.tokens.findByRefreshToken(newest), undefined);
        const { outcome } = (await use(input.next.tokenHash, family.clientId, now)).result;
        assert.equal(outcome, when === "after the grace" ? "revoked" : "reuse");
        const records = await store.audit.list({ event: "refresh_token.reused", limit: 99 });
        assert.ok(records.some((record) => record.at === now));
      });
    }

    test("revocation takes precedence over the grace", async () => {
      const { family, tokenHash } = await start();
      const { input } = await use(tokenHash, family.clientId);
      await store.tokens.revokeFamily(family.id, "signed_out", T0, sampleAudit("revoked"));
      for (const hash of [tokenHash, input.next.tokenHash]) {
        assert.equal((await use(hash, family.clientId)).result.outcome, "revoked");
      }
    });

    test("another client's attempts change nothing", async () => {
      const { family, tokenHash } = await start();
      await use(tokenHash, family.clientId);
      assert.deepEqual((await use(tokenHash, randomUUID(), T0 + DAY)).result, { outcome: "wrong_client" });
      assert.equal((await store.tokens.findFamily(family.id))?.revokedAt, null);
      assert.equal((await use(tokenHash, family.clientId)).result.outcome, "grace");
    });

    test("an expired token and an unknown one return nothing", async () => {
      const { family, tokenHash } = await start();
      assert.equal((await use(tokenHash, family.clientId, family.expiresAt)).result.outcome, "expired");
      assert.deepEqual((await use("unknown", family.clientId)).result, { outcome: "unknown" });
      assert.equal((await use(tokenHash, family.clientId, family.expiresAt - 1)).result.outcome, "rotated");
    });

    test("a disabled app is refused and its family revoked", async () => {
      const { family, tokenHash, app } = await start();
      await seed(store).putApp({ ...app, disabledAt: T0 });
      const { result, input } = await use(tokenHash, family.clientId);
      assert.ok(result.outcome === "refused" && result.why === "app_disabled");
      assert.equal(result.family.revokedAt, T0);
      assert.equal(await store.tokens.findByRefreshToken(input.next.tokenHash), undefined);
      await seed(store).putApp(app);
      assert.equal((await use(tokenHash, family.clientId)).result.outcome, "revoked");
    });

    test("the grace returns nothing to an app that was disabled meanwhile", async () => {
      const { family, tokenHash, app } = await start();
      await use(tokenHash, family.clientId);
      await seed(store).putApp({ ...app, disabledAt: T0 });
      assert.equal((await use(tokenHash, family.clientId)).result.outcome, "refused");
    });

    const withdrawals: Record<string, [Refusal, (samples: Samples) => Promise<unknown>]> = {
      "its consent is removed": [
        "consent_required",
        ({ app, user, api }) => seed(store).removeConsent(app.clientId, user.id, api.clientId),
      ],
      "it is reserved to the administrator": [
        "consent_required",
        ({ api }) =>
          seed(store).putApi({ ...api, scopes: api.scopes.map((scope) => ({ ...scope, consent: "Admin" })) }),
      ],
      "it is disabled": [
        "scope_unavailable",
        ({ api }) => seed(store).putApi({ ...api, scopes: api.scopes.map((scope) => ({ ...scope, enabled: false })) }),
      ],
      "its API is disabled": ["scope_unavailable", ({ api }) => seed(store).putApi({ ...api, disabledAt: T0 })],
    };
    for (const [what, [why, withdraw]] of Object.entries(withdrawals)) {
      test(`a scope is not renewed once ${what}, and the token does not change`, async () => {
        const samples = await seedSamples(store);
        const { family, tokenHash } = await signedIn(store, samples);
        const before = await read(tokenHash, family.clientId);
        const input = () => ({ ...rotation(tokenHash, family.clientId, T0, samples.scopes), ...before });
        await withdraw(samples);
        assert.equal(answerOf(await store.tokens.rotate(input())), why);
        assert.equal((await store.tokens.findByRefreshToken(tokenHash))?.usedAt, null);
        assert.equal((await use(tokenHash, family.clientId)).result.outcome, "rotated");
        assert.equal(answerOf(await store.tokens.rotate(input())), why, "the same within the grace period");
        assert.equal((await store.tokens.findFamily(family.id))?.revokedAt, null);
      });
    }

    test("the family's end is written once a day at most, and is never before its token's", async () => {
      const { family, tokenHash } = await start();
      let current = tokenHash;
      const ends: number[] = [];
      for (const at of [1, DAY - 1, DAY, DAY + 1, DAY + 2]) {
        const { result, input } = await use(current, family.clientId, T0 + at);
        assert.ok(result.outcome === "rotated" && result.family.expiresAt >= input.next.expiresAt);
        assert.equal((await store.tokens.findFamily(family.id))?.expiresAt, result.family.expiresAt);
        ends.push(result.family.expiresAt - family.expiresAt);
        current = input.next.tokenHash;
      }
      assert.deepEqual(ends, [DAY + 1, DAY + 1, DAY + 1, DAY + 1, 2 * DAY + 2]);
    });

    test("the end of a family moves back if the lifetime was shortened", async () => {
      const { family, tokenHash } = await start();
      const input = rotation(tokenHash, family.clientId, T0 + 1);
      input.next.expiresAt = T0 + 7 * DAY;
      const result = await store.tokens.rotate({ ...input, ...(await read(tokenHash, family.clientId)) });
      assert.ok(result.outcome === "rotated");
      assert.equal((await store.tokens.findFamily(family.id))?.expiresAt, T0 + 8 * DAY);
    });

    test("a chain of rotations has one live token", async () => {
      const { family, tokenHash } = await start();
      let current = tokenHash;
      for (let generation = 2; generation < 12; generation++) {
        const { result, input } = await use(current, family.clientId, T0 + generation);
        assert.ok(result.outcome === "rotated" && result.generation === generation);
        current = input.next.tokenHash;
      }
      assert.equal((await use(tokenHash, family.clientId, T0 + 20)).result.outcome, "reuse");
      assert.equal((await use(current, family.clientId, T0 + 20)).result.outcome, "revoked");
    });
  });
}
