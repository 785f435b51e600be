import { randomUUID } from "node:crypto";
import type { User } from "../directory/entities.ts";
import { cleanDisplayName, isEmailAddress, MAX_DISPLAY_NAME, newUser } from "../directory/identity.ts";
import { checkPassword, hashPassword, type PasswordProblem } from "../directory/password.ts";
import type { LastAdministrator, ManagedGroup } from "../storage/store.ts";
import { type Actor, type AdminContext, type AdminStore, auditRecord } from "./admin-context.ts";

/** A person whose account is to be created. */
export interface NewAccount {
  email: string;
  /** What is before the @ of the address unless set. */
  displayName?: string | undefined;
  /** In plain text; left out: the person signs in by a mailed code. */
  password?: string | undefined;
  attributes?: User["attributes"];
  /** May use the administrative scopes of Graph. */
  administrator?: boolean;
  disabled?: boolean;
}

export type AccountProblem = "email_invalid" | "name_invalid" | "taken" | PasswordProblem;

/** What accounts are changed with. */
export type PeopleContext = Pick<AdminContext, "store" | "clock"> & { config: Pick<AdminContext["config"], "name"> };

/** Accounts: each operation checks, changes and records it in one transaction. */
export function people(ctx: PeopleContext, by: Actor) {
  const { users } = ctx.store.administration;
  const record = (event: string, user_id: string, detail: Record<string, string> = {}, at = ctx.clock.now()) =>
    auditRecord(by, at, event, { user_id, ...detail }, { userId: user_id });
  // The operator can make another one at any time (`tenant recover-administrator`); nobody who calls Graph could.
  const last: LastAdministrator = by.actor === "operator" ? "free" : "kept";

  return {
    /** The password is hashed before the address is known to be free: who asks may know which addresses there are. */
    async add(account: NewAccount): Promise<User | AccountProblem> {
      const email = account.email.trim();
      if (!isEmailAddress(email)) return "email_invalid";
      const displayName = cleanDisplayName(account.displayName ?? email.slice(0, email.indexOf("@")));
      if (displayName === "" || [...displayName].length > MAX_DISPLAY_NAME) return "name_invalid";
      const { password, attributes = {}, administrator = false } = account;
      const weak =
        password === undefined ? null : await checkPassword(password, { email, tenantName: ctx.config.name });
      if (weak) return weak;
      const passwordHash =
        password === undefined
          ? null
          : await hashPassword(password, by.caller ? `graph:${by.caller.userId ?? by.caller.clientId}` : undefined);
      const now = ctx.clock.now();
      const disabledAt = account.disabled ? now : null;
      const user = newUser({ email, displayName, passwordHash, attributes, administrator, disabledAt }, now);
      const event = administrator ? "user.made_administrator" : "user.created";
      return (await users.insert(user, record(event, user.id, {}, now))) ? user : "taken";
    },

    /**
     * `change` is given the account as it is, and may be called again; what it leaves out stays. Disabling ends every
     * sign-in of the person. Only the operator disables, removes or demotes the last administrator who is enabled.
     *
     * @param changed names of what changes, for the audit log
     */
    change(
      id: string,
      change: (before: User) => Partial<Pick<User, "displayName" | "attributes"> & { disabled: boolean }>,
      changed: string,
    ): Promise<User | undefined | "last_administrator"> {
      const now = ctx.clock.now();
      const apply = (before: User) => {
        const { disabled, displayName = before.displayName, attributes = before.attributes } = change(before);
        const disabledAt = disabled === undefined ? before.disabledAt : disabled ? (before.disabledAt ?? now) : null;
        return { displayName, attributes, disabledAt };
      };
      return users.change(id, apply, now, record("user.changed", id, { changed }, now), last);
    },

    /** False when there is no such account. `check` is given the account as it is, and throws what speaks against it. */
    remove: (id: string, check?: (before: User) => void) =>
      users.delete(id, ctx.clock.now(), record("user.deleted", id), { last, ...(check && { check }) }),

    /** Ends every sign-in, and what was approved and not yet redeemed. False when there is no such account. */
    endSignIns: (id: string) => users.endSignIns(id, ctx.clock.now(), record("user.sign_ins_ended", id)),

    setAdministrator: (id: string, administrator: boolean) =>
      users.setAdministrator(
        id,
        administrator,
        record(administrator ? "administrator.added" : "administrator.removed", id),
        last,
      ),

    /** The account enabled and an administrator; undefined when there is no such account. */
    recover(id: string): Promise<User | undefined> {
      const now = ctx.clock.now();
      const apply = (before: User) => ({ ...before, administrator: true, disabledAt: null });
      const audit = record("administrator.recovered", id, {}, now);
      return users.change(id, apply, now, audit, "free") as Promise<User | undefined>;
    },
  };
}

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
