/** What a waiting poll depends on. */
export interface WatchedGrant {
  deviceCodeHash: string;
  clientId: string;
}

/**
 * Reports changes that can end a waiting poll: the decision about a grant, and any change of its app. A report is only a
 * reason to read the store again. It says nothing about what changed, and may come without a change.
 */
export interface GrantChanges {
  /**
   * Calls `changed` after each commit that concerns the grant: at once for a commit of this process, and within
   * milliseconds for another node's. If the notification is lost, it comes with the next check, at most `RECHECK_MS`
   * after the commit.
   *
   * Read the grant after this call: a change that was committed before it is not reported.
   *
   * @returns ends the watch
   */
  watch(grant: WatchedGrant, changed: () => void): () => void;
}

/** How often all watched grants are checked for lost notifications, in milliseconds: once per polling interval. */
export const RECHECK_MS = 5_000;
