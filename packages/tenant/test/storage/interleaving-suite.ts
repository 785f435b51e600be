import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { approvalBy, pendingGrant, type Samples, sampleAudit, sampleUser, seedSamples, T0 } from "./samples.ts";

/** More than the microtasks that any of these methods takes. */
const TURNS = 12;

/**
 * Runs both methods repeatedly, starting the second one a turn later each time, so that it falls between all steps of
 * the first.
 */
async function inEveryTurn(round: (later: <T>(verb: () => Promise<T>) => Promise<T>) => Promise<void>): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await round(async (verb) => {
      for (let waited = 0; waited < turn; waited++) await undefined;
      return verb();
    });
  }
}

/** A claim reads the grant and then changes it. A change in between counts. */
export function interleavingSuite(makeStore: MakeStore): void {
  describe("between a claim's read and its change", () => {
    let place: TestStore;
    let store: Store;
    let samples: Samples;
    const other = sampleUser();
    before(async () => {
      place = await makeStore();
      store = await place.open();
      samples = await seedSamples(store);
      await seed(store).insertUser(other);
      await signInBrowser(store, samples.user.id, T0, "s1");
    });
    after(() => place.remove());

    const pending = async () => (await pendingGrant(store, samples)).id;
    const claim = (id: string, sessionId: string, userId = samples.user.id) =>
      store.grants.claim(id, { sessionId, userId, now: T0, audit: sampleAudit("grant") });
    const claimed = async (sessionId = "s1") => {
      const id = await pending();
      await claim(id, sessionId);
      return id;
    };
    const approve = (id: string, sessionId = "s1") =>
      store.grants.approve(id, approvalBy(samples.user.id, sessionId, samples.scopes));
    const deny = (id: string) =>
      store.grants.deny(id, { sessionId: null, reason: "operator", now: T0, audit: sampleAudit("grant") });
    const stateOf = async (id: string) => {
      const grant = await store.grants.findById(id);
      return [grant?.status, grant?.denialReason, grant?.sessionId];
    };

    test("of two users one claims and the other's claim denies", () =>
      inEveryTurn(async (later) => {
        const id = await pending();
        const results = await Promise.all([claim(id, "s1"), later(() => claim(id, "s2", other.id))]);
        assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ["claimed", "killed"]);
        assert.deepEqual((await stateOf(id)).slice(0, 2), ["denied", "two_users"]);
      }));

    test("of one user's two sessions the later one takes over", () =>
      inEveryTurn(async (later) => {
        const id = await pending();
        const results = await Promise.all([claim(id, "s1"), later(() => claim(id, "s2"))]);
        const took = results.map((result) => result.outcome === "claimed" && result.tookOver);
        assert.deepEqual([...took].sort(), [false, true]);
        assert.deepEqual(await stateOf(id), ["claimed", null, took[0] ? "s1" : "s2"]);
      }));

    test("the operator's denial is final, even against claims", () =>
      inEveryTurn(async (later) => {
        for (const make of [pending, claimed]) {
          const id = await make();
          const [taken, denied] = await Promise.all([claim(id, "s2"), later(() => deny(id))]);
          assert.equal(denied.outcome, "done");
          assert.ok(["claimed", "ended"].includes(taken.outcome), taken.outcome);
          assert.deepEqual((await stateOf(id)).slice(0, 2), ["denied", "operator"]);
        }
      }));

    test("an approval or a second user's claim wins, never both", () =>
      inEveryTurn(async (later) => {
        for (const flipped of [false, true]) {
          const id = await claimed();
          const [kill, yes] = flipped
            ? [later(() => claim(id, "s2", other.id)), approve(id)]
            : [claim(id, "s2", other.id), later(() => approve(id))];
          const outcomes = [(await kill).outcome, (await yes).outcome];
          const [status, reason] = await stateOf(id);
          const expected = status === "approved" ? ["ended", "done"] : ["killed", "ended"];
          assert.deepEqual([...outcomes, reason], [...expected, status === "approved" ? null : "two_users"]);
        }
      }));

    test("an approval or the same user's other session wins, never both", () =>
      inEveryTurn(async (later) => {
        for (const flipped of [false, true]) {
          const id = await claimed();
          const [take, yes] = flipped
            ? [later(() => claim(id, "s2")), approve(id)]
            : [claim(id, "s2"), later(() => approve(id))];
          const outcomes = [(await take).outcome, (await yes).outcome];
          const [status, , holder] = await stateOf(id);
          const expected = status === "approved" ? ["ended", "done", "s1"] : ["claimed", "elsewhere", "s2"];
          assert.deepEqual([...outcomes, holder], expected);
        }
      }));
  });
}
