import { z } from "zod";
import { isGuid, packIds, unpackIds } from "../derived-id.ts";
import { collection, entity, type Item, type Resource } from "../odata/answer.ts";
import { conflict, invalidProperty, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";

import { lastAdministrator } from "./users.ts";

const assignments: Resource = {
  type: "unifiedRoleAssignment",
  set: "roleManagement/directory/roleAssignments",
  properties: ["id", "principalId", "roleDefinitionId", "directoryScopeId"],
};

const READ = ["RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory"];
const WRITE = ["RoleManagement.ReadWrite.Directory"];
const PATH = "roleManagement/directory/roleAssignments";

/** The only supported Microsoft directory role: an account either is an administrator or is not. */
const GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10";

const creation = strictBody({
  principalId: z.string().min(1).max(100).toLowerCase(),
  roleDefinitionId: z.string().toLowerCase().pipe(z.literal(GLOBAL_ADMINISTRATOR, "it must be Global Administrator")),
  directoryScopeId: z.literal("/", "it must be /, the whole tenant"),
});

export const directoryRoleRoutes: GraphRoute[] = [
  { method: "GET", path: PATH, scopes: READ, handle: list },
  { method: "POST", path: PATH, scopes: WRITE, handle: post },
  { method: "GET", path: `${PATH}/{assignment}`, scopes: READ, handle: get },
  { method: "DELETE", path: `${PATH}/{assignment}`, scopes: WRITE, handle: remove },
];

async function list(call: GraphCall): Promise<GraphAnswer> {
  const administrators = await call.ctx.store.administration.users.administrators();
  const ids = administrators.map(({ id }) => id).filter(isGuid);
  return collection(call, assignments, ids.map(assignmentOf));
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const { principalId } = readBody(call, creation, "unifiedRoleAssignment");
  const outcome = await call.admin.people.setAdministrator(principalId, true);
  if (outcome === "unknown") {
    throw invalidProperty("principalId", "unifiedRoleAssignment", "the user does not exist.");
  }
  if (outcome === "same") {
    throw conflict(
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  }
  return entity(call, assignments, assignmentOf(principalId), 201);
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  const principalId = principalOf(call);
  const user = await call.ctx.store.directory.findUser(principalId);
  if (!user?.administrator) throw notFound(keyOf(call, "assignment").value);
  return entity(call, assignments, assignmentOf(principalId));
}

async function remove(call: GraphCall): Promise<GraphAnswer> {
  const principalId = principalOf(call);
  const outcome = await call.admin.people.setAdministrator(principalId, false);
  if (outcome === "last_administrator") throw lastAdministrator();
  if (outcome !== "set") throw notFound(keyOf(call, "assignment").value);
  return NO_CONTENT;
}

function principalOf(call: GraphCall): string {
  const id = keyOf(call, "assignment").value;
  const [role, principalId] = unpackIds(id, 2) ?? [];
  if (role !== GLOBAL_ADMINISTRATOR || principalId === undefined) throw notFound(id);
  return principalId;
}

function assignmentOf(principalId: string): Item {
  const id = packIds(GLOBAL_ADMINISTRATOR, principalId);
  return { id, principalId, roleDefinitionId: GLOBAL_ADMINISTRATOR, directoryScopeId: "/" };
}
