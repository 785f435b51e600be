import type { Change, Json } from "./contract.ts";
import { keyId, STORE_FORMAT, type StoredState } from "./read-store.cts";

export interface Tombstone {
  /** The generation of the change that removed the key. */
  generation: number;
  /** When, in milliseconds since the epoch. */
  at: number;
}

/** The store's whole content. Immutable: a change creates the next one. */
export interface StoreState {
  readonly generation: number;
  readonly records: ReadonlyMap<string, Json>;
  readonly tombstones: ReadonlyMap<string, Tombstone>;
  /**
   * The names of the last writes, oldest first. A writer that was overtaken immediately learns from it that its write
   * was included.
   */
  readonly writes: readonly string[];
}

export const emptyState: StoreState = { generation: 0, records: new Map(), tombstones: new Map(), writes: [] };

/** How long tombstones are kept, in milliseconds. No process works with an older generation for longer. */
const TOMBSTONE_LIFE_MS = 30 * 24 * 60 * 60 * 1000;

export function applyChanges(state: StoreState, changes: readonly Change[], now: number): StoreState {
  const generation = state.generation + 1;
  const records = new Map(state.records);
  const tombstones = new Map([...state.tombstones].filter(([, { at }]) => now - at < TOMBSTONE_LIFE_MS));
  // Checked against the earlier tombstones: a remove and a put in one list mean a replacement.
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

/** For the store's own records (leases): no tombstone is left. */
export function withRecord(state: StoreState, key: string, value: Json | undefined): StoreState {
  const records = new Map(state.records);
  if (value === undefined) records.delete(key);
  else records.set(key, value);
  return { ...state, generation: state.generation + 1, records };
}

/** The bytes of a store file. Each call uses a fresh nonce. */
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

/**
 * Not loaded with `import`: that reads every export of node:crypto, and one of them is a getter that loads all of Web
 * Crypto.
 */
export const { createCipheriv, randomBytes, randomUUID } = process.getBuiltinModule("node:crypto");
