import { z } from "zod";
import type { Consent } from "../../directory/entities.ts";
import { GRAPH_SCOPES, isAdministrative } from "../../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID, OIDC_SCOPES } from "../../directory/scopes.ts";
import type { ConsentKey } from "../../storage/store.ts";
import { isGuid, packIds, unpackIds } from "../derived-id.ts";
import { collection, entity, type Item, type Resource } from "../odata/answer.ts";
import { GraphError, invalidProperty, notFound } from "../odata/graph-error.ts";
import {
  type GraphAnswer,
  type GraphCall,
  type GraphRoute,
  keyOf,
  NO_CONTENT,
  readBody,
  strictBody,
} from "../odata/route.ts";
import { graphPrincipalId } from "./service-principal-body.ts";
import { findPrincipal, type Principal } from "./service-principals.ts";

const grants: Resource = {
  type: "oAuth2PermissionGrant",
  set: "oauth2PermissionGrants",
  properties: ["id", "clientId", "consentType", "principalId", "resourceId", "scope"],
};

const READ = ["DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All"];
const WRITE = ["DelegatedPermissionGrant.ReadWrite.All"];

const objectId = z.string().min(1).max(100).toLowerCase();
const scope = z.string().max(4_000).regex(/\S/, "it contains no scope. Delete the grant instead");
const creation = strictBody({
  clientId: objectId,
  consentType: z.enum(["AllPrincipals", "Principal"]),
  principalId: objectId.nullable().optional(),
  resourceId: objectId,
  scope,
});
const changes = strictBody({ scope });

export const permissionGrantRoutes: GraphRoute[] = [
  { method: "GET", path: "oauth2PermissionGrants", scopes: READ, handle: list },
  { method: "POST", path: "oauth2PermissionGrants", scopes: WRITE, handle: post },
  { method: "GET", path: "oauth2PermissionGrants/{grant}", scopes: READ, handle: get },
  { method: "PATCH", path: "oauth2PermissionGrants/{grant}", scopes: WRITE, handle: patch },
  { method: "DELETE", path: "oauth2PermissionGrants/{grant}", scopes: WRITE, handle: remove },
];

async function list(call: GraphCall): Promise<GraphAnswer> {
  const [consents, answer] = await Promise.all([call.ctx.store.permissions.listConsents(), answers(call)]);
  return collection(call, grants, consents.flatMap(answer));
}

async function post(call: GraphCall): Promise<GraphAnswer> {
  const input = readBody(call, creation, "oAuth2PermissionGrant");
  const { store } = call.ctx;
  const client = await findPrincipal(call, { id: input.clientId });
  if (client?.kind !== "app") throw unknownPrincipal("clientId", "a client application");
  const resource = await findPrincipal(call, { id: input.resourceId });
  if (!resource || resource.kind === "app") throw unknownPrincipal("resourceId", "an API");
  const forAllUsers = input.consentType === "AllPrincipals";
  if (forAllUsers !== (input.principalId == null)) {
    throw invalidProperty(
      "principalId",
      "oAuth2PermissionGrant",
      "it is required with consentType Principal, and not allowed otherwise.",
    );
  }
  const userId = input.principalId ?? null;
  if (userId !== null && !(await store.directory.findUser(userId))) {
    throw invalidProperty("principalId", "oAuth2PermissionGrant", "the user does not exist.");
  }
  const consent = {
    clientId: client.registration.clientId,
    userId,
    resourceId: resource.kind === "graph" ? GRAPH_RESOURCE_ID : resource.registration.clientId,
    scopes: scopesOf(input.scope, resource),
  };
  const outcome = await call.admin.permissions.addConsent(consent);
  if (outcome === "unknown") throw unknownPrincipal("clientId", "a client application");
  if (outcome === "exists") {
    throw new GraphError(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.");
  }
  const [item] = (await answers(call))(consent);
  return entity(call, grants, item as Item, 201);
}

async function get(call: GraphCall): Promise<GraphAnswer> {
  const { consent } = await find(call);
  const [item] = (await answers(call))(consent);
  if (!item) throw notFound(keyOf(call, "grant").value);
  return entity(call, grants, item);
}

async function patch(call: GraphCall): Promise<GraphAnswer> {
  const { consent, resource } = await find(call);
  const input = readBody(call, changes, "oAuth2PermissionGrant");
  const replaced = { ...consent, scopes: scopesOf(input.scope, resource) };
  const done = await call.admin.permissions.changeConsent(replaced);
  if (!done) throw notFound(keyOf(call, "grant").value);
  return NO_CONTENT;
}

async function remove(call: GraphCall): Promise<GraphAnswer> {
  const { consent } = await find(call);
  const done = await call.admin.permissions.removeConsent(consent);
  if (!done) throw notFound(keyOf(call, "grant").value);
  return NO_CONTENT;
}

async function find(call: GraphCall): Promise<{ consent: Consent; resource: Principal }> {
  const id = keyOf(call, "grant").value;
  const key = keyFrom(id);
  const consent = key && (await call.ctx.store.permissions.findConsent(key));
  const resource = key && (await findPrincipal(call, { appId: key.resourceId }));
  if (!consent || !resource) throw notFound(id);
  return { consent, resource };
}

/** A consent as a Graph response. Undefined if client or resource has no service principal. */
async function answers({ ctx }: GraphCall): Promise<(consent: Consent) => Item[]> {
  const principals = new Map([[GRAPH_RESOURCE_ID, graphPrincipalId(ctx.config)]]);
  for (const { registration } of await ctx.store.registrations.list()) {
    const { clientId, servicePrincipalId } = registration;
    if (servicePrincipalId !== null) principals.set(clientId, servicePrincipalId);
  }
  return (consent) => {
    const [clientId, resourceId] = [principals.get(consent.clientId), principals.get(consent.resourceId)];
    const packed = [consent.clientId, consent.resourceId, ...(consent.userId === null ? [] : [consent.userId])];
    if (clientId === undefined || resourceId === undefined || !packed.every(isGuid)) return [];
    return [
      {
        id: packIds(...packed),
        clientId,
        consentType: consent.userId === null ? "AllPrincipals" : "Principal",
        principalId: consent.userId,
        resourceId,
        scope: consent.scopes.join(" "),
      },
    ];
  };
}

function keyFrom(id: string): ConsentKey | undefined {
  const [clientId, resourceId, userId] = unpackIds(id, 2) ?? unpackIds(id, 3) ?? [];
  if (clientId === undefined || resourceId === undefined) return undefined;
  return { clientId, resourceId, userId: userId ?? null };
}

function scopesOf(text: string, resource: Principal): string[] {
  const asked = [...new Set(text.split(" ").filter((word) => word !== ""))];
  const administrative = resource.kind === "graph" ? asked.filter(isAdministrative) : [];
  if (administrative.length > 0) {
    const why = "cannot be consented to for others: an administrator must approve it at each sign-in.";
    throw invalidProperty("scope", "oAuth2PermissionGrant", `${administrative.join(", ")} ${why}`);
  }
  const offered =
    resource.kind === "api" ? resource.api.scopes.map(({ value }) => value) : [...OIDC_SCOPES, ...GRAPH_SCOPES];
  const unknown = asked.filter((word) => !offered.includes(word));
  if (unknown.length === 0) return asked;
  throw invalidProperty("scope", "oAuth2PermissionGrant", `the resource has no scope ${unknown.join(", ")}.`);
}

const unknownPrincipal = (property: string, what: string) =>
  invalidProperty(property, "oAuth2PermissionGrant", `it is not the object ID of the service principal of ${what}.`);
