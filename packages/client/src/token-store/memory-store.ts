import { type Clock, systemClock } from "../clock.ts";
import type { Snapshot, TokenStore } from "./contract.ts";
import { leases } from "./leases.ts";
import { applyChanges, emptyState, type StoreState } from "./store-state.ts";

/**
 * Creates a store in this process's memory: for tests, and for programs that must leave no trace.
 * @example
 * ```ts
 * import { createClient, memoryStore } from "@doorcode/client";
 *
 * const client = createClient({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 *   store: memoryStore(),
 * });
 * ```
 */
export function memoryStore(options: { clock?: Clock } = {}): TokenStore {
  const clock = options.clock ?? systemClock;
  let state = emptyState;

  const read = async (): Promise<StoreState> => state;
  const update = async (next: (state: StoreState) => StoreState | undefined): Promise<StoreState> => {
    state = next(state) ?? state;
    return state;
  };
  return {
    read: async () => snapshotOf(state),
    async change(changes) {
      if (changes.length === 0) return snapshotOf(state);
      return snapshotOf(await update((current) => applyChanges(current, structuredClone(changes), clock.now())));
    },
    withLease: leases(update, read, clock),
  };
}

/** A copy, so that the caller cannot change the store. */
function snapshotOf({ generation, records }: StoreState): Snapshot {
  return { generation, records: structuredClone(records) };
}
