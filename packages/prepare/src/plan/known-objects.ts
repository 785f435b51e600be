import type { IdentityUserFlowAttribute } from "@microsoft/microsoft-graph-types";
import { GRAPH_APP_ID } from "../graph/applications.ts";
import type { ApplicationWithIds, Current } from "./current.ts";

/** Finds objects of the tenant by their names in the file; undefined while an object does not exist. */
export interface ObjectLookup {
  /** By the key of an app or API. */
  application(key: string): ApplicationWithIds | undefined;
  /** ID of an app's or API's service principal; Microsoft Graph's if no key is given. */
  principalId(key: string | undefined): string | undefined;
  groupId(key: string): string | undefined;
  userFlowId(key: string): string | undefined;
  /** By email address. */
  userId(email: string): string | undefined;
  /** Attributes that user flows can ask for, built-in and custom. */
  readonly attributes: readonly IdentityUserFlowAttribute[];
}

/**
 * What steps learn while they run: the objects that they create. Everything else is decided before the first step, by
 * comparing the file with `Current`, which never changes.
 *
 * A lookup starts with what was read. A step that creates an object adds it, so that later steps find its IDs: an app
 * needs those of its API's scopes, a policy those of its groups.
 */
export class KnownObjects implements ObjectLookup {
  readonly #applications: Map<string, ApplicationWithIds>;
  /** By appId. */
  readonly #principals: Map<string, string>;
  readonly #groups: Map<string, string>;
  readonly #users: Map<string, string>;
  readonly #userFlows: Map<string, string>;
  readonly #attributes: IdentityUserFlowAttribute[];

  constructor({ applications, servicePrincipals, groups, users, userFlows, attributes }: Current) {
    this.#applications = new Map([...applications].map(([key, { application }]) => [key, application]));
    this.#principals = idsOf(servicePrincipals);
    this.#groups = idsOf(groups);
    this.#users = idsOf(users);
    this.#userFlows = new Map(userFlows.flatMap(({ key, flow }) => (key === undefined ? [] : [[key, flow.id]])));
    this.#attributes = [...attributes];
  }

  application(key: string): ApplicationWithIds | undefined {
    return this.#applications.get(key);
  }

  principalId(key: string | undefined): string | undefined {
    const appId = key === undefined ? GRAPH_APP_ID : this.application(key)?.appId;
    return appId && this.#principals.get(appId);
  }

  groupId(key: string): string | undefined {
    return this.#groups.get(key);
  }

  userFlowId(key: string): string | undefined {
    return this.#userFlows.get(key);
  }

  userId(email: string): string | undefined {
    return this.#users.get(email);
  }

  get attributes(): readonly IdentityUserFlowAttribute[] {
    return this.#attributes;
  }

  addApplication(key: string, application: ApplicationWithIds): void {
    this.#applications.set(key, application);
  }

  addPrincipal(appId: string, id: string): void {
    this.#principals.set(appId, id);
  }

  addGroup(key: string, id: string): void {
    this.#groups.set(key, id);
  }

  addUserFlow(key: string, id: string): void {
    this.#userFlows.set(key, id);
  }

  addUser(email: string, id: string): void {
    this.#users.set(email, id);
  }

  addAttribute(attribute: IdentityUserFlowAttribute): void {
    this.#attributes.push(attribute);
  }
}

function idsOf(objects: ReadonlyMap<string, { id: string }>): Map<string, string> {
  return new Map([...objects].map(([name, { id }]) => [name, id]));
}
