import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { changes } from "./grant-changes-suite.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { pendingGrant, sampleAudit, seedSamples, T0 } from "./samples.ts";

/** A grant that was claimed by a browser, so that each change can follow. */
export async function waitingGrant(store: Store) {
  const samples = await seedSamples(store);
  const { id, deviceCodeHash, clientId, expiresAt } = await pendingGrant(store, samples);
  const sessionId = await signInBrowser(store, samples.user.id, T0);
  await store.grants.claim(id, { sessionId, userId: samples.user.id, now: T0, audit: sampleAudit("grant") });
  return { samples, grant: { id, deviceCodeHash, clientId, expiresAt, sessionId } };
}

type Waiting = Awaited<ReturnType<typeof waitingGrant>>["grant"];

/** As a poll does. PostgreSQL first has to connect for notifications. */
export async function remembered(store: Store, grant: Waiting): Promise<void> {
  while (!store.pendingPolls.find(grant.deviceCodeHash)) {
    remember(store, grant);
    await wait(1);
  }
}

/** On a busy machine, a node may not hear its own notifications for a while. Until then it finds nothing. */
export async function found({ pendingPolls }: Store, deviceCodeHash: string) {
  for (const until = Date.now() + 120_000; ; await wait(1)) {
    const poll = pendingPolls.find(deviceCodeHash);
    if (poll) return poll;
    assert.ok(Date.now() < until, "not remembered");
  }
}

export function remember({ pendingPolls }: Store, { deviceCodeHash, clientId, expiresAt }: Waiting): void {
  const reading = pendingPolls.read(deviceCodeHash, clientId);
  reading.remember(expiresAt);
  reading.end();
}

export function pendingPollsSuite(makeStore: MakeStore): void {
  describe("polls that are known to wait", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    for (const [name, change] of Object.entries(changes)) {
      test(`${name} is noticed by the next poll`, async () => {
        const { samples, grant } = await waitingGrant(store);
        const other = await waitingGrant(store);
        await remembered(store, grant);
        await remembered(store, other.grant);
        assert.equal((await found(store, grant.deviceCodeHash)).clientId, grant.clientId);
        await change(store, samples, grant);
        assert.equal((await found(store, other.grant.deviceCodeHash)).expiresAt, other.grant.expiresAt);
        assert.equal(store.pendingPolls.find(grant.deviceCodeHash), undefined);
      });

      test(`${name} during a reading is not hidden by it`, async () => {
        const { samples, grant } = await waitingGrant(store);
        await remembered(store, (await waitingGrant(store)).grant);
        const reading = store.pendingPolls.read(grant.deviceCodeHash, grant.clientId);
        await change(store, samples, grant);
        reading.remember(grant.expiresAt);
        reading.end();
        assert.equal(store.pendingPolls.find(grant.deviceCodeHash), undefined);
      });
    }

    test("only as many are remembered as there is room for, the newest ones", async (t) => {
      const small = await makeStore({ pollsInMemory: 3 });
      t.after(() => small.remove());
      const store = await small.open();
      const { grant } = await waitingGrant(store);
      await remembered(store, grant);
      for (const deviceCodeHash of ["a", "b", "c"]) await remembered(store, { ...grant, deviceCodeHash });
      assert.equal(store.pendingPolls.size, 3);
      assert.ok(await found(store, "c"));
      assert.equal(store.pendingPolls.find(grant.deviceCodeHash), undefined);
    });

    test("none is remembered without room", async (t) => {
      const none = await makeStore({ pollsInMemory: 0 });
      t.after(() => none.remove());
      const store = await none.open();
      const { grant } = await waitingGrant(store);
      remember(store, grant);
      assert.equal(store.pendingPolls.size, 0);
    });
  });
}
