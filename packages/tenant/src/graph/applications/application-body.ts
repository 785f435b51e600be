import { z } from "zod";
import { redirectProblem } from "../../admin/apps.ts";
import type { AppCertificate } from "../../directory/app-certificate.ts";
import type { AppSecret } from "../../directory/app-secret.ts";
import { isPermissionName } from "../../directory/check-api.ts";
import type { Api, ApiRole, ApiScope } from "../../directory/entities.ts";
import { GRANT_TYPES } from "../../directory/grant-types.ts";
import { ADMINISTRATIVE_SCOPES } from "../../directory/graph-scopes.ts";
import { accessTokenAlgorithm, SIGNING_ALGORITHMS } from "../../directory/signing-algorithms.ts";
import type { Registered } from "../../storage/store.ts";
import { uuidV5 } from "../derived-id.ts";
import { strictBody } from "../odata/route.ts";
import { keyCredentialOf, keyCredentials } from "./key-credentials.ts";
import { passwordCredentialOf } from "./password-credentials.ts";

const guid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, "it is not a GUID")
  .toLowerCase();
/** A name for people to read, without invisible characters. */
export const shownText = (max: number) =>
  z
    .string()
    .min(1, "it is empty")
    .max(max, `it is longer than ${max} characters`)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, "it contains invisible characters")
    .regex(/\S/, "it is blank");
const prose = z.string().max(1_024, "it is longer than 1024 characters");
const permissionValue = z.string().refine(isPermissionName, "it is not a valid permission name");
const redirectUri = z
  .string()
  .max(2_048)
  .superRefine((uri, context) => {
    const problem = redirectProblem(uri);
    if (problem) context.addIssue({ code: "custom", message: problem });
  });
const redirectUris = z.strictObject({ redirectUris: z.array(redirectUri).max(256) });

const scope = strictBody({
  id: guid,
  value: permissionValue,
  type: z.enum(["Admin", "User"]),
  adminConsentDisplayName: shownText(100),
  adminConsentDescription: prose.optional(),
  userConsentDisplayName: shownText(100).nullable().optional(),
  userConsentDescription: prose.nullable().optional(),
  isEnabled: z.boolean(),
  doorcodeDisplayNames: z
    .record(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "it is not a language tag such as de"), shownText(100))
    .optional(),
});

const role = strictBody({
  id: guid,
  value: permissionValue,
  displayName: shownText(100),
  description: prose.optional(),
  allowedMemberTypes: z.array(z.enum(["User", "Application"])).min(1, "it is empty"),
  isEnabled: z.boolean(),
});

const identifierUri = z
  .string()
  .max(255, "it is longer than 255 characters")
  .regex(
    /^(?:api|https|urn):\S+[^\s/]$/,
    "it must start with api:// or https:// and not end with a slash, for example api://contoso-todo",
  )
  .refine((uri) => URL.canParse(uri), "it is not a URI");

const signingAlgorithm = z
  .enum(SIGNING_ALGORITHMS, `it must be one of ${SIGNING_ALGORITHMS.join(", ")}`)
  .nullable()
  .optional();

/** The writable properties of an application, at creation and later. */
export const applicationInput = strictBody({
  displayName: shownText(256).optional(),
  uniqueName: z.string().min(1).max(256).optional(),
  description: prose.nullable().optional(),
  tags: z.array(z.string().min(1).max(256)).max(50).optional(),
  signInAudience: z.literal("AzureADMyOrg", "it must be AzureADMyOrg").optional(),
  isFallbackPublicClient: z.boolean().nullable().optional(),
  publicClient: redirectUris.optional(),
  web: redirectUris.optional(),
  groupMembershipClaims: z.enum(["SecurityGroup", "None"]).nullable().optional(),
  requiredResourceAccess: z
    .array(
      strictBody({
        resourceAppId: guid,
        resourceAccess: z.array(strictBody({ id: guid, type: z.enum(["Scope", "Role"]) })).max(400),
      }),
    )
    .max(50)
    .optional(),
  identifierUris: z.array(identifierUri).max(1, "an API can have only one").optional(),
  api: strictBody({
    requestedAccessTokenVersion: z.literal(2, "it must be 2").nullable().optional(),
    oauth2PermissionScopes: z.array(scope).max(200).optional(),
  })
    .nullable()
    .optional(),
  appRoles: z.array(role).max(200).optional(),
  doorcodeTokenProfile: z.enum(["entra", "rfc9068"]).nullable().optional(),
  doorcodeAccessTokenSigningAlg: signingAlgorithm,
  doorcodeIdTokenSignedResponseAlg: signingAlgorithm,
  doorcodeGrantTypes: z
    .array(z.enum(GRANT_TYPES, `it must be one of ${GRANT_TYPES.join(", ")}`))
    .max(GRANT_TYPES.length)
    .nullable()
    .optional(),
  doorcodeAdministrativeScopes: z
    .array(z.enum(ADMINISTRATIVE_SCOPES, "it is not an administrative scope of Microsoft Graph"))
    .max(ADMINISTRATIVE_SCOPES.length)
    .optional(),
  keyCredentials: keyCredentials.optional(),
});

