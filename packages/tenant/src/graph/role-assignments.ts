import { z } from "zod";
import type { Registered, RoleAssignment } from "../stores/contract.ts";
import { collection, entity, type Item, type Resource } from "./answer.ts";
import { isGuid, packIds, unpackIds } from "./derived-id.ts";
import { GraphError } from "./graph-error.ts";
import { badRequest, invalidProperty, notFound } from "./refusals.ts";
import {
  auditOf,
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "./route.ts";
import { principalOf } from "./service-principals.ts";

const assignments: Resource = {
  type: "appRoleAssignment",
  set: "appRoleAssignments",
  properties: [
    ...["id", "deletedDateTime", "appRoleId", "principalId", "principalType", "principalDisplayName"],
    ...["resourceId", "resourceDisplayName"],
  ],
};

const READ = ["Application.Read.All", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"];
const WRITE = ["AppRoleAssignment.ReadWrite.All"];
const PATH = "servicePrincipals/{principal}/appRoleAssignedTo";

/** "Default access": the app as a whole, without a role of its own. */
const NO_ROLE = "00000000-0000-0000-0000-000000000000";

const objectId = z.string().min(1).max(100).toLowerCase();
const creation = strictBody({ principalId: objectId, resourceId: objectId, appRoleId: objectId });

export const roleAssignmentRoutes: GraphRoute[] = [
  { method: "GET", path: PATH, scopes: READ, handle: list },
  { method: "POST", path: PATH, scopes: WRITE, handle: post },
  { method: "DELETE", path: `${PATH}/{assignment}`, scopes: WRITE, handle: remove },
];

async function list(call: GraphCall): Promise<GraphAnswer> {
  const resource = await resourceOf(call);
  if (!resource) return collection(call, assignments, []);
  const all = await call.ctx.store.permissions.assignmentsAt(resource.registration.clientId);
  const items = await Promise.all(all.map((assignment) => answerOf(call, resource, assignment)));
  return collection(
    call,
    assignments,
    items.flatMap((item) => (item ? [item] : [])),
  );
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const resource = await resourceOf(call);
  if (!resource) throw badRequest("Nobody is assigned roles of Microsoft Graph here.");
  const input = readBody(call, creation, "appRoleAssignment");
  const { clientId, servicePrincipalId } = resource.registration;
  if (input.resourceId !== servicePrincipalId) {
    throw invalidProperty("resourceId", "appRoleAssignment", "it is not the service principal of the URL.");
  }
  const role = rolesOf(resource).find(({ id }) => id === input.appRoleId);
  if (!role && input.appRoleId !== NO_ROLE) {
    throw badRequest("Permission being assigned was not found on application.");
  }
  const assignment = { clientId, roleValue: role?.value ?? null, principalId: input.principalId };
  const outcome = await call.ctx.store.permissions.assign(assignment, audited(call, "created", assignment));
  if (outcome === "unknown_principal") throw notFound(input.principalId);
  if (outcome === "unknown_resource") throw notFound(input.resourceId);
  if (outcome === "exists") {
    const message = "Permission being assigned already exists on the object.";
    throw new GraphError(409, "Request_MultipleObjectsWithSameKeyValue", message);
  }
  const item = await answerOf(call, resource, assignment);
  return entity(call, assignments, item as Item, 201);
}

async function remove(call: GraphCall): Promise<GraphAnswer> {
  const resource = await resourceOf(call);
  const id = keyOf(call, "assignment").value;
  const [clientId, principalId, roleId] = unpackIds(id, 3) ?? [];
  const role = resource && rolesOf(resource).find((each) => each.id === roleId);
  const known = role !== undefined || roleId === NO_ROLE;
  if (!resource || principalId === undefined || clientId !== resource.registration.clientId || !known) {
    throw notFound(id);
  }
  const assignment = { clientId, principalId, roleValue: role?.value ?? null };
  const gone = await call.ctx.store.permissions.unassign(assignment, audited(call, "deleted", assignment));
  if (!gone) throw notFound(id);
  return NO_CONTENT;
}

async function resourceOf(call: GraphCall): Promise<Registered | undefined> {
  const principal = await principalOf(call);
  return principal.kind === "graph" ? undefined : principal;
}

function rolesOf(resource: Registered) {
  return resource.kind === "api" ? resource.api.roles : [];
}

/** Undefined for a role that the API has no more. */
async function answerOf(
  { ctx }: GraphCall,
  resource: Registered,
  { clientId, roleValue, principalId }: RoleAssignment,
): Promise<Item | undefined> {
  const roleId = roleValue === null ? NO_ROLE : rolesOf(resource).find(({ value }) => value === roleValue)?.id;
  if (roleId === undefined || !isGuid(principalId) || !isGuid(roleId)) return undefined;
  const user = await ctx.store.directory.findUser(principalId);
  const group = user ? undefined : await ctx.store.administration.groups.find({ id: principalId });
  return {
    id: packIds(clientId, principalId, roleId),
    deletedDateTime: null,
    appRoleId: roleId,
    principalId,
    principalType: group ? "Group" : "User",
    principalDisplayName: user?.displayName ?? group?.name ?? null,
    resourceId: resource.registration.servicePrincipalId,
    resourceDisplayName: resource.kind === "app" ? resource.app.name : resource.api.name,
  };
}

function audited(call: GraphCall, what: string, { clientId, roleValue, principalId }: RoleAssignment) {
  const detail = { app_id: clientId, principal_id: principalId, ...(roleValue === null ? {} : { role: roleValue }) };
  return auditOf(call, `role_assignment.${what}`, detail);
}
