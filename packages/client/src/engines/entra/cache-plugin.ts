import { isDeepStrictEqual } from "node:util";
import type { ICachePlugin, TokenCacheContext } from "@azure/msal-node";
import { Mutex } from "../../mutex.ts";
import type { Change, Json, Owner, Snapshot, TokenStore } from "../../token-store/contract.ts";
import { msalPrefix } from "../../token-store/store-keys.ts";
import { type CacheRecord, type CacheSections, MsalCache, sections } from "./msal-cache.ts";

/** The state at the start of one cache access by MSAL. */
interface Access {
  generation: number;
  before: CacheSections;
  end(): void;
}

/**
 * Keeps MSAL's cache in the token store, record by record. At the start of each access MSAL's memory is set to the
 * content of the store, and only the changes of that access are written back. What another process removed cannot
 * return.
 */
export function entraCachePlugin(store: TokenStore, owner: Owner): ICachePlugin {
  const prefix = msalPrefix(owner);
  const accesses = new WeakMap<TokenCacheContext, Access>();
  /** MSAL's memory serves one access at a time, although MSAL starts several. */
  const memory = new Mutex();

  return {
    async beforeCacheAccess(context) {
      const cache = new MsalCache(context.tokenCache);
      const end = await memory.acquire();
      try {
        const { generation, records } = await store.read();
        cache.become(sectionsOf(records, prefix));
        cache.protect(true);
        accesses.set(context, { generation, before: cache.contents(), end });
      } catch (error) {
        end();
        throw error;
      }
    },

    async afterCacheAccess(context) {
      // MSAL calls this even when `beforeCacheAccess` threw.
      const access = accesses.get(context);
      if (access === undefined) return;
      accesses.delete(context);
      const cache = new MsalCache(context.tokenCache);
      try {
        const changes = differences(access, cache.contents(), prefix);
        if (changes.length > 0) await store.change(changes);
      } finally {
        cache.protect(false);
        access.end();
      }
    },
  };
}

function sectionsOf(records: ReadonlyMap<string, Json>, prefix: string): CacheSections {
  const found: CacheSections = { Account: {}, IdToken: {}, AccessToken: {}, RefreshToken: {}, AppMetadata: {} };
  for (const [key, value] of records) {
    if (!key.startsWith(prefix)) continue;
    const bar = key.indexOf("|", prefix.length);
    const section = sections.find((name) => name === key.slice(prefix.length, bar));
    if (section) found[section][key.slice(bar + 1)] = value as CacheRecord;
  }
  return found;
}

function differences({ before, generation }: Access, after: CacheSections, prefix: string): Change[] {
  const changes: Change[] = [];
  for (const section of sections) {
    const storeKey = (key: string) => `${prefix}${section}|${key}`;
    for (const key of Object.keys(before[section])) {
      if (!(key in after[section])) changes.push({ remove: storeKey(key) });
    }
    for (const [key, value] of Object.entries(after[section])) {
      if (isDeepStrictEqual(value, before[section][key])) continue;
      const account = section === "Account" ? undefined : accountOf(value, after);
      const belongsTo = account === undefined ? {} : { belongsTo: `${prefix}Account|${account}` };
      changes.push({ put: storeKey(key), value, basedOn: generation, ...belongsTo });
    }
  }
  return changes;
}

/** MSAL's key for the account of a token. */
function accountOf(token: CacheRecord, { Account }: CacheSections): string | undefined {
  const id = (record: CacheRecord) => `${record.home_account_id} ${record.environment}`.toLowerCase();
  return Object.keys(Account).find((key) => token.home_account_id && id(Account[key]!) === id(token));
}

/**
 * Holds back what MSAL writes during one operation, so that it enters the store together with our own records in one
 * change, or not at all. A sign-in that fails at the very end, or is killed, leaves nothing.
 */
export function stagedStore(store: TokenStore): TokenStore & { changes(): Change[] } {
  const staged: Change[] = [];
  const read = async (): Promise<Snapshot> => {
    const { generation, records } = await store.read();
    const seen = new Map<string, Json>(records);
    for (const change of staged) {
      if ("remove" in change) seen.delete(change.remove);
      else seen.set(change.put, change.value);
    }
    return { generation, records: seen };
  };
  return {
    read,
    async change(changes) {
      staged.push(...changes);
      return await read();
    },
    withLease: (name, options, run) => store.withLease(name, options, run),
    changes: () => [...staged],
  };
}
