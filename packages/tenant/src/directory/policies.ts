import type { Policy } from "./user-flow.ts";

/** The policies that count for this app, or for the account page, and do not leave this person out. */
export function policiesAbout(policies: Policy[], about: { clientId: string | undefined; userId: string }): Policy[] {
  const { clientId, userId } = about;
  return policies.filter(
    (policy) =>
      policy.enabled &&
      (policy.clientIds === null || (clientId !== undefined && policy.clientIds.includes(clientId))) &&
      !policy.excludedUserIds.includes(userId),
  );
}

/** Whether one of them names everybody, or a group of these. */
export function anyNames(policies: Policy[], groupIds: string[]): boolean {
  const groups = new Set(groupIds);
  return policies.some((policy) => policy.groupIds === null || policy.groupIds.some((id) => groups.has(id)));
}
