import type { Store } from "../storage/store.ts";
import type { App } from "./entities.ts";
import { anyNames, policiesAbout } from "./policies.ts";
import { userFlowOf } from "./user-flow-of.ts";

/**
 * Whether a sign-in of this person for this app needs a second factor: by the app, by its user flow, or by a policy.
 * Without an app (the account page) only policies for every app count. For the pages; whenever a token is issued the
 * store asks the same within the transaction (stores/standing.ts).
 */
export async function requiresMfa(store: Store, app: App | undefined, userId: string): Promise<boolean> {
  if (app?.requireMfa) return true;
  if (app && (await userFlowOf(store, app)).mfaRequired) return true;
  const { directory } = store;
  const policies = policiesAbout(await directory.listPolicies(), { clientId: app?.clientId, userId });
  return policies.length > 0 && anyNames(policies, await directory.groupsOf(userId));
}
