import type { Store } from "../stores/contract.ts";
import type { App } from "./entities.ts";
import { userFlowOf } from "./user-flow-of.ts";

/** What `amr` says once a second factor, or a passkey with user verification, was shown (RFC 8176). */
export const MFA = "mfa";

/**
 * Whether a sign-in of this person for this app needs a second factor: by the app, by its user flow, or by a policy.
 * Without an app (the account page) only policies for every app count.
 */
export async function requiresMfa(store: Store, app: App | undefined, userId: string): Promise<boolean> {
  if (app?.requireMfa) return true;
  if (app && (await userFlowOf(store, app)).mfaRequired) return true;
  const { directory } = store;
  const policies = (await directory.listPolicies()).filter(
    (policy) =>
      policy.enabled &&
      (policy.clientIds === null || (app !== undefined && policy.clientIds.includes(app.clientId))) &&
      !policy.excludedUserIds.includes(userId),
  );
  if (policies.length === 0) return false;
  const groups = new Set(await directory.groupsOf(userId));
  return policies.some(({ groupIds }) => groupIds === null || groupIds.some((id) => groups.has(id)));
}
