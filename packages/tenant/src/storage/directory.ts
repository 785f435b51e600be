import type { ConsentFacts, StoredFacts } from "../directory/access-rules.ts";
import type { Api, App, Consent, User } from "../directory/entities.ts";
import type { Group, Policy, UserFlow } from "../directory/user-flow.ts";
import type { AuditRecord } from "./audit.ts";

/**
 * The contents of a tenant, read-only. For changes see `AdministrationStore`, `RegistrationStore`, `PermissionStore`.
 */
export interface DirectoryReader {
  /** The tenant's own settings (`tenant_id`, `name`, `domain`, `color` …). */
  setting(name: string): Promise<string | undefined>;
  findUser(id: string): Promise<User | undefined>;
  findUserByEmail(emailNormalized: string): Promise<User | undefined>;
  listUsers(): Promise<User[]>;

  findApp(clientId: string): Promise<App | undefined>;
  listApps(): Promise<App[]>;

  findApi(clientId: string): Promise<Api | undefined>;
  findApiByIdentifierUri(identifierUri: string): Promise<Api | undefined>;
  listApis(): Promise<Api[]>;

  /** All consents that apply to this user and app: the administrator's and the user's own, for every resource. */
  consentsFor(clientId: string, userId: string): Promise<Consent[]>;
  /**
   * Values of the app roles at that API that are assigned to this user, one of their groups, or this app's service
   * principal. For `GRAPH_RESOURCE_ID`: the application permissions, which have the names of the administrative scopes.
   */
  rolesFor(apiClientId: string, principalId: string): Promise<string[]>;

  findUserFlow(id: string): Promise<UserFlow | undefined>;
  listUserFlows(): Promise<UserFlow[]>;
  listPolicies(): Promise<Policy[]>;

  listGroups(): Promise<Group[]>;
  /** Group IDs of one user. */
  groupsOf(userId: string): Promise<string[]>;
  assignmentsOf(clientId: string): Promise<string[]>;
}

export interface DirectoryStore extends DirectoryReader {
  /** Sets the value only if it is not set yet. Returns the value in effect. */
  settingOnce(name: string, value: string): Promise<string>;
  /** Returns false, and changes nothing, if a setting is not what is `expected` (undefined: not set). */
  changeSettings(
    values: Readonly<Record<string, string>>,
    audit: AuditRecord,
    expected?: Readonly<Record<string, string | undefined>>,
  ): Promise<boolean>;
}

/** What each process keeps in memory of the store: settings, and signing keys. */
export interface SettingChanges {
  /** Calls back when a process changed them, or may have. Notifications can be lost, so read them regularly as well. */
  watch(changed: () => void): void;
}

/** The facts that the access rule (directory/access-rules.ts) decides on, loaded with one call. */
export interface AccessStore {
  /**
   * Read-only. Transactions that approve or issue load the same facts on their own connection, with row locks, and
   * decide again.
   *
   * @param of.clientId null: no app, as on the account page
   * @param of.resourceId an API's client ID, or `GRAPH_RESOURCE_ID`
   */
  facts(of: { clientId: string | null; userId: string; resourceId: string }): Promise<StoredFacts>;
  /** The same facts, and what else a consent page needs. Read-only. */
  consentFacts(of: { clientId: string | null; userId: string; resourceId: string }): Promise<ConsentFacts>;
}
