import { randomUUID } from "node:crypto";
import { TAKE_BACK_MS } from "../directory/account-rules.ts";
import { normalizeEmail, type User } from "../directory/entities.ts";
import { cleanDisplayName, isEmailAddress, MAX_DISPLAY_NAME, newUser } from "../directory/identity.ts";
import { checkPassword, hashPassword, type PasswordProblem } from "../directory/password.ts";
import { passwordLimitOf } from "../kernel/password-limit.ts";
import { emailReplacedMail } from "../mail/account-mails.ts";
import type { AuditEvent, EventOf } from "../storage/audit-events.ts";
import type { LastAdministrator, ManagedGroup, UserEdit, UserEdited } from "../storage/store.ts";
import { type Actor, type AdminStore, auditRecord, type OperatorContext } from "./admin-context.ts";

/** A user to add. */
export interface NewAccount {
  /** The email address, which must be unique in the tenant. */
  email: string;
  /** Default: the part of the address before the @. */
  displayName?: string | undefined;
  /** The password in plain text. Without it, the user sets one with a reset by mail, or signs in without a password. */
  password?: string | undefined;
  /** Answers to the questions of sign-up, by attribute ID. */
  attributes?: User["attributes"];
  /** Whether the user may use the administrative scopes of Graph. Default: false. */
  administrator?: boolean;
  /** Whether the account is disabled. Default: false. */
  disabled?: boolean;
}

export type AccountProblem = "email_invalid" | "name_invalid" | "taken" | PasswordProblem;

/** What an administrator changes about a user. */
export interface AccountEdit {
  /** What the change was decided on: if it has changed since, nothing is changed. */
  shown: UserEdit["shown"];
  /** Default: as it is. */
  displayName?: string | undefined;
  /** Default: as it is. */
  email?: string | undefined;
  /** Whether links in mails that were sent until now stop working. Default: false. */
  voidLinks?: boolean | undefined;
}

/** `same`: nothing would change. */
export type AccountEdited = UserEdited | { outcome: "same" } | { outcome: "email_invalid" | "name_invalid" };

/** What changes of accounts need. */
export type PeopleContext = Pick<OperatorContext, "store" | "clock" | "mail" | "branding"> & {
  config: Pick<OperatorContext["config"], "name">;
};

