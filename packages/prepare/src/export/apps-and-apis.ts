import type { AppRoleAssignment } from "@microsoft/microsoft-graph-types";
import type { ApiEntry, AppEntry, RoleEntry, ScopeEntry } from "../file/model.ts";
import { isExpressible } from "../file/scalars.ts";
import { GRAPH_APP_ID, GRAPH_SCOPE_IDS, NO_ROLE } from "../graph/applications.ts";
import { hasGroupClaims } from "../plan/applications.ts";
import { compareText, sorted } from "./keys.ts";
import { type People, principalName } from "./people.ts";
import type { Registration, Registrations } from "./registrations.ts";

export function exportApps(registrations: Registrations, people: People, notes: Set<string>): Record<string, AppEntry> {
  const apps = [...registrations.all.values()].filter(({ isApi }) => !isApi);
  return sorted(
    apps.map((registration) => {
      const { key, application, principal } = registration;
      const permissions = permissionsOf(registration, registrations, notes);
      return [
        key,
        {
          displayName: application.displayName ?? key,
          publicClient: application.isFallbackPublicClient ?? false,
          redirectUris: expressible(application.publicClient?.redirectUris, isExpressible.redirectUri, key, notes),
          postLogoutRedirectUris: expressible(
            application.web?.redirectUris,
            isExpressible.postLogoutRedirectUri,
            key,
            notes,
          ),
          permissions,
          adminConsent: isConsented(registration, permissions, registrations, notes),
          assignmentRequired: principal?.appRoleAssignmentRequired ?? false,
          assignedTo: whoMayUse(registration, people, notes),
          groupClaims: hasGroupClaims(application),
          idTokenSignedResponseAlg: application.doorcodeIdTokenSignedResponseAlg ?? "RS256",
          grantTypes: application.doorcodeGrantTypes ?? undefined,
          administrativeScopes: application.doorcodeAdministrativeScopes,
        },
      ];
    }),
  );
}

/** Addresses that a file cannot express. */
function expressible(
  uris: string[] | undefined,
  can: (uri: string) => boolean,
  key: string,
  notes: Set<string>,
): string[] {
  const others = (uris ?? []).filter((uri) => !can(uri));
  if (others.length > 0)
    notes.add(
      `The app "${key}" has the redirect URIs ${others.join(", ")}, which the file cannot express. They remain unchanged.`,
    );
  return (uris ?? []).filter(can);
}

/** Empty if all users may use the app: then the file cannot list assignments. */
function whoMayUse({ key, principal, assignments }: Registration, people: People, notes: Set<string>): string[] {
  const named = assignedTo(assignments, NO_ROLE, key, people, notes);
  if (principal?.appRoleAssignmentRequired || named.length === 0) return named;
  notes.add(
    `The app "${key}" is assigned to ${named.join(", ")}, but open to all users. The file says that it is open.`,
  );
  return [];
}

export function exportApis(registrations: Registrations, people: People, notes: Set<string>): Record<string, ApiEntry> {
  const apis = [...registrations.all.values()].filter(({ isApi }) => isApi);
  return sorted(
    apis.map(({ key, application, assignments, principal }) => {
      const { appId, identifierUris = [], api, appRoles = [] } = application;
      const [uri] = identifierUris;
      if (identifierUris.length > 1)
        notes.add(`The API "${key}" has ${identifierUris.length} identifier URIs. The file contains the first.`);
      if (application.requiredResourceAccess?.length && application.isFallbackPublicClient)
        notes.add(`The API "${key}" is also a client of other APIs. The file contains only the API.`);
      if (principal?.appRoleAssignmentRequired)
        notes.add(`The API "${key}" requires assignment, which the file cannot express.`);
      const disabled = appRoles.filter(({ isEnabled }) => isEnabled === false);
      if (disabled.length > 0) notes.add(`The file omits the disabled roles of the API "${key}" (${disabled.length}).`);
      const scopes = api?.oauth2PermissionScopes ?? [];
      const inexpressible = [...scopes, ...appRoles].filter(({ value }) => !isExpressible.permission(value));
      if (inexpressible.length > 0)
        notes.add(`The file cannot express ${inexpressible.length} of the scopes and roles of the API "${key}".`);
      const roles = appRoles.filter(({ isEnabled, value }) => isEnabled !== false && isExpressible.permission(value));
      return [
        key,
        {
          displayName: application.displayName ?? key,
          identifierUri: uri === `api://${appId}` || !isExpressible.identifierUri(uri) ? undefined : uri,
          tokenProfile: application.doorcodeTokenProfile ?? "entra",
          accessTokenSigningAlg: application.doorcodeAccessTokenSigningAlg ?? "RS256",
          groupClaims: hasGroupClaims(application),
          scopes: sorted(
            scopes
              .filter(({ value }) => isExpressible.permission(value))
              .map((scope): [string, ScopeEntry] => [
                scope.value ?? "",
                {
                  consent: scope.type === "User" ? "user" : "admin",
                  ...texts(scope.adminConsentDisplayName, scope.adminConsentDescription, scope.value),
                  displayNames: scope.doorcodeDisplayNames ?? {},
                  enabled: scope.isEnabled ?? true,
                },
              ]),
          ),
          roles: sorted(
            roles.map((role): [string, RoleEntry] => [
              role.value ?? "",
              {
                ...texts(role.displayName, role.description, role.value),
                assignedTo: assignedTo(assignments, role.id ?? "", `${key}/${role.value}`, people, notes),
              },
            ]),
          ),
        },
      ];
    }),
  );
}

