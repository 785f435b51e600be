import { z } from "zod";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import type { Registered } from "../../storage/store.ts";
import { READ_APPLICATIONS, WRITE_APPLICATIONS } from "../applications/applications.ts";
import { collection, entity, type Item, type Resource } from "../odata/answer.ts";
import { alreadyTaken, badRequest, invalidProperty, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";
import { graphPrincipal, graphPrincipalId, servicePrincipalOf } from "./service-principal-body.ts";

const servicePrincipals: Resource = {
  type: "servicePrincipal",
  set: "servicePrincipals",
  properties: [
    ...["id", "appId", "displayName", "accountEnabled", "appRoleAssignmentRequired", "servicePrincipalNames"],
    ...["servicePrincipalType", "signInAudience", "appOwnerOrganizationId", "tags", "deletedDateTime"],
    ...["oauth2PermissionScopes", "appRoles"],
  ],
};

const creation = strictBody({ appId: z.string().max(100) });
const changes = strictBody({
  appRoleAssignmentRequired: z.boolean().optional(),
  accountEnabled: z.boolean().optional(),
});

export const servicePrincipalRoutes: GraphRoute[] = [
  { method: "GET", path: "servicePrincipals", scopes: READ_APPLICATIONS, handle: list },
  { method: "POST", path: "servicePrincipals", scopes: WRITE_APPLICATIONS, handle: post },
  { method: "GET", path: "servicePrincipals/{principal}", scopes: READ_APPLICATIONS, handle: get },
  { method: "PATCH", path: "servicePrincipals/{principal}", scopes: WRITE_APPLICATIONS, handle: patch },
];

/** What a service principal represents. `graph` is Microsoft Graph's own. */
export type Principal = { kind: "graph" } | Registered;

/** The one in the path, by its ID or `appId`. */
export async function principalOf(call: GraphCall): Promise<Principal> {
  const { by, value } = keyOf(call, "principal", ["appId"]);
  const found = await findPrincipal(call, by === "appId" ? { appId: value } : { id: value });
  if (!found) throw notFound(value);
  return found;
}

export async function findPrincipal(
  { ctx }: GraphCall,
  key: { id: string } | { appId: string },
): Promise<Principal | undefined> {
  const [value, id] = "id" in key ? [key.id.toLowerCase(), true] : [key.appId.toLowerCase(), false];
  if (value === (id ? graphPrincipalId(ctx.config) : GRAPH_RESOURCE_ID)) return { kind: "graph" };
  const found = await ctx.store.registrations.find(id ? { servicePrincipalId: value } : { clientId: value });
  return found?.registration.servicePrincipalId == null ? undefined : found;
}

async function list(call: GraphCall): Promise<GraphAnswer> {
  const { store, config } = call.ctx;
  const registered = await store.registrations.list();
  const own = registered.flatMap((each): Item[] => {
    const item = servicePrincipalOf(each, config);
    return item ? [item] : [];
  });
  return collection(call, servicePrincipals, [graphPrincipal(config), ...own]);
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const appId = readBody(call, creation, "servicePrincipal").appId.toLowerCase();
  const { registrations } = call.ctx.store;
  if (appId === GRAPH_RESOURCE_ID) throw alreadyTaken("appId");
  const outcome = await call.admin.apps.addServicePrincipal(appId);
  if (outcome === "exists") throw alreadyTaken("appId");
  const registered = outcome === "added" ? await registrations.find({ clientId: appId }) : undefined;
  const item = registered && servicePrincipalOf(registered, call.ctx.config);
  if (!item) {
    throw badRequest(`The appId '${appId}' of the service principal does not reference a valid application object.`);
  }
  return entity(call, servicePrincipals, item, 201);
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  const principal = await principalOf(call);
  const { config } = call.ctx;
  const item = principal.kind === "graph" ? graphPrincipal(config) : servicePrincipalOf(principal, config);
  return entity(call, servicePrincipals, item as Item);
}

async function patch(call: GraphCall): Promise<GraphAnswer> {
  const principal = await principalOf(call);
  const input = readBody(call, changes, "servicePrincipal");
  if (principal.kind === "graph") throw badRequest("The service principal of Microsoft Graph cannot be changed.");
  const change = (before: Registered) => changed(before, input, call.now);
  const result = await call.admin.apps.changeUse(principal.registration, change, definedOf(input));
  if (result.outcome !== "changed") throw notFound(principal.registration.servicePrincipalId as string);
  return NO_CONTENT;
}

function changed(before: Registered, input: z.infer<typeof changes>, now: number): Registered {
  const { accountEnabled, appRoleAssignmentRequired } = input;
  const disabledAt = (was: number | null) => {
    if (accountEnabled === undefined) return was;
    return accountEnabled ? null : (was ?? now);
  };
  if (before.kind === "app") {
    const { app } = before;
    const assignmentRequired = appRoleAssignmentRequired ?? app.assignmentRequired;
    return { ...before, app: { ...app, assignmentRequired, disabledAt: disabledAt(app.disabledAt) } };
  }
  if (appRoleAssignmentRequired) {
    throw invalidProperty("appRoleAssignmentRequired", "servicePrincipal", "it applies to clients only, not to APIs.");
  }
  return { ...before, api: { ...before.api, disabledAt: disabledAt(before.api.disabledAt) } };
}

function definedOf(input: z.infer<typeof changes>) {
  const { appRoleAssignmentRequired, accountEnabled } = input;
  return {
    ...(appRoleAssignmentRequired === undefined ? {} : { assignment_required: appRoleAssignmentRequired }),
    ...(accountEnabled === undefined ? {} : { enabled: accountEnabled }),
  };
}
