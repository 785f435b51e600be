import type { Change, Json, Snapshot, TokenStore } from "../../token-store/contract.ts";

/**
 * What MSAL writes during one operation, held back: it goes into the store together with our own records in one change, or
 * not at all. A sign-in that is refused at its very end, or killed, leaves nothing.
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
