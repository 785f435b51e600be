import type { AppRoleAssignment } from "@microsoft/microsoft-graph-types";
import { assignRole, NO_ROLE, withdrawRole } from "../graph/applications.ts";
import { PrepareError } from "../prepare-error.ts";
import { roleId } from "./permissions.ts";
import { Changes, type Comparison, type Work, workOf } from "./work.ts";

/** Who may use an app, and who has a role of an API. */
export function assignmentWork(about: Comparison): Work[] {
  const { apps, apis } = about.model;
  return [
    ...Object.entries(apps).flatMap(([key, { assignedTo }]) => compare(about, key, key, NO_ROLE, assignedTo)),
    ...Object.entries(apis).flatMap(([key, { roles }]) =>
      Object.entries(roles).flatMap(([value, { assignedTo }]) =>
        compare(about, `${key}/${value}`, key, roleId(key, value, about.current), assignedTo),
      ),
    ),
  ];
}

function compare(about: Comparison, name: string, resourceKey: string, role: string, assignedTo: string[]): Work[] {
  const { current, prune } = about;
  const resource = principalOf(about, resourceKey);
  const present = (resource ? current.assignments.get(resource) : undefined) ?? [];
  const ofRole = present.filter(({ appRoleId }) => appRoleId === role);
  const add = assignedTo.filter((who) => !ofRole.some(({ principalId }) => principalId === idOf(about, who)));
  const wanted = assignedTo.map((who) => idOf(about, who));
  const remove = prune
    ? ofRole.filter((assignment) => mayRemove(about, assignment) && !wanted.includes(assignment.principalId ?? ""))
    : [];
  if (assignedTo.length === 0 && remove.length === 0) return [];

  const changes = new Changes();
  changes.added("assigned to", add);
  changes.removed(
    "assigned to",
    remove.map(({ principalDisplayName, principalId }) => principalDisplayName ?? principalId ?? ""),
  );
  return [
    workOf({ kind: "assignment", name, exists: ofRole.length > 0, changes: changes.list }, async (graph) => {
      const id = principalOf(about, resourceKey);
      if (!id) throw new PrepareError("graph_misbehaved", `There is no service principal of \`${resourceKey}\`.`);
      const there = current.assignments.get(id) ?? [];
      current.assignments.set(id, there);
      for (const who of add) {
        const made = await graph.send(assignRole(id, idOf(about, who) ?? "", role));
        if (made) there.push(made);
      }
      for (const assignment of remove) {
        await graph.send(withdrawRole(id, assignment.id ?? ""));
        there.splice(there.indexOf(assignment), 1);
      }
    }),
  ];
}

/** A file for Entra lists no users, and no file lists service principals: what it cannot say is left alone. */
function mayRemove({ target }: Comparison, { principalType }: AppRoleAssignment): boolean {
  return principalType === "Group" || (principalType === "User" && target === "doorcode");
}

function principalOf({ current }: Comparison, key: string): string | undefined {
  const appId = current.applications.get(key)?.application.appId;
  return appId && current.servicePrincipals.get(appId)?.id;
}

/** Of a group by its key, or of a user by their email address. */
function idOf({ current, model }: Comparison, who: string): string | undefined {
  return Object.hasOwn(model.groups, who) ? current.groups.get(who)?.id : current.users.get(who)?.id;
}
