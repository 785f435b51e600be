import type { Api, App, Consent, User } from "../directory/entities.ts";
import type { Group, Policy, UserFlow } from "../directory/user-flow.ts";

export interface DirectoryStore {
  /** The tenant's own settings (`tenant_id`, `name`, `domain`, `color` …). */
  setting(name: string): Promise<string | undefined>;
  /** Sets it only when it is not set yet; returns what stands. */
  settingOnce(name: string, value: string): Promise<string>;
  putSetting(name: string, value: string): Promise<void>;

  findUser(id: string): Promise<User | undefined>;
  findUserByEmail(emailNormalized: string): Promise<User | undefined>;
  listUsers(): Promise<User[]>;
  /** False when the email is taken. */
  insertUser(user: User): Promise<boolean>;
  /**
   * Disabling revokes the user's families, ends their sessions and walks and the codes mailed to them, in the same
   * transaction. Enabling again revives none of it, nor an approval or code that was not yet redeemed.
   */
  setUserDisabled(id: string, disabledAt: number | null, now: number): Promise<boolean>;
  /**
   * Counts from the answer on: whoever lost the right gets no administrative scope any more (`redeem`, `rotate`), and a
   * token that has one is refused by Graph. False when there is no such user.
   */
  setUserAdministrator(id: string, administrator: boolean): Promise<boolean>;

  findApp(clientId: string): Promise<App | undefined>;
  listApps(): Promise<App[]>;
  /** Insert or replace by clientId; refuses (false) a client ID that belongs to an API. */
  putApp(app: App): Promise<boolean>;
  /** False when there is an app or an API with its client ID: that stays as it is. */
  insertApp(app: App): Promise<boolean>;
  /** Deletes the app, its consents, certificates and roles; revokes its families, withdraws approvals and codes not yet redeemed. */
  deleteApp(clientId: string, now: number): Promise<boolean>;

  findApi(clientId: string): Promise<Api | undefined>;
  findApiByIdentifierUri(identifierUri: string): Promise<Api | undefined>;
  listApis(): Promise<Api[]>;
  /** Insert or replace with its scopes and roles; refuses (false) a client ID that belongs to an app, or a taken identifier URI. */
  putApi(api: Api): Promise<boolean>;

  /** What holds for this user and app: the administrator's and the user's own consents, of every resource. */
  consentsFor(clientId: string, userId: string): Promise<Consent[]>;
  /** Adds scopes to what is remembered (set union, one statement or transaction). */
  addConsent(consent: Consent): Promise<void>;
  removeConsent(clientId: string, userId: string | null, resourceId: string): Promise<void>;
  /**
   * Values of the app roles assigned to this user, or to a group of theirs, or to this app's service principal, for that
   * API; for `GRAPH_RESOURCE_ID` the application permissions, which are named as the administrative scopes.
   */
  rolesFor(apiClientId: string, principalId: string): Promise<string[]>;
  /** `principalId`: a user's id, a group's, or an app's service principal's. */
  assignRole(apiClientId: string, roleValue: string, principalId: string): Promise<void>;
  /** Takes all roles of that API from this principal; those through a group stay. */
  unassignRoles(apiClientId: string, principalId: string): Promise<void>;

  findUserFlow(id: string): Promise<UserFlow | undefined>;
  listUserFlows(): Promise<UserFlow[]>;
  /** Insert or replace by id; false when the name is another flow's. */
  putUserFlow(flow: UserFlow): Promise<boolean>;
  /** Its apps fall back to the default flow. */
  deleteUserFlow(id: string): Promise<boolean>;
  listPolicies(): Promise<Policy[]>;
  putPolicy(policy: Policy): Promise<void>;
  deletePolicy(id: string): Promise<boolean>;

  listGroups(): Promise<Group[]>;
  putGroup(group: Group): Promise<void>;
  /** Its members, assignments and roles go with it. */
  deleteGroup(id: string): Promise<boolean>;
  /** False when there is no such group. */
  addGroupMember(groupId: string, userId: string): Promise<boolean>;
  removeGroupMember(groupId: string, userId: string): Promise<void>;
  /** Ids of the groups of one person. */
  groupsOf(userId: string): Promise<string[]>;
  /** Lets a person or a group use an app that requires assignment. */
  assign(clientId: string, principalId: string): Promise<void>;
  unassign(clientId: string, principalId: string): Promise<void>;
  assignmentsOf(clientId: string): Promise<string[]>;
}
