import type { StoreState } from "./changes.ts";
import { createCipheriv, randomBytes } from "./node-crypto.ts";
import { keyId, STORE_FORMAT, type StoredState } from "./read-store.cts";

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
