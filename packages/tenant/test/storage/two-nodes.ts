import type { Store } from "../../src/storage/store.ts";
import { spreadOver } from "../fixtures/place.ts";
import type { MakeStore } from "./open-test-store.ts";
import { pendingGrant, sampleAudit, seedSamples, T0 } from "./samples.ts";

/** The same place, where every `open` starts two nodes and returns them as one store. */
export const onTwoNodes =
  (makeStore: MakeStore): MakeStore =>
  async (options) => {
    const place = await makeStore(options);
    const pairs = new Set<[Store, Store]>();
    return {
      ...place,
      async open() {
        const pair: [Store, Store] = [await place.open(), await place.open()];
        pairs.add(pair);
        const close = async () => {
          pairs.delete(pair);
          await Promise.all(pair.map((node) => node.close()));
        };
        return { ...spreadOver(pair), close };
      },
      async heard() {
        for (const [one, two] of pairs) await Promise.all([hears(one, two), hears(two, one)]);
      },
    };
  };

/** Resolves when `to` has received what `from` has committed so far: a decision that follows it has arrived. */
async function hears(to: Store, from: Store): Promise<void> {
  const grant = await pendingGrant(from, await seedSamples(from));
  const reported = Promise.withResolvers<void>();
  const stop = to.grantChanges.watch(grant, reported.resolve);
  await from.grants.deny(grant.id, { sessionId: null, reason: "operator", now: T0, audit: sampleAudit("heard") });
  await reported.promise;
  stop();
}