/** In a file texts are never empty. */
function texts(
  displayName: string | null | undefined,
  description: string | null | undefined,
  value: string | null | undefined,
) {
  const filled = (text: string | null | undefined) => (text?.trim() ? text : undefined);
  const name = filled(displayName) ?? value ?? "";
  return { displayName: name, description: filled(description) ?? name };
}

function assignedTo(
  assignments: AppRoleAssignment[],
  role: string,
  name: string,
  people: People,
  notes: Set<string>,
): string[] {
  const ofRole = assignments.filter(({ appRoleId }) => appRoleId === role);
  const named = ofRole.flatMap(({ principalId }) => principalName(people, principalId ?? "") ?? []);
  if (named.length < ofRole.length)
    notes.add(`The file omits ${ofRole.length - named.length} of the assignments to "${name}".`);
  return named.sort(compareText);
}

/** Permissions of Graph in their usual order, then those of APIs. */
function permissionsOf({ key, application }: Registration, { all }: Registrations, notes: Set<string>): string[] {
  const graphNames = Object.entries(GRAPH_SCOPE_IDS);
  const ofGraph = new Set<string>();
  const ofApis: string[] = [];
  let others = 0;
  for (const { resourceAppId = "", resourceAccess = [] } of application.requiredResourceAccess ?? []) {
    const resource = all.get(resourceAppId);
    for (const { id, type } of resourceAccess) {
      const graphName = resourceAppId === GRAPH_APP_ID ? graphNames.find(([, known]) => known === id)?.[0] : undefined;
      const scope = resource?.application.api?.oauth2PermissionScopes?.find((one) => one.id === id);
      if (type === "Scope" && graphName) ofGraph.add(graphName);
      else if (type === "Scope" && scope && resource?.isApi) ofApis.push(`${resource.key}/${scope.value}`);
      else others++;
    }
  }
  if (others > 0) notes.add(`The file cannot express ${others} of the permissions of the app "${key}".`);
  return [...graphNames.flatMap(([name]) => (ofGraph.has(name) ? [name] : [])), ...ofApis.sort(compareText)];
}

function isConsented(
  { key, grants }: Registration,
  permissions: string[],
  { all, resources }: Registrations,
  notes: Set<string>,
): boolean {
  const granted = grants.flatMap(({ resourceId = "", scope }) => {
    const appId = resources.get(resourceId);
    const api = appId === undefined ? undefined : all.get(appId);
    const names = (scope ?? "").split(" ").filter(Boolean);
    return appId === GRAPH_APP_ID ? names : names.map((name) => `${api?.key ?? resourceId}/${name}`);
  });
  const unconsented = permissions.filter((name) => !granted.includes(name));
  const more = granted.filter((name) => !permissions.includes(name));
  const consented = unconsented.length === 0;
  if (!consented && unconsented.length < permissions.length)
    notes.add(`The administrator consented to only some permissions of the app "${key}". The file says to none.`);
  if (more.length > 0)
    notes.add(
      `The administrator consented to more permissions for the app "${key}" than are configured: ${more.join(", ")}.`,
    );
  return consented;
}
