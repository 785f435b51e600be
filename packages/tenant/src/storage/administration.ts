import type { User } from "../directory/entities.ts";
import type { AccessSettings, CustomAttribute, Group, Policy, UserFlow } from "../directory/user-flow.ts";
import type { AuditRecord } from "./audit.ts";
import type { NewOutboxMail } from "./mail.ts";

/** A group with its additional properties in Microsoft Graph. */
export interface ManagedGroup extends Group {
  /** A name by which its creator can find it again. Unique. */
  uniqueName: string | null;
  description: string | null;
  mailNickname: string | null;
}

/** Accounts, groups and attributes, as administrators see them. */
export interface AdministrationReader {
  readonly users: UserReader;
  readonly groups: GroupReader;
  readonly flows: AttributeReader;
}

export interface UserReader {
  /** Sorted by ID, starting after that one. */
  page(after: string, limit: number): Promise<User[]>;
  /** Those whose email address or display name contains the text, sorted by email address, after that one. */
  search(of: { text: string; after: string; limit: number }): Promise<User[]>;
  /** Sorted by email address. Cheap with any number of users. */
  list(of: UserQuery): Promise<User[]>;
  count(): Promise<number>;
  administrators(): Promise<User[]>;
}

/** Which users to list. */
export interface UserQuery {
  /** How the email address or the name begins, in upper or lower case. Empty: any. */
  prefix: string;
  only?: "disabled" | "administrators" | undefined;
  /** The normalized address that the previous page ended with. Empty: the first page. */
  after: string;
  limit: number;
}

export interface GroupReader {
  list(): Promise<ManagedGroup[]>;
  find(key: { id: string } | { uniqueName: string }): Promise<ManagedGroup | undefined>;
  /** Users only, sorted by ID. */
  members(id: string): Promise<User[]>;
}

export interface AttributeReader {
  listAttributes(): Promise<CustomAttribute[]>;
}

/**
 * Accounts, groups, user flows and policies, as administrators change them. A `change` callback receives the current
 * record under a lock and returns the new one, so concurrent changes see each other's results. It may be called more
 * than once and must have no side effects. If it throws, nothing changes and the error is rethrown. IDs and creation
 * times never change.
 */
export interface AdministrationStore extends AdministrationReader {
  readonly users: ManagedUsers;
  readonly groups: ManagedGroups;
  readonly flows: ManagedFlows;
  readonly policies: ManagedPolicies;
}

export interface ManagedUsers extends UserReader {
  /** False if the email is taken. `acceptedTerms`: the terms that the user accepted at sign-up (`termsKey`). */
  insert(user: User, audit: AuditRecord | readonly AuditRecord[], acceptedTerms?: string | null): Promise<boolean>;
  /**
   * Changes name, attributes, and whether the user is disabled or an administrator. Undefined if the user does not
   * exist. Disabling also revokes the user's token families and ends their sessions, interactions and mailed codes, in
   * the same transaction. Enabling again restores none of these, nor any approval or code that was not redeemed.
   */
  change(
    id: string,
    change: (
      before: User,
    ) => Pick<User, "displayName" | "attributes" | "disabledAt"> & Partial<Pick<User, "administrator">>,
    now: number,
    audit: AuditRecord,
    last?: LastAdministrator,
  ): Promise<User | undefined | "last_administrator">;
  /**
   * Deletes everything of the user: sessions, sign-ins (revoked), approvals and codes, factors, consents, memberships,
   * assignments.
   */
  delete(
    id: string,
    now: number,
    audit: AuditRecord,
    options?: {
      last?: LastAdministrator;
      /**
       * The callback receives the current record under a lock. If it throws, nothing changes and the error is rethrown.
       */
      check?: (before: User) => void;
    },
  ): Promise<boolean | "last_administrator">;
  /**
   * Ends sessions and interactions, revokes the token families, and withdraws approvals and codes that have not been
   * redeemed. Returns how many families were live. Undefined if the user does not exist.
   */
  endSignIns(id: string, now: number, audit: AuditRecord): Promise<number | undefined>;
  /** The same for all users. */
  endAllSignIns(now: number, audit: AuditRecord): Promise<number>;
  /** Changes name and address, and voids links, in one transaction. Writes the audit records. */
  edit(id: string, edit: UserEdit, now: number, audit: readonly AuditRecord[]): Promise<UserEdited>;
  /**
   * The password stops working, so that only a reset by mail sets another one, and all sign-ins end as `endSignIns`. False
   * if the account has no password. Undefined if the user does not exist.
   */
  voidPassword(id: string, now: number, audit: AuditRecord): Promise<boolean | undefined>;
  /**
   * Forgets the attempts that a limit of this user counted, if it is used up. False if it is not. Undefined if the user
   * does not exist. `limitOf` receives the current record under a lock.
   */
  liftLimit(
    id: string,
    limitOf: (user: User) => { bucket: string; most: number },
    now: number,
    audit: AuditRecord,
  ): Promise<boolean | undefined>;
  /**
   * Removes authenticator app, recovery codes and passkeys, and ends all sign-ins as `endSignIns`. Adds what was removed
   * to the audit record.
   */
  resetFactors(id: string, now: number, audit: AuditRecord): Promise<RemovedFactors | undefined>;
  /**
   * Effective immediately: a user who lost the right gets no administrative scope any more (`redeem`, `rotate`), and
   * Graph refuses tokens that carry one.
   */
  setAdministrator(
    id: string,
    administrator: boolean,
    audit: AuditRecord,
    last?: LastAdministrator,
  ): Promise<"set" | "same" | "unknown" | "last_administrator">;
}

