import assert from "node:assert/strict";
import { test } from "node:test";
import { Entra } from "./fixtures/entra.ts";
import { HOW_TO } from "./fixtures/models.ts";

// Entra is not available here. These tests run against a local server that responds as Microsoft's documentation of
// Graph says, and shows new objects only seconds later. Requests are compared with the bodies in the documentation.

const where = "(a local server that responds as Graph's documentation says)";

test(`The how-to's tenant is created by the how-to's calls, in their order ${where}`, async () => {
  await using entra = await Entra.start();
  const applied = await entra.prepare(HOW_TO);
  const api = applied.apis[0]!;
  const app = applied.apps[0]!;
  assert.deepEqual(api, {
    name: "ciam-ToDoList-api",
    clientId: api.clientId,
    identifierUri: `api://${api.clientId}`,
    scopes: [`api://${api.clientId}/ToDoList.Read`, `api://${api.clientId}/ToDoList.ReadWrite`],
  });
  const { applications, servicePrincipals, flows } = entra.state;
  const idOf = (clientId: string) => servicePrincipals.find(({ appId }) => appId === clientId)?.id;
  const graphId = idOf("00000003-0000-0000-c000-000000000000");
  const read = applications[0].api.oauth2PermissionScopes[0];

  assert.deepEqual(
    entra.writes().map(({ method, path, body }) => ({ method, path, body })),
    [
      {
        method: "PATCH",
        path: "/applications(uniqueName='ciam-ToDoList-api')",
        body: {
          displayName: "ciam-ToDoList-api",
          signInAudience: "AzureADMyOrg",
          api: {
            requestedAccessTokenVersion: 2,
            oauth2PermissionScopes: [
              {
                id: read.id,
                value: "ToDoList.Read",
                type: "Admin",
                adminConsentDisplayName: "Read your to-do lists",
                adminConsentDescription: "Reads every to-do list of yours",
                isEnabled: true,
              },
              {
                id: applications[0].api.oauth2PermissionScopes[1].id,
                value: "ToDoList.ReadWrite",
                type: "Admin",
                adminConsentDisplayName: "Change your to-do lists",
                adminConsentDescription: "Change your to-do lists",
                isEnabled: true,
              },
            ],
          },
          appRoles: [
            {
              id: applications[0].appRoles[0].id,
              value: "ToDoList.Read.All",
              displayName: "Read everybody's to-do lists",
              description: "Read everybody's to-do lists",
              allowedMemberTypes: ["User", "Application"],
              isEnabled: true,
            },
          ],
          tags: ["doorcode:ciam-ToDoList-api"],
        },
      },
      {
        method: "PATCH",
        path: `/applications/${applications[0].id}`,
        body: { identifierUris: [`api://${api.clientId}`] },
      },
      { method: "POST", path: "/servicePrincipals", body: { appId: api.clientId } },
      {
        method: "PATCH",
        path: "/applications(uniqueName='ciam-client-app')",
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
            { resourceAppId: api.clientId, resourceAccess: [{ id: read.id, type: "Scope" }] },
          ],
          tags: ["doorcode:ciam-client-app"],
        },
      },
      { method: "POST", path: "/servicePrincipals", body: { appId: app.clientId } },
      {
        method: "POST",
        path: "/oauth2PermissionGrants",
        body: {
          clientId: idOf(app.clientId),
          consentType: "AllPrincipals",
          resourceId: graphId,
          scope: "openid offline_access",
        },
      },
      {
        method: "POST",
        path: "/oauth2PermissionGrants",
        body: {
          clientId: idOf(app.clientId),
          consentType: "AllPrincipals",
          resourceId: idOf(api.clientId),
          scope: "ToDoList.Read",
        },
      },
      {
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
            attributes: [
              {
                id: "email",
                displayName: "Email Address",
                description: "Email Address of the user",
                userFlowAttributeType: "builtIn",
                dataType: "string",
              },
              {
                id: "displayName",
                displayName: "Display Name",
                description: "Display Name of the user",
                userFlowAttributeType: "builtIn",
                dataType: "string",
              },
            ],
            attributeCollectionPage: {
              views: [
                {
                  title: null,
                  description: null,
                  inputs: [
                    {
                      attribute: "email",
                      label: "Email Address",
                      inputType: "text",
                      hidden: true,
                      editable: false,
                      writeToDirectory: true,
                      required: true,
                      validationRegEx: "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:.[a-zA-Z0-9-]+)*$",
                    },
                    {
                      attribute: "displayName",
                      label: "Display Name",
                      inputType: "text",
                      hidden: false,
                      editable: true,
                      writeToDirectory: true,
                      required: false,
                    },
                  ],
                },
              ],
            },
          },
        },
      },
      {
        method: "POST",
        path: `/identity/authenticationEventsFlows/${flows[0].id}/conditions/applications/includeApplications`,
        body: { "@odata.type": "#microsoft.graph.authenticationConditionApplication", appId: app.clientId },
      },
    ],
  );
  for (const { headers, method, path } of entra.requests) {
    assert.match(headers["client-request-id"] ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(headers.authorization, "Bearer administrator");
    assert.equal(headers.prefer, path.includes("(uniqueName") && method === "PATCH" ? "create-if-missing" : undefined);
    if (method !== "GET") assert.equal(headers["content-type"], "application/json");
  }
});
