import type { Change, Json } from "./contract.ts";

export interface Tombstone {
  /** Which change removed the key. */
  generation: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** All a store holds. Never changed in place: a change makes the next one. */
export interface StoreState {
  readonly generation: number;
  readonly records: ReadonlyMap<string, Json>;
  readonly tombstones: ReadonlyMap<string, Tombstone>;
  /** Names of the last writes, oldest first: how a writer that was overtaken at once learns that its write was built upon. */
  readonly writes: readonly string[];
}

export const emptyState: StoreState = { generation: 0, records: new Map(), tombstones: new Map(), writes: [] };

/** No process holds on to an old generation for longer. */
const TOMBSTONE_LIFE_MS = 30 * 24 * 60 * 60 * 1000;

export function applyChanges(state: StoreState, changes: readonly Change[], now: number): StoreState {
  const generation = state.generation + 1;
  const records = new Map(state.records);
  const tombstones = new Map([...state.tombstones].filter(([, { at }]) => now - at < TOMBSTONE_LIFE_MS));
  // By the tombstones from before: removing and putting in one list replaces.
  const removedAfter = (key: string, basedOn: number) => (state.tombstones.get(key)?.generation ?? 0) > basedOn;

  for (const change of changes) {
    if ("remove" in change) {
      records.delete(change.remove);
      tombstones.set(change.remove, { generation, at: now });
      continue;
    }
    const { put, value, basedOn = Number.POSITIVE_INFINITY, belongsTo = put } = change;
    if (removedAfter(put, basedOn) || removedAfter(belongsTo, basedOn)) continue;
    records.set(put, value);
  }
  return { ...state, generation, records, tombstones };
}

/** For the store's own bookkeeping (leases): no tombstone is left. */
export function withRecord(state: StoreState, key: string, value: Json | undefined): StoreState {
  const records = new Map(state.records);
  if (value === undefined) records.delete(key);
  else records.set(key, value);
  return { ...state, generation: state.generation + 1, records };
}
