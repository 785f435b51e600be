import type { Group, User } from "@microsoft/microsoft-graph-types";
import type { GroupEntry, UserEntry } from "../file/model.ts";
import type { Graph } from "../graph/graph.ts";
import {
  administratorAssignments,
  allGroups,
  allUsers,
  GLOBAL_ADMINISTRATOR,
  listMembers,
  roleAssignmentsOf,
  usersByEmail,
} from "../graph/people.ts";
import { parseDescription } from "../plan/ownership-tags.ts";
import { compareText, Keys, sorted } from "./keys.ts";

/** Names of groups and people in the file, by their IDs in this tenant. */
export interface People {
  target: Graph["target"];
  groups: Map<string, { key: string; group: Group; members: string[] }>;
  /** The embedded tenant only. */
  users: Map<string, { email: string; name: string; administrator: boolean }>;
}

/** `users`: also all users, of whom there can be many. */
export async function readPeople(graph: Graph, notes: Set<string>, { users = true } = {}): Promise<People> {
  const people: People = { target: graph.target, groups: new Map(), users: new Map() };
  const keys = new Keys();
  const all = await graph.list(allGroups());
  all.sort((one, other) =>
    compareText(one.uniqueName ?? one.displayName ?? "", other.uniqueName ?? other.displayName ?? ""),
  );
  for (const group of all) {
    if (!group.id) continue;
    if (group.groupTypes?.includes("Unified") || group.securityEnabled === false) {
      notes.add(`The group "${group.displayName}" is not a security group and is omitted.`);
      continue;
    }
    if (group.groupTypes?.includes("DynamicMembership"))
      notes.add(`The members of the group "${group.displayName}" come from a rule, which the file cannot express.`);
    const key = keys.take(group.uniqueName ?? parseDescription(group.description).key, group.displayName);
    const members = await graph.list(listMembers(group.id));
    people.groups.set(group.id, { key, group, members: members.flatMap(({ id }) => (id ? [id] : [])) });
  }
  if (users) await readUsers(graph, people, notes);
  return people;
}

/** Adds all users. Only the embedded tenant's. */
export async function readUsers(graph: Graph, people: People, notes: Set<string>): Promise<void> {
  if (graph.target !== "doorcode") return;
  const assignments = await graph.list(administratorAssignments());
  addUsers(people, await graph.list(allUsers()), new Set(assignments.map(({ principalId }) => principalId)));
  if (people.users.size > 0)
    notes.add(
      `The file lists ${people.users.size === 1 ? "one user" : `${people.users.size} users`} without password, second factor and sign-up answers. When you apply the file, they get random passwords unless you add \`passwordFrom\`.`,
    );
}

/** The user with this email address, and no one else. */
export async function readUser(graph: Graph, email: string, issuer: string): Promise<People> {
  const people: People = { target: graph.target, groups: new Map(), users: new Map() };
  const found = await graph.list(usersByEmail(email, issuer));
  const roles = await Promise.all(found.map(({ id }) => graph.list(roleAssignmentsOf(id ?? ""))));
  const isAdministrator = roles.flat().filter(({ roleDefinitionId }) => roleDefinitionId === GLOBAL_ADMINISTRATOR);
  addUsers(people, found, new Set(isAdministrator.map(({ principalId }) => principalId)));
  return people;
}

function addUsers(people: People, users: User[], administrators: ReadonlySet<string | null | undefined>): void {
  for (const { id, identities, mail, displayName } of users) {
    const email = identities?.find(({ signInType }) => signInType === "emailAddress")?.issuerAssignedId ?? mail;
    if (!id || !email) continue;
    people.users.set(id, { email, name: displayName ?? "", administrator: administrators.has(id) });
  }
}

export function exportUsers(people: People): Record<string, UserEntry> {
  return sorted(
    [...people.users.values()].map(({ email, name, administrator }) => [
      email,
      { name, administrator, passwordFrom: undefined },
    ]),
  );
}

export function exportGroups(people: People, notes: Set<string>): Record<string, GroupEntry> {
  return sorted(
    [...people.groups.values()].map(({ key, group, members }) => {
      const named = members.flatMap((id) => people.users.get(id)?.email ?? []).sort(compareText);
      if (named.length < members.length)
        notes.add(`The file omits ${members.length - named.length} of the members of the group "${key}".`);
      const { text } = parseDescription(group.description);
      return [key, { displayName: group.displayName ?? key, description: text, members: named }];
    }),
  );
}

/** The file's name for the holder of a role; undefined if the file cannot name them. */
export function principalName(people: People, principalId: string): string | undefined {
  return people.groups.get(principalId)?.key ?? people.users.get(principalId)?.email;
}
