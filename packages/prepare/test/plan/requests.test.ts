import assert from "node:assert/strict";
import { test } from "node:test";
import {
  apiBody,
  applicationsByDisplayName,
  applicationsByTag,
  assignRole,
  clientAppBody,
  createGrant,
  createServicePrincipal,
  GRAPH_APP_ID,
  GRAPH_SCOPE_IDS,
  NO_ROLE,
  patchApplication,
  upsertApplication,
} from "../../src/graph/applications.ts";
import {
  addMember,
  createUser,
  groupBody,
  makeAdministrator,
  upsertGroup,
  usersByEmail,
} from "../../src/graph/people.ts";
import { getBranding, patchBranding, policyBody } from "../../src/graph/tenant-settings.ts";
import {
  addAttribute,
  createUserFlow,
  createUserFlowAttribute,
  excludeApplication,
  identityProvidersOf,
  includeApplication,
  patchUserFlow,
} from "../../src/graph/user-flows.ts";

// The bodies match Microsoft's documentation of Graph v1.0, member by member.

test("A client app is created with the how-to's body, at its uniqueName so that it is created only once", () => {
  const settings = {
    displayName: "ciam-client-app",
    isFallbackPublicClient: true,
    redirectUris: [],
    postLogoutRedirectUris: [],
    requiredResourceAccess: [
      {
        resourceAppId: GRAPH_APP_ID,
        resourceAccess: [
          { id: GRAPH_SCOPE_IDS.openid, type: "Scope" },
          { id: GRAPH_SCOPE_IDS.offline_access, type: "Scope" },
        ],
      },
    ],
    groupClaims: false,
    idTokenSignedResponseAlg: "RS256" as const,
    tags: ["doorcode:ciam-client-app"],
  };
  assert.deepEqual(upsertApplication("ciam-client-app", clientAppBody(settings)), {
    method: "PATCH",
    path: "/applications(uniqueName='ciam-client-app')",
    headers: { prefer: "create-if-missing" },
    body: {
      displayName: "ciam-client-app",
      signInAudience: "AzureADMyOrg",
      isFallbackPublicClient: true,
      publicClient: { redirectUris: [] },
      requiredResourceAccess: [
        {
          resourceAppId: "00000003-0000-0000-c000-000000000000",
          resourceAccess: [
            { id: "37f7f235-527c-4136-accd-4a02d197296e", type: "Scope" },
            { id: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", type: "Scope" },
          ],
        },
      ],
      tags: ["doorcode:ciam-client-app"],
    },
  });
  const more = clientAppBody({ ...settings, postLogoutRedirectUris: ["https://contoso.example"], groupClaims: true });
  assert.deepEqual(more.web, { redirectUris: ["https://contoso.example"] });
  assert.equal(more.groupMembershipClaims, "SecurityGroup");
});

test("An API is created with version 2 tokens, scopes and roles; its identifier URI follows when the appId is known", () => {
  const scope = {
    id: "11111111-0000-5000-8000-000000000000",
    value: "ToDoList.Read",
    type: "Admin",
    adminConsentDisplayName: "Read",
    adminConsentDescription: "Reads",
    isEnabled: true,
  };
  const body = apiBody({
    displayName: "ciam-ToDoList-api",
    scopes: [scope],
    roles: [],
    groupClaims: false,
    tokenProfile: "entra",
    accessTokenSigningAlg: "RS256",
    tags: ["doorcode:ciam-ToDoList-api"],
  });
  assert.deepEqual(body, {
    displayName: "ciam-ToDoList-api",
    signInAudience: "AzureADMyOrg",
    api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [scope] },
    appRoles: [],
    tags: ["doorcode:ciam-ToDoList-api"],
  });
  assert.deepEqual(patchApplication("3f1d", { identifierUris: ["api://5e13"] }), {
    method: "PATCH",
    path: "/applications/3f1d",
    body: { identifierUris: ["api://5e13"] },
  });
});

test("Service principals, consent for all users, and assignments are created by ID", () => {
  assert.deepEqual(createServicePrincipal("5e13"), {
    method: "POST",
    path: "/servicePrincipals",
    body: { appId: "5e13" },
  });
  assert.deepEqual(createGrant("client", "resource", ["openid", "offline_access"]), {
    method: "POST",
    path: "/oauth2PermissionGrants",
    body: {
      clientId: "client",
      consentType: "AllPrincipals",
      resourceId: "resource",
      scope: "openid offline_access",
    },
  });
  assert.deepEqual(assignRole("resource", "group", NO_ROLE), {
    method: "POST",
    path: "/servicePrincipals/resource/appRoleAssignedTo",
    body: { principalId: "group", resourceId: "resource", appRoleId: "00000000-0000-0000-0000-000000000000" },
  });
});

