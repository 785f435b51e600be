import { randomUUID } from "node:crypto";
import type { ManagedGroup } from "../storage/store.ts";
import { type Actor, type AdminStore, auditRecord } from "./admin-context.ts";

type GroupInput = Pick<ManagedGroup, "name"> & Partial<Omit<ManagedGroup, "id" | "name" | "createdAt">>;

/** Groups of people: each operation changes and records it in one transaction. */
export function groups({ store, clock }: AdminStore, by: Actor) {
  const { groups } = store.administration;
  const record = (event: string, group_id: string, detail: Record<string, string> = {}) =>
    auditRecord(by, clock.now(), `group.${event}`, { group_id, ...detail });

  return {
    async add(input: GroupInput): Promise<ManagedGroup | "name_taken"> {
      const { name, uniqueName = null, description = null, mailNickname = null } = input;
      const createdAt = clock.now();
      const group = { id: randomUUID(), name, uniqueName, description, mailNickname, createdAt };
      return (await groups.insert(group, record("created", group.id, { name }))) ? group : "name_taken";
    },

    /** `changed`: names of what changes, for the audit log. */
    change: (id: string, change: (before: ManagedGroup) => ManagedGroup, changed: string) =>
      groups.change(id, change, record("changed", id, { changed })),

    /** Its members lose what it gave them. False when there is no such group. */
    remove: ({ id, name }: Pick<ManagedGroup, "id" | "name">) => groups.delete(id, record("deleted", id, { name })),

    addMember: (id: string, userId: string) =>
      groups.addMember(id, userId, record("member_added", id, { member_id: userId })),

    /** False when the person is no member. */
    removeMember: (id: string, userId: string) =>
      groups.removeMember(id, userId, record("member_removed", id, { member_id: userId })),
  };
}