/** What an administrator changes about a user. */
export interface UserEdit {
  /** What the change was decided on. */
  shown: Pick<User, "email" | "displayName">;
  displayName: string;
  /**
   * The account gets this address, unverified, and the mail for the address that it loses is stored (null: it is the same
   * one, typed in another way). Its sign-ins stay; what was verified for either address before is void. If an open change of the address took this one from the account, the
   * changes since are void, as when its reader takes it back.
   */
  address: { email: string; mail: NewOutboxMail | null } | null;
  /** No link in a mail to this user works any more: no reader can take the account back, or report what a mail was about. */
  voidLinks: boolean;
}

export type UserEdited =
  | { outcome: "done"; user: User }
  /** Since it was shown, another change was made. Nothing changed. */
  | { outcome: "changed"; user: User }
  /** Another account has the address. Nothing changed. */
  | { outcome: "taken" }
  | { outcome: "unknown" };

/** What `resetFactors` removed. */
export interface RemovedFactors {
  /** Whether there was an authenticator app. */
  authenticatorApp: boolean;
  /** How many, used or not. */
  recoveryCodes: number;
  /** How many. */
  passkeys: number;
  /** Sign-ins of programs that were live. */
  signIns: number;
}

/**
 * Whether the last enabled administrator may be disabled, demoted or deleted. `kept`: no, and nothing changes. Default:
 * yes.
 */
export type LastAdministrator = "kept" | "free";

export interface ManagedGroups extends GroupReader {
  /** False if the unique name is taken. */
  insert(group: ManagedGroup, audit: AuditRecord): Promise<boolean>;
  change(
    id: string,
    change: (before: ManagedGroup) => ManagedGroup,
    audit: AuditRecord,
  ): Promise<"changed" | "unknown">;
  /** Its members, assignments and roles are deleted with it. */
  delete(id: string, audit: AuditRecord): Promise<boolean>;
  addMember(
    groupId: string,
    userId: string,
    audit: AuditRecord,
  ): Promise<"added" | "exists" | "unknown_group" | "unknown_user">;
  removeMember(groupId: string, userId: string, audit: AuditRecord): Promise<boolean>;
}

/** `attribute`: it asks for a custom attribute that does not exist. */
export type FlowOutcome = "done" | "name_taken" | "attribute" | "unknown";

export interface ManagedFlows extends AttributeReader {
  insert(flow: UserFlow, apps: string[], audit: AuditRecord): Promise<FlowOutcome | AppLink>;
  change(id: string, change: (before: UserFlow) => UserFlow, audit: AuditRecord): Promise<FlowOutcome>;
  /**
   * Replaces the user flow with this ID or creates it, and creates those of the given attributes that do not exist.
   * Writes the audit records.
   */
  put(
    flow: UserFlow,
    attributes: CustomAttribute[],
    audit: { created: AuditRecord; changed: AuditRecord; attribute(added: CustomAttribute): AuditRecord },
  ): Promise<Exclude<FlowOutcome, "unknown">>;
  /** Refused with their names while apps or the account page use it: they would fall back to the default flow. */
  delete(id: string, audit: AuditRecord): Promise<"deleted" | "unknown" | { usedBy: string[] }>;
  /** Omitted members stay unchanged. `unknown`: the user flow does not exist, and nothing changes. */
  changeSettings(changes: Partial<AccessSettings>, audit: AuditRecord): Promise<"done" | "unknown">;
  link(id: string, clientId: string, audit: AuditRecord): Promise<"done" | "unknown" | AppLink>;
  /** False if the app does not use this flow. */
  unlink(id: string, clientId: string, audit: AuditRecord): Promise<boolean>;

  /** False if an attribute with this ID exists. */
  insertAttribute(attribute: CustomAttribute, audit: AuditRecord): Promise<boolean>;
  changeAttribute(id: string, description: string | null, audit: AuditRecord): Promise<boolean>;
  deleteAttribute(id: string, audit: AuditRecord): Promise<"deleted" | "unknown" | "in_use">;
}

/**
 * Why a user flow cannot be assigned to an app: the app already uses this one or another one, does not exist, or has no
 * service principal.
 */
export type AppLink = "app_linked" | "app_elsewhere" | "app_unknown";

/** The policy names something that does not exist. It would protect nothing, and no one would notice. */
export interface UnknownMention {
  list: "clientIds" | "groupIds" | "excludedUserIds";
  id: string;
}

export interface ManagedPolicies {
  insert(policy: Policy, audit: AuditRecord): Promise<"inserted" | UnknownMention>;
  change(
    id: string,
    change: (before: Policy) => Policy,
    audit: AuditRecord,
  ): Promise<"changed" | "unknown" | UnknownMention>;
  /** Replaces the policy with this ID or creates it. Writes the audit record. */
  put(policy: Policy, audit: { created: AuditRecord; changed: AuditRecord }): Promise<"done" | UnknownMention>;
  delete(id: string, audit: AuditRecord): Promise<boolean>;
}
