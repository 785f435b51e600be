import { createSecretKey, type KeyObject } from "node:crypto";
import { deriveKey, PURPOSES, type SealKey, type SealPurpose, seal, unseal } from "./seal.ts";

/** Purposes whose derived key outlives the seal key. */
export type KeptPurpose = {
  [Name in SealPurpose]: (typeof PURPOSES)[Name] extends "kept" ? Name : never;
}[SealPurpose];

const purposes = Object.keys(PURPOSES).filter((name): name is KeptPurpose => PURPOSES[name as SealPurpose] === "kept");

const CONTEXT = "kept-keys";

/** Keys derived from earlier seal keys, oldest first. */
const earlier = new WeakMap<SealKey, Record<KeptPurpose, KeyObject[]>>();

/**
 * The keys of a purpose, oldest first: those that were kept when the seal key was replaced, then the one of this seal
 * key.
 */
export function keysOf(key: SealKey, purpose: KeptPurpose): KeyObject[] {
  return [...(earlier.get(key)?.[purpose] ?? []), deriveKey(key, purpose)];
}

/** The key of a purpose that the tenant started with. */
export function firstKeyOf(key: SealKey, purpose: KeptPurpose): KeyObject {
  return earlier.get(key)?.[purpose][0] ?? deriveKey(key, purpose);
}

/** What the store keeps of `from` and the keys before it, sealed with `to`. */
export function sealKeptKeys(from: SealKey, to: SealKey): string {
  const kept = purposes.map((purpose) => [
    purpose,
    keysOf(from, purpose).map((each) => each.export().toString("base64url")),
  ]);
  return seal(deriveKey(to, "kept keys"), JSON.stringify(Object.fromEntries(kept)), CONTEXT);
}

/** From now on, `keysOf(key, …)` includes what `sealKeptKeys` sealed. */
export function adoptKeptKeys(key: SealKey, sealed: string): void {
  const kept = JSON.parse(unseal(deriveKey(key, "kept keys"), sealed, CONTEXT)) as Record<KeptPurpose, string[]>;
  const opened = purposes.map((purpose) => [
    purpose,
    (kept[purpose] ?? []).map((each) => createSecretKey(each, "base64url")),
  ]);
  earlier.set(key, Object.fromEntries(opened));
}
