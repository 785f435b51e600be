import { randomBytes } from "node:crypto";
import {
  addMember,
  createUser,
  getGroup,
  groupBody,
  makeAdministrator,
  patchGroup,
  patchUser,
  removeMember,
  upsertGroup,
  withdrawAdministrator,
} from "../graph/people.ts";
import { PrepareError } from "../prepare-error.ts";
import { parseDescription, taggedDescription, tagOf } from "./ownership-tags.ts";
import { Changes, type CompareInput, missing, type PlannedStep, plannedStep } from "./planned-step.ts";

/** Security groups, without their members. */
export function compareGroups({ model, current }: CompareInput): PlannedStep[] {
  return Object.entries(model.groups).map(([key, { displayName, description }]) => {
    const group = current.groups.get(key);
    const changes = new Changes();
    const present = parseDescription(group?.description);
    const renamed = changes.text("display name", group?.displayName ?? "", displayName);
    // A group that is adopted keeps its description if the file has none.
    const wanted = group?.adopt && description === "" ? present.text : description;
    const described = changes.text("description", present.text, wanted);
    if (group?.adopt) changes.text("tag", undefined, tagOf(key));
    const exists = group !== undefined;
    return plannedStep({ kind: "group", name: key, exists, changes }, async ({ graph, known }) => {
      if (group) {
        const tag = group.adopt ? key : present.key;
        const text = tag === undefined ? wanted : taggedDescription(wanted, tag);
        const body = { ...(renamed && { displayName }), ...((described || group.adopt) && { description: text }) };
        await graph.send(patchGroup(group.id, body));
        return;
      }
      const body = groupBody({
        displayName,
        description: taggedDescription(description, key),
        mailNickname: nickname(key),
      });
      const made = await graph.send(upsertGroup(key, body));
      if (!made) graph.created(`uniqueName='${key}'`);
      const found = made ?? (await graph.send(getGroup(key)));
      if (!found?.id) throw new PrepareError("graph_misbehaved", `Graph returned the group ${key} without an ID.`);
      graph.created(found.id);
      known.addGroup(key, found.id);
    });
  });
}

/** Graph requires one for every group: at most 64 characters, here from a safe subset of ASCII. */
function nickname(key: string): string {
  return key.replace(/[^A-Za-z0-9._-]/g, "-").slice(0, 64);
}

/**
 * Members that the file lists are added. When pruning, other members are removed, except on Entra, where the file lists
 * no users.
 */
export function compareMembers({ model, current, lookup, target, prune }: CompareInput): PlannedStep[] {
  const emails = new Map([...current.users].map(([email, { id }]) => [id, email]));
  return Object.entries(model.groups).flatMap(([key, { members }]) => {
    const group = lookup.groupId(key);
    const present = (group && current.members.get(group)) || new Set<string>();
    const wanted = members.map((email) => lookup.userId(email) ?? "");
    const add = members.filter((_, index) => !present.has(wanted[index]!));
    const remove = prune && target === "doorcode" ? missing(present, wanted) : [];
    if (members.length === 0 && remove.length === 0) return [];
    const changes = new Changes();
    changes.added("members", add);
    changes.removed(
      "members",
      remove.map((id) => emails.get(id) ?? id),
    );
    const exists = present.size > 0;
    return plannedStep({ kind: "members", name: key, exists, changes }, async ({ graph, known }) => {
      const groupId = known.groupId(key) ?? "";
      for (const email of add) await graph.send(addMember(graph.base, groupId, known.userId(email) ?? ""));
      for (const id of remove) await graph.send(removeMember(groupId, id));
    });
  });
}

/** Test users of the embedded tenant. An existing user keeps the password, whatever the file says. */
export function compareUsers({ model, current, env }: CompareInput): PlannedStep[] {
  return Object.entries(model.users).map(([email, { name, passwordFrom }]) => {
    const user = current.users.get(email);
    const changes = new Changes();
    changes.text("name", user?.name, name);
    if (!user) changes.text("password", undefined, passwordFrom ? `from ${passwordFrom}` : "random");
    const exists = user !== undefined;
    return plannedStep({ kind: "user", name: email, exists, changes }, async ({ graph, known }) => {
      if (user) {
        await graph.send(patchUser(user.id, { displayName: name }));
        return;
      }
      const password = passwordFrom === undefined ? randomBytes(32).toString("base64url") : env[passwordFrom];
      if (!password) throw missingPassword(email, passwordFrom ?? "");
      const { defaultDomain } = current.tenant;
      const made = await graph.send(createUser({ email, name, issuer: defaultDomain, password }));
      if (!made?.id) throw new PrepareError("graph_misbehaved", `Graph returned the user ${email} without an ID.`);
      graph.created(made.id);
      known.addUser(email, made.id);
    });
  });
}

/**
 * Checks that every new user gets a password, before anything is changed.
 * @throws {PrepareError} `password_missing`
 */
export function checkPasswords({ model, current, env }: CompareInput): void {
  for (const [email, { passwordFrom }] of Object.entries(model.users))
    if (passwordFrom !== undefined && !current.users.has(email) && !env[passwordFrom])
      throw missingPassword(email, passwordFrom);
}

function missingPassword(email: string, variable: string): PrepareError {
  return new PrepareError(
    "password_missing",
    `The password of ${email} comes from the environment variable ${variable}, which is not set. Nothing was changed.`,
    { hint: `Set ${variable}, or omit \`passwordFrom\` of ${email} for a random password.` },
  );
}

/** The administrator role. If the file does not give it, it is withdrawn only when pruning. */
export function compareAdministrators({ model, current, prune }: CompareInput): PlannedStep[] {
  return Object.entries(model.users).flatMap(([email, { administrator }]) => {
    const assignmentId = current.users.get(email)?.administratorBy;
    if (!administrator && !(prune && assignmentId)) return [];
    const changes = new Changes();
    changes.flag("administrator", assignmentId ? true : undefined, administrator);
    const exists = assignmentId !== undefined;
    return plannedStep({ kind: "administrator", name: email, exists, changes }, async ({ graph, known }) => {
      const userId = known.userId(email);
      if (!userId) throw new PrepareError("conflicts_with_tenant", `The user ${email} does not exist.`);
      if (administrator) await graph.send(makeAdministrator(userId));
      else if (assignmentId) await graph.send(withdrawAdministrator(assignmentId));
    });
  });
}
