import type { Group } from "@microsoft/microsoft-graph-types";
import type { GroupEntry, UserEntry } from "../file/model.ts";
import type { Graph } from "../graph/graph.ts";
import { allGroups, allUsers, GLOBAL_ADMINISTRATOR, listMembers, roleAssignmentsOf } from "../graph/people.ts";
import { parseDescription } from "../plan/ownership-tags.ts";
import { compareText, Keys, sorted } from "./keys.ts";

/** Names of groups and people in the file, by their IDs in this tenant. */
export interface People {
  target: Graph["target"];
  groups: Map<string, { key: string; group: Group; members: string[] }>;
  /** The embedded tenant only. */
  users: Map<string, { email: string; name: string; administrator: boolean }>;
}

export async function readPeople(graph: Graph, notes: Set<string>): Promise<People> {
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
  if (graph.target === "doorcode") await readUsers(graph, people, notes);
  return people;
}

async function readUsers(graph: Graph, people: People, notes: Set<string>): Promise<void> {
  for (const user of await graph.list(allUsers())) {
    const email =
      user.identities?.find(({ signInType }) => signInType === "emailAddress")?.issuerAssignedId ?? user.mail;
    if (!user.id || !email) continue;
    const roles = await graph.list(roleAssignmentsOf(user.id));
    const administrator = roles.some(({ roleDefinitionId }) => roleDefinitionId === GLOBAL_ADMINISTRATOR);
    people.users.set(user.id, { email, name: user.displayName ?? "", administrator });
  }
  if (people.users.size > 0)
    notes.add(
      `The file lists ${people.users.size === 1 ? "one user" : `${people.users.size} users`} without password, second factor and sign-up answers. When you apply the file, they get random passwords unless you add \`passwordFrom\`.`,
    );
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
