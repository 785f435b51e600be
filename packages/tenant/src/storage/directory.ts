import type { ConsentFacts, StoredFacts } from "../directory/access-rules.ts";
import type { Api, App, Consent, User } from "../directory/entities.ts";
import type { Group, Policy, UserFlow } from "../directory/user-flow.ts";
import type { AuditRecord } from "./audit.ts";

/** What a tenant consists of, for those who only read it. Changes: `AdministrationStore`, `RegistrationStore`, `PermissionStore`. */
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

  /** What holds for this user and app: the administrator's and the user's own consents, of every resource. */
  consentsFor(clientId: string, userId: string): Promise<Consent[]>;
  /**
   * Values of the app roles assigned to this user, or to a group of theirs, or to this app's service principal, for that
   * API; for `GRAPH_RESOURCE_ID` the application permissions, which are named as the administrative scopes.
   */
  rolesFor(apiClientId: string, principalId: string): Promise<string[]>;

  findUserFlow(id: string): Promise<UserFlow | undefined>;
  listUserFlows(): Promise<UserFlow[]>;
  listPolicies(): Promise<Policy[]>;

  listGroups(): Promise<Group[]>;
  /** Ids of the groups of one person. */
  groupsOf(userId: string): Promise<string[]>;
  assignmentsOf(clientId: string): Promise<string[]>;
}

export interface DirectoryStore extends DirectoryReader {
  /** Sets it only when it is not set yet; returns what stands. */
  settingOnce(name: string, value: string): Promise<string>;
  changeSettings(values: Readonly<Record<string, string>>, audit: AuditRecord): Promise<void>;
}

/** What the access rule (directory/access-rules.ts) decides on, loaded by one call. */
export interface AccessStore {
  /**
   * Reads only. Transactions that approve or issue load the same facts on their own connection, with row locks, and
   * decide again.
   *
   * @param of.clientId null: no app, as on the account page
   * @param of.resourceId an API's client ID, or `GRAPH_RESOURCE_ID`
   */
  facts(of: { clientId: string | null; userId: string; resourceId: string }): Promise<StoredFacts>;
  /** The same, and what a consent page says beside. Reads only. */
  consentFacts(of: { clientId: string | null; userId: string; resourceId: string }): Promise<ConsentFacts>;
}
