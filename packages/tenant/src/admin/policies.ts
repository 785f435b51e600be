import type { Policy } from "../directory/user-flow.ts";
import { type Actor, type AdminStore, auditRecord } from "./admin-context.ts";

/** What a policy names and the tenant does not have. */
export interface UnknownMention {
  list: "clientIds" | "groupIds" | "excludedUserIds";
  id: string;
}

/** "No token without a second factor": each operation checks, changes and records it in one transaction. */
export function policies({ store, clock }: AdminStore, by: Actor) {
  const { policies } = store.administration;
  const record = (event: string, policy_id: string, detail: Record<string, string | boolean>) =>
    auditRecord(by, clock.now(), `policy.${event}`, { policy_id, ...detail });

  /** A policy that names what there is not would protect nothing, and nobody would see it. */
  async function unknownMention(
    named: Partial<Pick<Policy, UnknownMention["list"]>>,
  ): Promise<UnknownMention | undefined> {
    const { directory, administration } = store;
    const known = {
      clientIds: (id: string) => directory.findApp(id),
      groupIds: (id: string) => administration.groups.find({ id }),
      excludedUserIds: (id: string) => directory.findUser(id),
    };
    for (const list of ["clientIds", "groupIds", "excludedUserIds"] as const) {
      for (const id of named[list] ?? []) if (!(await known[list](id))) return { list, id };
    }
    return undefined;
  }

  return {
    unknownMention,

    async add(policy: Policy): Promise<"added" | UnknownMention> {
      const unknown = await unknownMention(policy);
      if (unknown) return unknown;
      const { id, name, enabled } = policy;
      await policies.insert(policy, record("created", id, { name, enabled }));
      return "added";
    },

    /** `change` returns what the policy is to be; `changed`: names of what changes, for the audit log. */
    change: (id: string, change: (before: Policy) => Policy, changed: string) =>
      policies.change(id, change, record("changed", id, { changed })),

    /** False when there is no such policy. */
    remove: ({ id, name }: Pick<Policy, "id" | "name">) => policies.delete(id, record("deleted", id, { name })),
  };
}