export type ApplicationInput = z.infer<typeof applicationInput>;

/** An application's credentials. An API has none. */
export interface AppCredentials {
  certificates: readonly AppCertificate[];
  secrets: readonly AppSecret[];
}

export const scopeId = (api: Pick<Api, "clientId">, { id, value }: ApiScope) => id ?? uuidV5(api.clientId, value);

export function scopeOf(input: z.infer<typeof scope>): ApiScope {
  return {
    id: input.id,
    value: input.value,
    consent: input.type,
    displayName: input.adminConsentDisplayName,
    description: input.adminConsentDescription ?? input.adminConsentDisplayName,
    enabled: input.isEnabled,
    userDisplayName: input.userConsentDisplayName ?? null,
    userDescription: input.userConsentDescription ?? null,
    displayNames: input.doorcodeDisplayNames ?? {},
  };
}

export function roleOf(input: z.infer<typeof role>): ApiRole {
  return {
    id: input.id,
    value: input.value,
    displayName: input.displayName,
    description: input.description ?? input.displayName,
    enabled: input.isEnabled,
    allowedMemberTypes: input.allowedMemberTypes,
  };
}

export function appRolesOf(roles: readonly ApiRole[]) {
  return roles.map((each) => ({
    id: each.id,
    value: each.value,
    displayName: each.displayName,
    description: each.description ?? each.displayName,
    allowedMemberTypes: each.allowedMemberTypes ?? ["User", "Application"],
    isEnabled: each.enabled !== false,
  }));
}

/** The scopes and roles of an API in responses for applications and service principals. */
export function permissionsOf(api: Api | undefined) {
  return {
    oauth2PermissionScopes: (api?.scopes ?? []).map((each) => ({
      id: scopeId(api as Api, each),
      value: each.value,
      type: each.consent,
      adminConsentDisplayName: each.displayName,
      adminConsentDescription: each.description,
      userConsentDisplayName: each.userDisplayName ?? null,
      userConsentDescription: each.userDescription ?? null,
      isEnabled: each.enabled,
      ...(Object.keys(each.displayNames ?? {}).length > 0 && { doorcodeDisplayNames: each.displayNames }),
    })),
    appRoles: appRolesOf(api?.roles ?? []),
  };
}

/**
 * The Graph response. `requiredResourceAccess` is passed in, because it may have to be derived from consents; so are
 * certificates and secrets, which are stored separately.
 */
export function applicationOf(
  registered: Registered,
  requiredResourceAccess: object[],
  { certificates, secrets }: AppCredentials,
) {
  const { registration } = registered;
  const app = registered.kind === "app" ? registered.app : undefined;
  const api = registered.kind === "api" ? registered.api : undefined;
  const either = (app ?? api)!;
  const { oauth2PermissionScopes, appRoles } = permissionsOf(api);
  return {
    id: registration.objectId,
    deletedDateTime: null,
    appId: registration.clientId,
    displayName: either.name,
    description: registration.description,
    uniqueName: registration.uniqueName,
    createdDateTime: new Date(either.createdAt).toISOString(),
    signInAudience: "AzureADMyOrg",
    tags: registration.tags,
    isFallbackPublicClient: app?.publicClient ?? null,
    publicClient: { redirectUris: app?.redirectUris ?? [] },
    web: { redirectUris: app?.postLogoutRedirectUris ?? [] },
    groupMembershipClaims: either.groupClaims ? "SecurityGroup" : null,
    requiredResourceAccess,
    identifierUris: api ? [api.identifierUri] : [],
    api: { requestedAccessTokenVersion: api ? 2 : null, oauth2PermissionScopes },
    appRoles,
    keyCredentials: certificates.map(keyCredentialOf),
    passwordCredentials: secrets.map(passwordCredentialOf),
    ...(api?.tokenProfile === "rfc9068" ? { doorcodeTokenProfile: "rfc9068" } : {}),
    ...(api && accessTokenAlgorithm(api) !== "RS256"
      ? { doorcodeAccessTokenSigningAlg: api.accessTokenSigningAlg }
      : {}),
    ...(app && app.idTokenSignedResponseAlg !== "RS256"
      ? { doorcodeIdTokenSignedResponseAlg: app.idTokenSignedResponseAlg }
      : {}),
    ...(app?.grantTypes ? { doorcodeGrantTypes: app.grantTypes } : {}),
    ...(app && app.administrativeScopes.length > 0 ? { doorcodeAdministrativeScopes: app.administrativeScopes } : {}),
  };
}
