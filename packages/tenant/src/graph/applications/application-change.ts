import type { ApiRole, ApiScope, SigningAlgorithm } from "../../directory/entities.ts";
import { newApi, newApp } from "../../directory/new-app.ts";
import { canSign } from "../../directory/signing-algorithms.ts";
import type { Registered, Registration } from "../../storage/store.ts";
import { badRequest, GraphError, invalidProperty } from "../odata/graph-error.ts";
import { type ApplicationInput, roleOf, scopeId, scopeOf } from "./application-body.ts";

const RESOURCE = "application";

/** The initial state of a new application: an API if the request has an `api`, otherwise a client. */
export function newRegistered(
  kind: Registered["kind"],
  ids: { clientId: string; objectId: string; uniqueName: string | null },
  createdAt: number,
): Registered {
  const registration: Registration = {
    ...ids,
    description: null,
    tags: [],
    requiredResourceAccess: [],
    servicePrincipalId: null,
  };
  const { clientId } = ids;
  if (kind === "api") return { kind, registration, api: newApi({ clientId, name: "" }, createdAt) };
  return { kind, registration, app: newApp({ clientId, name: "" }, createdAt) };
}

/**
 * The current state merged with the request. Does not store anything.
 *
 * @throws GraphError 400 for properties that this kind of application cannot have
 */
export function changedBy(before: Registered, input: ApplicationInput): Registered {
  if (input.uniqueName !== undefined && input.uniqueName !== before.registration.uniqueName) {
    throw invalidProperty("uniqueName", RESOURCE, "it is set at creation and cannot change.");
  }
  const registration: Registration = {
    ...before.registration,
    description: input.description === undefined ? before.registration.description : input.description,
    tags: input.tags ?? before.registration.tags,
    requiredResourceAccess: input.requiredResourceAccess
      ? input.requiredResourceAccess.map(({ resourceAppId, resourceAccess }) => ({
          resourceAppId,
          resourceAccess: resourceAccess.map(({ id, type }) => ({ id, type })),
        }))
      : before.registration.requiredResourceAccess,
  };
  const { groupMembershipClaims, displayName } = input;
  const common = {
    ...(displayName === undefined ? {} : { name: displayName }),
    ...(groupMembershipClaims === undefined ? {} : { groupClaims: groupMembershipClaims === "SecurityGroup" }),
  };
  if (before.kind === "app") {
    refuseMembersOfApis(input);
    const app = {
      ...before.app,
      ...common,
      publicClient:
        input.isFallbackPublicClient === undefined ? before.app.publicClient : input.isFallbackPublicClient === true,
      idTokenSignedResponseAlg: algorithm(input.doorcodeIdTokenSignedResponseAlg, before.app.idTokenSignedResponseAlg),
      grantTypes: input.doorcodeGrantTypes === undefined ? before.app.grantTypes : input.doorcodeGrantTypes,
      administrativeScopes: input.doorcodeAdministrativeScopes ?? before.app.administrativeScopes,
      redirectUris: input.publicClient?.redirectUris ?? before.app.redirectUris,
      postLogoutRedirectUris: input.web?.redirectUris ?? before.app.postLogoutRedirectUris,
    };
    return { kind: "app", registration, app };
  }
  refuseMembersOfClients(input);
  const { clientId } = registration;
  // A scope of the TypeScript API has the ID derived from its name.
  const had = before.api.scopes.map((scope) => ({ ...scope, id: scopeId(before.api, scope) }));
  const scopes = input.api?.oauth2PermissionScopes?.map(scopeOf) ?? before.api.scopes;
  const roles = input.appRoles?.map(roleOf) ?? before.api.roles;
  if (input.api?.oauth2PermissionScopes) checkPermissions("api.oauth2PermissionScopes", had, scopes);
  if (input.appRoles) checkPermissions("appRoles", before.api.roles, roles);
  const { doorcodeTokenProfile: profile, doorcodeAccessTokenSigningAlg: signingAlg, identifierUris } = input;
  const api = {
    ...before.api,
    ...common,
    identifierUri: identifierUris ? (identifierUris[0] ?? `api://${clientId}`) : before.api.identifierUri,
    tokenProfile: profile === undefined ? before.api.tokenProfile : (profile ?? "entra"),
    accessTokenSigningAlg: algorithm(signingAlg, before.api.accessTokenSigningAlg),
    scopes,
    roles,
  };
  if ((profile !== undefined || signingAlg !== undefined) && !canSign(api)) {
    const why = "tokens of Entra's form are signed with RS256. Set doorcodeTokenProfile to rfc9068 for another.";
    throw invalidProperty("doorcodeAccessTokenSigningAlg", RESOURCE, why);
  }
  return { kind: "api", registration, api };
}

