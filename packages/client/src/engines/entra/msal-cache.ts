import type { AccountInfo, TokenCacheContext } from "@azure/msal-node";
import type { Json } from "../../token-store/contract.ts";

/** The sections of MSAL's cache schema. */
export const sections = ["Account", "IdToken", "AccessToken", "RefreshToken", "AppMetadata"] as const;

export type CacheRecord = { [name: string]: Json };
export type CacheSections = Record<(typeof sections)[number], Record<string, CacheRecord>>;

type SerializableCache = TokenCacheContext["tokenCache"];
/** Members of MSAL's `TokenCache` beyond its declared interface, present in all versions since 1.0. */
type LiveCache = SerializableCache & { getKVStore?(): Record<string, unknown>; storage?: LiveStorage };
interface LiveStorage {
  clear(): void;
  removeAccount(account: AccountInfo, ...rest: unknown[]): void;
  [taken]?: { protected: boolean };
}

const taken = Symbol("doorcode");

/** MSAL's cache in memory, with an operation that its own interface lacks: take on exactly the stored content. */
export class MsalCache {
  readonly #cache: LiveCache;

  constructor(cache: SerializableCache) {
    this.#cache = cache;
    if (this.#cache.storage && !this.#cache.storage[taken]) mend(this.#cache.storage);
  }

  /** `deserialize` alone merges: records that are in memory but not in the store would stay, and be written back. */
  become(stored: CacheSections): void {
    const live = this.#cache.getKVStore?.();
    const inMemory = this.contents();
    for (const section of sections) {
      for (const key of Object.keys(inMemory[section])) {
        if (live && !(key in stored[section])) delete live[key];
      }
    }
    // Also when it is empty: without a text MSAL would continue with the previous one.
    this.#cache.deserialize(JSON.stringify(stored));
  }

  contents(): CacheSections {
    const found = JSON.parse(this.#cache.serialize()) as Partial<CacheSections>;
    return Object.fromEntries(sections.map((section) => [section, found[section] ?? {}])) as CacheSections;
  }

  /** During an access, an emptied memory must not be mistaken for the removal of everything. */
  protect(on: boolean): void {
    const state = this.#cache.storage?.[taken];
    if (state) state.protected = on;
  }
}

/**
 * - `removeAccount` searches for the account's id in lower-case keys: for `00AB…` it silently finds nothing.
 * - `acquireTokenSilent` empties the memory before it asks the plugin, even while another call is saving there.
 */
function mend(storage: LiveStorage): void {
  const state = { protected: false };
  storage[taken] = state;
  const { clear, removeAccount } = storage;
  storage.clear = () => {
    if (!state.protected) clear.call(storage);
  };
  storage.removeAccount = (account, ...rest) => {
    const homeAccountId = account.homeAccountId.toLowerCase();
    const environment = account.environment.toLowerCase();
    removeAccount.call(storage, { ...account, homeAccountId, environment }, ...rest);
  };
}
