import { z } from "zod";
import type { ApiRole } from "../../directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import type { RoleAssignment } from "../../storage/store.ts";
import { isGuid, packIds, unpackIds } from "../derived-id.ts";
import { collection, entity, type Item, type Resource } from "../odata/answer.ts";
import { badRequest, GraphError, invalidProperty, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";
import { GRAPH_APP_ROLES, graphPrincipalId } from "./service-principal-body.ts";
import { type Principal, principalOf } from "./service-principals.ts";

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

/** "Default access": the whole app, without a role. */
const NO_ROLE = "00000000-0000-0000-0000-000000000000";

const objectId = z.string().min(1).max(100).toLowerCase();
const creation = strictBody({ principalId: objectId, resourceId: objectId, appRoleId: objectId });

export const roleAssignmentRoutes: GraphRoute[] = [
  { method: "GET", path: PATH, scopes: READ, handle: list },
  { method: "POST", path: PATH, scopes: WRITE, handle: post },
  { method: "DELETE", path: `${PATH}/{assignment}`, scopes: WRITE, handle: remove },
];

async function list(call: GraphCall): Promise<GraphAnswer> {
  const resource = await principalOf(call);
  const all = await call.ctx.store.permissions.assignmentsAt(clientIdOf(resource));
  const items = await Promise.all(all.map((assignment) => answerOf(call, resource, assignment)));
  return collection(
    call,
    assignments,
    items.flatMap((item) => (item ? [item] : [])),
  );
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const resource = await principalOf(call);
  const input = readBody(call, creation, "appRoleAssignment");
  const clientId = clientIdOf(resource);
  if (input.resourceId !== principalIdOf(call, resource)) {
    throw invalidProperty("resourceId", "appRoleAssignment", "it is not the service principal of the URL.");
  }
  const role = rolesOf(resource).find(({ id }) => id === input.appRoleId);
  if (!role && input.appRoleId !== NO_ROLE) {
    throw badRequest("Permission being assigned was not found on application.");
  }
  await refuseWrongPrincipal(call, resource, role, input.principalId);
  const assignment = { clientId, roleValue: role?.value ?? null, principalId: input.principalId };
  const outcome = await call.admin.permissions.assign(assignment);
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
  const resource = await principalOf(call);
  const id = keyOf(call, "assignment").value;
  const [clientId, principalId, roleId] = unpackIds(id, 3) ?? [];
  const role = rolesOf(resource).find((each) => each.id === roleId);
  const known = role !== undefined || roleId === NO_ROLE;
  if (principalId === undefined || clientId !== clientIdOf(resource) || !known) {
    throw notFound(id);
  }
  const assignment = { clientId, principalId, roleValue: role?.value ?? null };
  const gone = await call.admin.permissions.unassign(assignment);
  if (!gone) throw notFound(id);
  return NO_CONTENT;
}

const clientIdOf = (resource: Principal) =>
  resource.kind === "graph" ? GRAPH_RESOURCE_ID : resource.registration.clientId;

const principalIdOf = ({ ctx }: GraphCall, resource: Principal) =>
  resource.kind === "graph" ? graphPrincipalId(ctx.config) : resource.registration.servicePrincipalId;

function rolesOf(resource: Principal): readonly ApiRole[] {
  if (resource.kind === "graph") return GRAPH_APP_ROLES;
  return resource.kind === "api" ? resource.api.roles : [];
}

function nameOf(resource: Principal): string {
  if (resource.kind === "graph") return "Microsoft Graph";
  return resource.kind === "app" ? resource.app.name : resource.api.name;
}

/** Apps have roles for apps, users and groups have roles for users. Only apps have roles of Graph. */
async function refuseWrongPrincipal(
  { ctx }: GraphCall,
  resource: Principal,
  role: ApiRole | undefined,
  principalId: string,
): Promise<void> {
  const app = await ctx.store.registrations.find({ servicePrincipalId: principalId });
  if (!app && resource.kind === "graph") {
    throw badRequest("Only service principals of apps can have application permissions of Microsoft Graph.");
  }
  if (!app && !role) return;
  const member = app ? "Application" : "User";
  if (role && (role.allowedMemberTypes?.includes(member) ?? true)) return;
  const whom = app ? "applications" : "users and groups";
  throw badRequest(`The permission being assigned is not for ${whom} (allowedMemberTypes).`);
}

/** Undefined for a role that the API no longer has. */
async function answerOf(
  call: GraphCall,
  resource: Principal,
  { clientId, roleValue, principalId }: RoleAssignment,
): Promise<Item | undefined> {
  const roleId = roleValue === null ? NO_ROLE : rolesOf(resource).find(({ value }) => value === roleValue)?.id;
  if (roleId === undefined || !isGuid(principalId) || !isGuid(roleId)) return undefined;
  const { directory, administration, registrations } = call.ctx.store;
  const user = await directory.findUser(principalId);
  const group = user ? undefined : await administration.groups.find({ id: principalId });
  const app = user || group ? undefined : await registrations.find({ servicePrincipalId: principalId });
  return {
    id: packIds(clientId, principalId, roleId),
    deletedDateTime: null,
    appRoleId: roleId,
    principalId,
    principalType: app ? "ServicePrincipal" : group ? "Group" : "User",
    principalDisplayName: app ? nameOf(app) : (user?.displayName ?? group?.name ?? null),
    resourceId: principalIdOf(call, resource),
    resourceDisplayName: nameOf(resource),
  };
}
