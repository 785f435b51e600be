import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { approvalBy, pendingGrant, sampleAudit, seedSamples, T0 } from "./samples.ts";

/** A grant that a browser claimed, and the approval that it can get. */
export async function claimedGrant(store: Store) {
  const samples = await seedSamples(store);
  const grant = await pendingGrant(store, samples);
  const sessionId = await signInBrowser(store, samples.user.id, T0);
  await store.grants.claim(grant.id, { sessionId, userId: samples.user.id, now: T0, audit: sampleAudit("grant") });
  return { grant, approval: approvalBy(samples.user.id, sessionId, samples.scopes) };
}

/** Resolves with the next change that the store reports. */
export function nextReport(store: Store, grant: { deviceCodeHash: string; clientId: string }): Promise<void> {
  return new Promise((resolve) => {
    const stop = store.grantChanges.watch(grant, () => {
      stop();
      resolve();
    });
  });
}
