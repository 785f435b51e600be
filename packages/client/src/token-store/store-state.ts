import type { Change, Json } from "./contract.ts";
import { keyId, STORE_FORMAT, type StoredState } from "./read-store.cts";

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

/** The bytes of a store file; each call takes a fresh nonce. */
export function seal(state: StoreState, key: Buffer): Buffer {
  const header = Buffer.alloc(STORE_FORMAT.nonceAt);
  header.write(STORE_FORMAT.magic);
  header.writeUInt8(STORE_FORMAT.version, STORE_FORMAT.magic.length);
  header.writeBigUInt64BE(BigInt(state.generation), STORE_FORMAT.generationAt);
  keyId(key).copy(header, STORE_FORMAT.keyIdAt);
  const nonce = randomBytes(STORE_FORMAT.nonceBytes);
  const cipher = createCipheriv(STORE_FORMAT.cipher, key, nonce);
  cipher.setAAD(header);
  const plain = JSON.stringify(stored(state));
  return Buffer.concat([header, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

export function stateOf({ records, tombstones, writes }: StoredState, generation: number): StoreState {
  return {
    generation,
    records: new Map(Object.entries(records)),
    tombstones: new Map(
      Object.entries(tombstones).map(([key, [removedBy, at]]) => [key, { generation: removedBy, at }]),
    ),
    writes,
  };
}

function stored({ records, tombstones, writes }: StoreState): StoredState {
  return {
    records: Object.fromEntries(records),
    tombstones: Object.fromEntries([...tombstones].map(([key, { generation, at }]) => [key, [generation, at]])),
    writes: [...writes],
  };
}

/** Not by `import`: that reads every export of node:crypto, and one of them is a getter that loads all of Web Crypto. */
export const { createCipheriv, randomBytes, randomUUID } = process.getBuiltinModule("node:crypto");
