import type { AppRoleAssignment, OAuth2PermissionGrant } from "@microsoft/microsoft-graph-types";
import { assignRole, createGrant, deleteGrant, NO_ROLE, patchGrant, withdrawRole } from "../graph/applications.ts";
import { PrepareError } from "../prepare-error.ts";
import type { ObjectLookup } from "./known-objects.ts";
import { permissionOf, roleId } from "./permissions.ts";
import { Changes, type CompareInput, missing, type PlannedStep, plannedStep } from "./planned-step.ts";

/**
 * The administrator's consent for all users: one grant per app and resource. What the file does not list remains
 * granted unless pruning; grants for resources that the file cannot name always remain.
 */
export function compareConsents(input: CompareInput): PlannedStep[] {
  return Object.entries(input.model.apps).flatMap(([key, app]) => {
    const wanted = new Map<string | undefined, string[]>();
    if (input.prune) for (const api of [undefined, ...Object.keys(input.model.apis)]) wanted.set(api, []);
    if (app.adminConsent)
      for (const name of app.permissions) {
        const { api, scope } = permissionOf(name);
        wanted.set(api, [...(wanted.get(api) ?? []), scope]);
      }
    const resources = [...wanted].map(([api, scopes]) => compareGrant(input, key, api, scopes));
    const granted = resources.some(({ grant }) => grant !== undefined);
    if (!granted && !(app.adminConsent && app.permissions.length > 0)) return [];

    const changes = new Changes();
    const named = (api: string | undefined, scopes: string[]) =>
      scopes.map((scope) => (api === undefined ? scope : `${api}/${scope}`));
    changes.added(
      "for all users",
      resources.flatMap(({ api, more }) => named(api, more)),
    );
    changes.removed(
      "for all users",
      resources.flatMap(({ api, less }) => named(api, less)),
    );
    return plannedStep({ kind: "consent", name: key, exists: granted, changes }, async ({ graph, known }) => {
      const client = principalOf(known, key);
      for (const { api, grant, scopes, more, less } of resources) {
        if (more.length === 0 && less.length === 0) continue;
        if (grant?.id && scopes.length === 0) await graph.send(deleteGrant(grant.id));
        else if (grant?.id) await graph.send(patchGrant(grant.id, scopes));
        else await graph.send(createGrant(client, principalOf(known, api), scopes));
      }
    });
  });
}

interface GrantDifference {
  api: string | undefined;
  grant: OAuth2PermissionGrant | undefined;
  /** The scopes that are granted afterwards. */
  scopes: string[];
  more: string[];
  less: string[];
}

function compareGrant(input: CompareInput, key: string, api: string | undefined, wanted: string[]): GrantDifference {
  const client = input.lookup.principalId(key);
  const resource = input.lookup.principalId(api);
  const grants = (client && input.current.grants.get(client)) || [];
  const grant = resource ? grants.find(({ resourceId }) => resourceId === resource) : undefined;
  const present = (grant?.scope ?? "").split(" ").filter(Boolean);
  const less = input.prune ? missing(present, wanted) : [];
  const more = missing(wanted, present);
  return { api, grant, scopes: [...present.filter((scope) => !less.includes(scope)), ...more], more, less };
}

/** Who may use an app, and who has a role of an API. */
export function compareAssignments(input: CompareInput): PlannedStep[] {
  const { apps, apis } = input.model;
  return [
    ...Object.entries(apps).flatMap(([key, { assignedTo }]) =>
      compareAssigned(input, { name: key, resource: key, role: undefined }, assignedTo),
    ),
    ...Object.entries(apis).flatMap(([key, { roles }]) =>
      Object.entries(roles).flatMap(([role, { assignedTo }]) =>
        compareAssigned(input, { name: `${key}/${role}`, resource: key, role }, assignedTo),
      ),
    ),
  ];
}

interface AssignedObject {
  name: string;
  /** Key of the app or API. */
  resource: string;
  /** Undefined: the app itself is assigned, not a role. */
  role: string | undefined;
}

function compareAssigned(input: CompareInput, object: AssignedObject, assignedTo: string[]): PlannedStep[] {
  const { current, lookup, model, prune } = input;
  const { name, resource, role } = object;
  const idOf = (who: string, objects: ObjectLookup) =>
    Object.hasOwn(model.groups, who) ? objects.groupId(who) : objects.userId(who);
  const roleIn = (objects: ObjectLookup) => (role === undefined ? NO_ROLE : roleId(resource, role, objects));

  const resourceId = lookup.principalId(resource);
  const present = (resourceId === undefined ? undefined : current.assignments.get(resourceId)) ?? [];
  const ofRole = present.filter(({ appRoleId }) => appRoleId === roleIn(lookup));
  const wanted = assignedTo.map((who) => idOf(who, lookup));
  const add = assignedTo.filter((_, index) => !ofRole.some(({ principalId }) => principalId === wanted[index]));
  const remove = prune
    ? ofRole.filter((assignment) => mayRemove(input, assignment) && !wanted.includes(assignment.principalId ?? ""))
    : [];
  if (assignedTo.length === 0 && remove.length === 0) return [];

  const changes = new Changes();
  changes.added("assigned to", add);
  changes.removed(
    "assigned to",
    remove.map(({ principalDisplayName, principalId }) => principalDisplayName ?? principalId ?? ""),
  );
  return [
    plannedStep({ kind: "assignment", name, exists: ofRole.length > 0, changes }, async ({ graph, known }) => {
      const id = principalOf(known, resource);
      for (const who of add) await graph.send(assignRole(id, idOf(who, known) ?? "", roleIn(known)));
      for (const assignment of remove) await graph.send(withdrawRole(id, assignment.id ?? ""));
    }),
  ];
}

/** A file for Entra lists no users, and no file lists service principals: what it cannot express remains. */
function mayRemove({ target }: CompareInput, { principalType }: AppRoleAssignment): boolean {
  return principalType === "Group" || (principalType === "User" && target === "doorcode");
}

function principalOf(lookup: ObjectLookup, key: string | undefined): string {
  const id = lookup.principalId(key);
  if (id) return id;
  const what = key === undefined ? "Microsoft Graph" : `\`${key}\``;
  throw new PrepareError("graph_misbehaved", `The tenant has no service principal for ${what}.`);
}