test("A user flow names the type of every handler", () => {
  const page = { views: [{ inputs: [] }] };
  const request = createUserFlow({
    displayName: "SignInSignUpSample",
    description: "doorcode:SignInSignUpSample",
    identityProviders: ["EmailPassword-OAUTH"],
    isSignUpAllowed: true,
    attributes: [{ id: "email" }],
    page,
  });
  assert.deepEqual(request, {
    method: "POST",
    path: "/identity/authenticationEventsFlows",
    body: {
      "@odata.type": "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow",
      displayName: "SignInSignUpSample",
      description: "doorcode:SignInSignUpSample",
      onAuthenticationMethodLoadStart: {
        "@odata.type": "#microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp",
        identityProviders: [{ id: "EmailPassword-OAUTH" }],
      },
      onInteractiveAuthFlowStart: {
        "@odata.type": "#microsoft.graph.onInteractiveAuthFlowStartExternalUsersSelfServiceSignUp",
        isSignUpAllowed: true,
      },
      onAttributeCollection: {
        "@odata.type": "#microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp",
        attributes: [{ id: "email" }],
        attributeCollectionPage: page,
      },
    },
  });
  assert.deepEqual(patchUserFlow("7", { isSignUpAllowed: false }), {
    method: "PATCH",
    path: "/identity/authenticationEventsFlows/7",
    body: {
      "@odata.type": "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow",
      onInteractiveAuthFlowStart: {
        "@odata.type": "#microsoft.graph.onInteractiveAuthFlowStartExternalUsersSelfServiceSignUp",
        isSignUpAllowed: false,
      },
    },
  });
  assert.deepEqual(includeApplication("7", "5e13"), {
    method: "POST",
    path: "/identity/authenticationEventsFlows/7/conditions/applications/includeApplications",
    body: { "@odata.type": "#microsoft.graph.authenticationConditionApplication", appId: "5e13" },
  });
  assert.equal(
    excludeApplication("7", "5e13").path,
    "/identity/authenticationEventsFlows/7/conditions/applications/includeApplications/5e13",
  );
  assert.equal(
    identityProvidersOf("7").path,
    "/identity/authenticationEventsFlows/7/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAuthenticationMethodLoadStart/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders",
  );
  assert.deepEqual(addAttribute("https://graph.microsoft.com/v1.0", "7", "city"), {
    method: "POST",
    path: "/identity/authenticationEventsFlows/7/microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAttributeCollection/microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp/attributes/$ref",
    body: { "@odata.id": "https://graph.microsoft.com/v1.0/identity/userFlowAttributes/city" },
  });
  assert.deepEqual(createUserFlowAttribute({ name: "Hobby", description: "Your hobby", dataType: "string" }), {
    method: "POST",
    path: "/identity/userFlowAttributes",
    body: { displayName: "Hobby", description: "Your hobby", dataType: "string" },
  });
});

test("A user signs in with an address in the tenant's domain and a password that does not expire", () => {
  const request = createUser({
    email: "a@b.com",
    name: "Ada",
    issuer: "contoso.onmicrosoft.com",
    password: "a secret",
  });
  assert.deepEqual(request, {
    method: "POST",
    path: "/users",
    body: {
      displayName: "Ada",
      identities: [{ signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: "a@b.com" }],
      mail: "a@b.com",
      passwordProfile: { password: "a secret", forceChangePasswordNextSignIn: false },
      passwordPolicies: "DisablePasswordExpiration",
    },
  });
  assert.deepEqual(makeAdministrator("ada").body, {
    principalId: "ada",
    roleDefinitionId: "62e90394-69f5-4237-9190-012177145e10",
    directoryScopeId: "/",
  });
});

test("Groups are security groups created at their uniqueName; members are added by reference", () => {
  const body = groupBody({ displayName: "Staff", description: "Who works here", mailNickname: "staff" });
  assert.deepEqual(upsertGroup("staff", body), {
    method: "PATCH",
    path: "/groups(uniqueName='staff')",
    headers: { prefer: "create-if-missing" },
    body: {
      displayName: "Staff",
      description: "Who works here",
      mailEnabled: false,
      mailNickname: "staff",
      securityEnabled: true,
    },
  });
  assert.deepEqual(addMember("https://graph.microsoft.com/v1.0", "g", "u"), {
    method: "POST",
    path: "/groups/g/members/$ref",
    body: { "@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/u" },
  });
});

test("A policy requires a second factor for all users, or for groups", () => {
  const settings = { displayName: "mfa", enabled: true, applications: ["All"], groups: undefined, excludeUsers: [] };
  assert.deepEqual(policyBody(settings), {
    displayName: "mfa",
    state: "enabled",
    conditions: {
      clientAppTypes: ["all"],
      applications: { includeApplications: ["All"] },
      users: { includeUsers: ["All"], includeGroups: [], excludeUsers: [] },
    },
    grantControls: { operator: "OR", builtInControls: ["mfa"] },
  });
  const { state, conditions } = policyBody({ ...settings, enabled: false, groups: ["g"] });
  assert.equal(state, "disabled");
  assert.deepEqual(conditions?.users, { includeUsers: [], includeGroups: ["g"], excludeUsers: [] });
});

test("The branding is the one for every language", () => {
  assert.deepEqual(getBranding("t").headers, { "accept-language": "0" });
  assert.deepEqual(patchBranding("t", "#0b6e4f"), {
    method: "PATCH",
    path: "/organization/t/branding",
    headers: { "accept-language": "0" },
    body: { backgroundColor: "#0b6e4f" },
  });
});

test("A name cannot end the string that contains it", () => {
  assert.equal(
    decodeURIComponent(applicationsByDisplayName("O'Neill & Sons? #1").path),
    "/applications?$filter=displayName eq 'O''Neill & Sons? #1'",
  );
  assert.ok(!applicationsByDisplayName("a&b").path.includes("a&b"));
  assert.equal(
    decodeURIComponent(applicationsByTag("doorcode:x").path),
    "/applications?$filter=tags/any(t:t eq 'doorcode:x')",
  );
  assert.equal(
    decodeURIComponent(usersByEmail("o'neill@b.com", "contoso.example").path).split("&")[0],
    "/users?$filter=identities/any(c:c/issuerAssignedId eq 'o''neill@b.com' and c/issuer eq 'contoso.example')",
  );
});