/** Null restores the default. */
const algorithm = (input: SigningAlgorithm | null | undefined, before: SigningAlgorithm): SigningAlgorithm =>
  input === undefined ? before : (input ?? "RS256");

function refuseMembersOfApis({ api, identifierUris, appRoles, ...input }: ApplicationInput): void {
  const scopes = api?.oauth2PermissionScopes ?? [];
  const wrong =
    (scopes.length > 0 && "api") ||
    ((identifierUris ?? []).length > 0 && "identifierUris") ||
    ((appRoles ?? []).length > 0 && "appRoles") ||
    (input.doorcodeTokenProfile != null && "doorcodeTokenProfile") ||
    (input.doorcodeAccessTokenSigningAlg != null && "doorcodeAccessTokenSigningAlg");
  if (!wrong) return;
  throw invalidProperty(wrong, RESOURCE, "this application is a client. Register the API separately, with 'api'.");
}

function refuseMembersOfClients(input: ApplicationInput): void {
  const { isFallbackPublicClient, publicClient, web, keyCredentials } = input;
  const wrong =
    (input.doorcodeGrantTypes != null && "doorcodeGrantTypes") ||
    (input.doorcodeIdTokenSignedResponseAlg != null && "doorcodeIdTokenSignedResponseAlg") ||
    ((input.doorcodeAdministrativeScopes ?? []).length > 0 && "doorcodeAdministrativeScopes") ||
    ((keyCredentials ?? []).length > 0 && "keyCredentials") ||
    (isFallbackPublicClient === true && "isFallbackPublicClient") ||
    ((publicClient?.redirectUris ?? []).length > 0 && "publicClient") ||
    ((web?.redirectUris ?? []).length > 0 && "web");
  if (!wrong) return;
  throw invalidProperty(wrong, RESOURCE, "this application is an API. Register the client separately, without 'api'.");
}

interface Entitlement {
  id: string;
  value: string;
  enabled: boolean;
}

/**
 * IDs and values must be unique. An enabled scope or role can be neither removed nor get another value (Graph: disable
 * it first).
 */
function checkPermissions(property: string, before: (ApiScope | ApiRole)[], after: (ApiScope | ApiRole)[]): void {
  const entitlements = (all: (ApiScope | ApiRole)[]): Entitlement[] =>
    all.map(({ id, value, enabled }) => ({ id: id as string, value, enabled: enabled !== false }));
  const next = entitlements(after);
  for (const member of ["id", "value"] as const) {
    const values = next.map((each) => each[member].toLowerCase());
    const twice = values.find((value, index) => values.indexOf(value) < index);
    if (twice !== undefined) throw badRequest(`Property ${property} has the ${member} '${twice}' twice.`);
  }
  const kept = new Map(next.map(({ id, value }) => [id, value]));
  const lost = entitlements(before).find(({ id, value, enabled }) => enabled && kept.get(id) !== value);
  if (!lost) return;
  throw new GraphError(
    400,
    "CannotDeleteOrUpdateEnabledEntitlement",
    `Permission (scope or role) cannot be deleted or updated unless disabled first: ${lost.value}.`,
  );
}
