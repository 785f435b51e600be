import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { type Samples, sampleAudit, seedSamples, T0 } from "./samples.ts";

const consentOf = ({ app, api }: Samples, userId: string | null) => ({
  clientId: app.clientId,
  userId,
  resourceId: api.clientId,
  scopes: ["ToDoList.Read"],
});
const both = { inserted: sampleAudit("consent.granted"), replaced: sampleAudit("consent.changed") };

/** Each change that can make an accepted request unacceptable. */
const changes: Record<string, (store: Store, samples: Samples) => Promise<unknown>> = {
  "an app that is disabled": (store, { app }) => seed(store).putApp({ ...app, disabledAt: T0 }),
  "an app that must authenticate": (store, { app }) => seed(store).putApp({ ...app, publicClient: false }),
  "an app that may no longer request administrative scopes": (store, { app }) =>
    seed(store).putApp({ ...app, administrativeScopes: [] }),
  "an app that is deleted": async (store, { app }) => {
    const found = await store.registrations.find({ clientId: app.clientId });
    return store.registrations.delete(found!.registration.objectId, T0, sampleAudit("app.deleted"));
  },
  "an API that is changed": (store, { api }) => seed(store).putApi({ ...api, scopes: [] }),
  "an API that is deleted": async (store, { api }) => {
    const found = await store.registrations.find({ clientId: api.clientId });
    return store.registrations.delete(found!.registration.objectId, T0, sampleAudit("api.deleted"));
  },
  "an administrator's consent that is replaced": async (store, samples) => {
    await store.permissions.insertConsent(consentOf(samples, null), sampleAudit("consent.granted"));
    await remembered(store, samples);
    return store.permissions.replaceConsent({ ...consentOf(samples, null), scopes: ["Other"] }, sampleAudit("consent"));
  },
  "an administrator's consent that is put": (store, samples) =>
    store.permissions.putConsent(consentOf(samples, null), both),
  "an administrator's consent that is deleted": (store, samples) =>
    store.permissions.deleteConsent(consentOf(samples, null), sampleAudit("consent.revoked")),
};

const SCOPE = "openid api://todo/ToDoList.Read";

function remember(store: Store, { app, scopes }: Samples): void {
  store.acceptedScopes.read()(SCOPE, { clientId: app.clientId, requested: scopes });
}

/** PostgreSQL first has to connect for notifications. */
async function remembered(store: Store, samples: Samples): Promise<void> {
  while (!store.acceptedScopes.find(samples.app.clientId, SCOPE)) {
    remember(store, samples);
    await wait(1);
  }
}

/** On a busy machine, a node may not hear its own notifications for a while. Until then it finds nothing. */
async function found(store: Store, clientId: string, scope: string) {
  for (;;) {
    const accepted = store.acceptedScopes.find(clientId, scope);
    if (accepted) return accepted;
    await wait(1);
  }
}

/** Stops the clock that tells how old an entry is, so that none grows old on a busy machine. */
function stopClock(t: TestContext) {
  let now = performance.now();
  t.mock.method(performance, "now", () => now);
  return { advance: (ms: number) => (now += ms) };
}

export function acceptedScopesSuite(makeStore: MakeStore): void {
  describe("scopes that were accepted", () => {
    let place: TestStore;
    let store: Store;
    let other: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      other = store.kind === "postgres" ? await place.open() : store;
    });
    after(() => place.remove());

    test("are found by their exact text and client ID", async (t) => {
      stopClock(t);
      const samples = await seedSamples(store);
      await remembered(store, samples);
      const { clientId } = samples.app;
      assert.deepEqual(await found(store, clientId, SCOPE), { clientId, requested: samples.scopes });
      assert.equal(store.acceptedScopes.find(clientId, `${SCOPE} profile`), undefined);
      assert.equal(store.acceptedScopes.find("another", SCOPE), undefined);
    });

    for (const [name, change] of Object.entries(changes)) {
      test(`are forgotten by ${name}, also on another node`, async () => {
        const samples = await seedSamples(store);
        await remembered(store, samples);
        await remembered(other, samples);
        await change(store, samples);
        assert.equal(store.acceptedScopes.find(samples.app.clientId, SCOPE), undefined);
        // A notification takes a moment.
        while (other.acceptedScopes.find(samples.app.clientId, SCOPE)) await wait(1);
      });

      test(`are not remembered if they were read before ${name}`, async () => {
        const samples = await seedSamples(store);
        await remembered(store, samples);
        const rememberLate = store.acceptedScopes.read();
        await change(store, samples);
        rememberLate(SCOPE, { clientId: samples.app.clientId, requested: samples.scopes });
        assert.equal(store.acceptedScopes.find(samples.app.clientId, SCOPE), undefined);
      });
    }

    test("are read again after a second, because a node of an older version announces no change", async (t) => {
      const clock = stopClock(t);
      const samples = await seedSamples(store);
      const { clientId } = samples.app;
      await remembered(store, samples);
      clock.advance(999);
      assert.ok(await found(store, clientId, SCOPE));
      clock.advance(1);
      assert.equal(store.acceptedScopes.find(clientId, SCOPE), undefined);
    });

    test("are not those of a request whose client ID contains a part of the scope", async (t) => {
      stopClock(t);
      const samples = await seedSamples(store);
      await remembered(store, samples);
      const { clientId } = samples.app;
      const [first = "", ...rest] = SCOPE.split(" ");
      assert.equal(store.acceptedScopes.find(`${clientId} ${first}`, rest.join(" ")), undefined);
      assert.equal(store.acceptedScopes.find(`${clientId}","${first}`, rest.join(" ")), undefined);
    });

    test("stay when a user's own consent changes", async (t) => {
      stopClock(t);
      const samples = await seedSamples(store);
      await remembered(store, samples);
      await store.permissions.putConsent(consentOf(samples, samples.user.id), both);
      await store.permissions.deleteConsent(consentOf(samples, samples.user.id), sampleAudit("consent.revoked"));
      assert.ok(await found(store, samples.app.clientId, SCOPE));
    });

    test("take bounded memory: the oldest are forgotten first, and long requests are not remembered", async (t) => {
      stopClock(t);
      const samples = await seedSamples(store);
      await remembered(store, samples);
      const { clientId } = samples.app;
      const remember = store.acceptedScopes.read();
      const long = "x".repeat(1_001);
      for (const scope of [long, ...Array.from({ length: 1_000 }, (_, n) => `scope ${n}`)]) {
        remember(scope, { clientId, requested: samples.scopes });
      }
      assert.equal(store.acceptedScopes.find(clientId, long), undefined);
      assert.equal(store.acceptedScopes.find(clientId, SCOPE), undefined);
      assert.ok(await found(store, clientId, "scope 0"));
    });
  });
}
