import { createHash } from "node:crypto";
import type { RequiredResourceAccess, ResourceAccess } from "@microsoft/microsoft-graph-types";
import type { TenantModel } from "../file/model.ts";
import { GRAPH_APP_ID, GRAPH_SCOPE_IDS, type GraphScope } from "../graph/applications.ts";
import type { ObjectLookup } from "./known-objects.ts";

/** What a permission of the file (`openid`, `ciam-ToDoList-api/ToDoList.Read`) is in Graph. */
export interface Permission {
  /** As the file writes it. */
  name: string;
  /** Undefined for Microsoft Graph. */
  api: string | undefined;
  scope: string;
}

export function permissionOf(name: string): Permission {
  if (Object.hasOwn(GRAPH_SCOPE_IDS, name)) return { name, api: undefined, scope: name };
  const slash = name.indexOf("/");
  return { name, api: name.slice(0, slash), scope: name.slice(slash + 1) };
}

/** The appId of the permission's resource; undefined while the API does not exist. */
export function resourceOf(permission: Permission, lookup: ObjectLookup): string | undefined {
  return permission.api === undefined ? GRAPH_APP_ID : lookup.application(permission.api)?.appId;
}

/** An existing scope keeps its id. */
export function scopeId(api: string, value: string, lookup: ObjectLookup): string {
  const scopes = lookup.application(api)?.api?.oauth2PermissionScopes;
  return scopes?.find((scope) => scope.value === value)?.id ?? stableId("scope", api, value);
}

/** An existing role keeps its id. */
export function roleId(api: string, value: string, lookup: ObjectLookup): string {
  const roles = lookup.application(api)?.appRoles;
  return roles?.find((role) => role.value === value)?.id ?? stableId("role", api, value);
}

/** Those of these permissions that a file can name, by their names there. */
export function permissionsIn(
  access: readonly RequiredResourceAccess[],
  model: TenantModel,
  lookup: ObjectLookup,
): Map<string, { resourceAppId: string; id: string }> {
  const known = new Map<string, { resourceAppId: string; id: string }>();
  const names = new Map(Object.entries(GRAPH_SCOPE_IDS).map(([name, id]) => [id as string, name]));
  const apis = new Map<string, string>();
  for (const key of Object.keys(model.apis)) {
    const appId = lookup.application(key)?.appId;
    if (appId) apis.set(appId, key);
  }
  for (const { resourceAppId = "", resourceAccess = [] } of access) {
    for (const { id = "", type } of resourceAccess) {
      if (type !== "Scope") continue;
      const name = resourceAppId === GRAPH_APP_ID ? names.get(id) : nameInApi(apis.get(resourceAppId), id, lookup);
      if (name) known.set(name, { resourceAppId, id });
    }
  }
  return known;
}

function nameInApi(api: string | undefined, id: string, lookup: ObjectLookup): string | undefined {
  if (api === undefined) return undefined;
  const scopes = lookup.application(api)?.api?.oauth2PermissionScopes ?? [];
  const value = scopes.find((scope) => scope.id === id)?.value;
  return value ? `${api}/${value}` : undefined;
}

/** Adds permissions to `access` and removes others. What the file cannot name remains unchanged. */
export function withPermissions(
  access: readonly RequiredResourceAccess[],
  add: readonly { resourceAppId: string; id: string }[],
  remove: readonly { resourceAppId: string; id: string }[],
): RequiredResourceAccess[] {
  const resources = new Map<string, ResourceAccess[]>();
  for (const { resourceAppId = "", resourceAccess = [] } of access) {
    const gone = remove.filter((permission) => permission.resourceAppId === resourceAppId).map(({ id }) => id);
    const kept = resourceAccess.filter(({ id, type }) => type !== "Scope" || !gone.includes(id ?? ""));
    if (kept.length > 0 || resourceAccess.length === 0) resources.set(resourceAppId, kept);
  }
  for (const { resourceAppId, id } of add) {
    const there = resources.get(resourceAppId) ?? [];
    resources.set(resourceAppId, [...there, { id, type: "Scope" }]);
  }
  return [...resources].map(([resourceAppId, resourceAccess]) => ({ resourceAppId, resourceAccess }));
}

export function graphScopeId(scope: string): string {
  return GRAPH_SCOPE_IDS[scope as GraphScope];
}

/** Our own namespace for the names in `stableId`. */
const NAMESPACE = Buffer.from("5f2f0b0de2c94c0a9f6e0a4d4c7b8e31", "hex");

/**
 * The ID of a new scope or role of an API: a UUIDv5 (RFC 9562 §5.5) of its name. Every run computes the same ID, so a
 * repeated upsert changes nothing.
 */
export function stableId(...words: string[]): string {
  const name = Buffer.from(words.join("\0"), "utf8");
  const bytes = createHash("sha1").update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
