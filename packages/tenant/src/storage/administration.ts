import type { User } from "../directory/entities.ts";
import type { AccessSettings, CustomAttribute, Group, Policy, UserFlow } from "../directory/user-flow.ts";
import type { AuditRecord } from "./audit.ts";

/** A group with what it has in Microsoft Graph besides. */
export interface ManagedGroup extends Group {
  /** What whoever made it finds it by again; unique. */
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
  /** By id, after that one. */
  page(after: string, limit: number): Promise<User[]>;
  count(): Promise<number>;
  administrators(): Promise<User[]>;
}

export interface GroupReader {
  list(): Promise<ManagedGroup[]>;
  find(key: { id: string } | { uniqueName: string }): Promise<ManagedGroup | undefined>;
  /** People only, by id. */
  members(id: string): Promise<User[]>;
}

export interface AttributeReader {
  listAttributes(): Promise<CustomAttribute[]>;
}

/**
 * Accounts, groups, user flows and policies, as administrators change them. A `change` is given what stands, under a
 * lock, and returns what is to stand: of two at once each sees what the other left. It may be called again and has no
 * effect of its own; what it throws is thrown, and nothing has changed. Ids and times of making stay as they are.
 */
export interface AdministrationStore extends AdministrationReader {
  readonly users: ManagedUsers;
  readonly groups: ManagedGroups;
  readonly flows: ManagedFlows;
  readonly policies: ManagedPolicies;
}

export interface ManagedUsers extends UserReader {
  /** False when the email is taken. `acceptedTerms`: those that the person accepted at sign-up (`termsKey`). */
  insert(user: User, audit: AuditRecord, acceptedTerms?: string | null): Promise<boolean>;
  /**
   * Name, attributes, whether disabled and whether administrator; undefined when there is no such user. Disabling revokes the families, ends
   * sessions and walks and the codes mailed to the person, in the same transaction. Enabling again revives none of it, nor
   * an approval or code that was not yet redeemed.
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
  /** Everything of the person goes: sessions, sign-ins (revoked), approvals and codes, factors, consents, memberships, assignments. */
  delete(
    id: string,
    now: number,
    audit: AuditRecord,
    options?: {
      last?: LastAdministrator;
      /** Given what stands, under a lock; what it throws is thrown, and nothing has changed. */
      check?: (before: User) => void;
    },
  ): Promise<boolean | "last_administrator">;
  /** Ends sessions and walks, revokes the families, withdraws approvals and codes that nobody has redeemed yet. */
  endSignIns(id: string, now: number, audit: AuditRecord): Promise<boolean>;
  /**
   * Counts from the answer on: whoever lost the right gets no administrative scope any more (`redeem`, `rotate`), and a
   * token that has one is refused by Graph.
   */
  setAdministrator(
    id: string,
    administrator: boolean,
    audit: AuditRecord,
    last?: LastAdministrator,
  ): Promise<"set" | "same" | "unknown" | "last_administrator">;
}

/**
 * Whether the last account that is an administrator and enabled may stop being so. `kept`: it may not, and nothing
 * changes. Left out: it may.
 */
export type LastAdministrator = "kept" | "free";

export interface ManagedGroups extends GroupReader {
  /** False when the unique name is taken. */
  insert(group: ManagedGroup, audit: AuditRecord): Promise<boolean>;
  change(
    id: string,
    change: (before: ManagedGroup) => ManagedGroup,
    audit: AuditRecord,
  ): Promise<"changed" | "unknown">;
  /** Its members, assignments and roles go with it. */
  delete(id: string, audit: AuditRecord): Promise<boolean>;
  addMember(
    groupId: string,
    userId: string,
    audit: AuditRecord,
  ): Promise<"added" | "exists" | "unknown_group" | "unknown_user">;
  removeMember(groupId: string, userId: string, audit: AuditRecord): Promise<boolean>;
}

/** `attribute`: it asks for a custom attribute that there is not. */
export type FlowOutcome = "done" | "name_taken" | "attribute" | "unknown";

export interface ManagedFlows extends AttributeReader {
  insert(flow: UserFlow, apps: string[], audit: AuditRecord): Promise<FlowOutcome | AppLink>;
  change(id: string, change: (before: UserFlow) => UserFlow, audit: AuditRecord): Promise<FlowOutcome>;
  /**
   * The one with its id changed to this, or a new one, with those of these attributes that there are not yet. The
   * records of what was done are written.
   */
  put(
    flow: UserFlow,
    attributes: CustomAttribute[],
    audit: { created: AuditRecord; changed: AuditRecord; attribute(added: CustomAttribute): AuditRecord },
  ): Promise<Exclude<FlowOutcome, "unknown">>;
  /** Refused while apps or the account page use it, with their names: they would fall back to the default flow. */
  delete(id: string, audit: AuditRecord): Promise<"deleted" | "unknown" | { usedBy: string[] }>;
  /** What is left out stays. `unknown`: there is no such user flow, and nothing changes. */
  changeSettings(changes: Partial<AccessSettings>, audit: AuditRecord): Promise<"done" | "unknown">;
  link(id: string, clientId: string, audit: AuditRecord): Promise<"done" | "unknown" | AppLink>;
  /** False when the app does not use this flow. */
  unlink(id: string, clientId: string, audit: AuditRecord): Promise<boolean>;

  /** False when there is one with this id. */
  insertAttribute(attribute: CustomAttribute, audit: AuditRecord): Promise<boolean>;
  changeAttribute(id: string, description: string | null, audit: AuditRecord): Promise<boolean>;
  deleteAttribute(id: string, audit: AuditRecord): Promise<"deleted" | "unknown" | "in_use">;
}

/** Why an app cannot be given a user flow: it uses that one, or another; there is no such app, or it has no service principal. */
export type AppLink = "app_linked" | "app_elsewhere" | "app_unknown";

/** What a policy names and the tenant does not have: it would protect nothing, and nobody would see it. */
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
  /** The one with its id changed to this, or a new one; the record of what was done is written. */
  put(policy: Policy, audit: { created: AuditRecord; changed: AuditRecord }): Promise<"done" | UnknownMention>;
  delete(id: string, audit: AuditRecord): Promise<boolean>;
}