/** Accounts. Each operation checks, changes and records in one transaction. */
export function people(ctx: PeopleContext, by: Actor) {
  const { users } = ctx.store.administration;
  const record = (event: AuditEvent, user_id: string, detail: Record<string, string> = {}, at = ctx.clock.now()) =>
    auditRecord(by, at, event, { user_id, ...detail }, { userId: user_id });
  // True for the operator, who can create another administrator at any time (`tenant recover-administrator`). A Graph
  // caller could not.
  const last: LastAdministrator = by.actor === "operator" ? "free" : "kept";

  return {
    /**
     * The password is hashed before the address is checked, so timing reveals nothing. The caller may see which
     * addresses exist.
     *
     * @param also audit events besides `user.created`
     */
    async add(account: NewAccount, also: readonly AuditEvent[] = []): Promise<User | AccountProblem> {
      const email = account.email.trim();
      if (!isEmailAddress(email)) return "email_invalid";
      const displayName = cleanDisplayName(account.displayName ?? email.slice(0, email.indexOf("@")));
      if (!isDisplayName(displayName)) return "name_invalid";
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
      const events: AuditEvent[] = [
        "user.created",
        ...(administrator ? (["user.made_administrator"] as const) : []),
        ...also,
      ];
      const audit = events.map((event) => record(event, user.id, {}, now));
      return (await users.insert(user, audit)) ? user : "taken";
    },

    /**
     * `change` receives the current account, and may be called more than once. Omitted members stay unchanged.
     * Disabling ends every sign-in of the user. Only the operator can disable, delete or demote the last enabled
     * administrator.
     *
     * @param changed names of the changed properties, for the audit log
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

    /**
     * Changes name and address, and voids links, in one transaction. The address that the account loses gets a mail. An
     * address that an administrator gives is not verified, and its reader cannot take it back.
     */
    async edit(id: string, { shown, displayName, email, voidLinks = false }: AccountEdit): Promise<AccountEdited> {
      const address = email?.trim() ?? shown.email;
      if (address !== shown.email && !isEmailAddress(address)) return { outcome: "email_invalid" };
      const name = displayName === undefined ? shown.displayName : cleanDisplayName(displayName);
      if (name !== shown.displayName && !isDisplayName(name)) return { outcome: "name_invalid" };
      const [isRenamed, isMoved] = [name !== shown.displayName, address !== shown.email];
      if (!isRenamed && !isMoved && !voidLinks) return { outcome: "same" };
      const now = ctx.clock.now();
      const expiresAt = now + TAKE_BACK_MS;
      const user = isMoved ? await ctx.store.directory.findUser(id) : undefined;
      // To upper or lower case only: its reader is the same.
      const displaced = user && normalizeEmail(address) !== user.emailNormalized ? user : undefined;
      const mail =
        displaced &&
        (await ctx.mail.prepare(emailReplacedMail(ctx, { user: { ...displaced, email: shown.email }, at: now }), {
          expiresAt,
        }));
      const edited = await users.edit(
        id,
        { shown, displayName: name, address: isMoved ? { email: address, mail: mail ?? null } : null, voidLinks },
        now,
        [
          ...(isRenamed ? [record("user.changed", id, { changed: "displayName" }, now)] : []),
          ...(isMoved ? [record("user.email_changed", id, {}, now)] : []),
          ...(voidLinks ? [record("user.links_voided", id, {}, now)] : []),
        ],
      );
      if (edited.outcome === "done" && mail) ctx.mail.stored(mail);
      return edited;
    },

    /**
     * The password stops working and every sign-in ends; the user chooses another one by mail. False if the account has
     * none. Undefined if it does not exist.
     */
    voidPassword: (id: string) => users.voidPassword(id, ctx.clock.now(), record("user.password_voided", id)),

    /**
     * Passwords are accepted again at once, after too many wrong ones for the account's address. False if they are not
     * refused. Undefined if the account does not exist.
     */
    liftPasswordLimit: (id: string) =>
      users.liftLimit(id, passwordLimitOf, ctx.clock.now(), record("user.password_limit_lifted", id)),

    /**
     * False if the account does not exist. `check` receives the current account, and throws to prevent the deletion.
     */
    remove: (id: string, check?: (before: User) => void) =>
      users.delete(id, ctx.clock.now(), record("user.deleted", id), { last, ...(check && { check }) }),

    /**
     * Ends every sign-in, and what was approved but not yet redeemed. Returns how many programs were signed in, or
     * undefined if the account does not exist.
     */
    endSignIns: (id: string) => users.endSignIns(id, ctx.clock.now(), record("user.sign_ins_ended", id)),

    /** The same for every account. */
    endAllSignIns: () => {
      const now = ctx.clock.now();
      return users.endAllSignIns(now, auditRecord(by, now, "tenant.sign_ins_ended", {}));
    },

    /**
     * Removes authenticator app, recovery codes and passkeys, and ends every sign-in. Undefined if the account does not
     * exist.
     */
    resetFactors: (id: string) => users.resetFactors(id, ctx.clock.now(), record("user.factors_reset", id)),

    setAdministrator: (id: string, administrator: boolean) =>
      users.setAdministrator(
        id,
        administrator,
        record(administrator ? "administrator.added" : "administrator.removed", id),
        last,
      ),

    /** The account, enabled and an administrator. Undefined if it does not exist. */
    recover(id: string): Promise<User | undefined> {
      const now = ctx.clock.now();
      const apply = (before: User) => ({ ...before, administrator: true, disabledAt: null });
      const audit = record("administrator.recovered", id, {}, now);
      return users.change(id, apply, now, audit, "free") as Promise<User | undefined>;
    },
  };
}

const isDisplayName = (clean: string) => clean !== "" && [...clean].length <= MAX_DISPLAY_NAME;

type GroupInput = Pick<ManagedGroup, "name"> & Partial<Omit<ManagedGroup, "id" | "name" | "createdAt">>;

/** Groups of users. Each operation changes and records in one transaction. */
export function groups({ store, clock }: AdminStore, by: Actor) {
  const { groups } = store.administration;
  const record = (event: EventOf<"group">, group_id: string, detail: Record<string, string> = {}) =>
    auditRecord(by, clock.now(), `group.${event}`, { group_id, ...detail });
  const memberRecord = (event: "member_added" | "member_removed", group_id: string, userId: string) =>
    auditRecord(by, clock.now(), `group.${event}`, { group_id, member_id: userId }, { userId });

  return {
    async add(input: GroupInput): Promise<ManagedGroup | "name_taken"> {
      const { name, uniqueName = null, description = null, mailNickname = null } = input;
      const createdAt = clock.now();
      const group = { id: randomUUID(), name, uniqueName, description, mailNickname, createdAt };
      return (await groups.insert(group, record("created", group.id, { name }))) ? group : "name_taken";
    },

    /** `changed`: names of the changed properties, for the audit log. */
    change: (id: string, change: (before: ManagedGroup) => ManagedGroup, changed: string) =>
      groups.change(id, change, record("changed", id, { changed })),

    /** Its members lose what it gave them. False if the group does not exist. */
    remove: ({ id, name }: Pick<ManagedGroup, "id" | "name">) => groups.delete(id, record("deleted", id, { name })),

    addMember: (id: string, userId: string) => groups.addMember(id, userId, memberRecord("member_added", id, userId)),

    /** False if the user is not a member. */
    removeMember: (id: string, userId: string) =>
      groups.removeMember(id, userId, memberRecord("member_removed", id, userId)),
  };
}
