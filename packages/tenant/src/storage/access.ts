import type { StoredFacts } from "../directory/access-rules.ts";

/** What the access rule (directory/access-rules.ts) decides on, loaded by one call. */
export interface AccessStore {
  /**
   * Reads only. Transactions that approve or issue load the same facts on their own connection, with row locks, and
   * decide again.
   *
   * @param of.clientId null: no app, as on the account page
   * @param of.resourceId an API's client ID, or `GRAPH_RESOURCE_ID`
   */
  facts(of: { clientId: string | null; userId: string; resourceId: string }): Promise<StoredFacts>;
}
