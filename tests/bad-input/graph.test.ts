import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { LEAKS } from "./fuzz.ts";

const LONG = "microsoft.graph.externalUsersSelfServiceSignUpEventsFlow/onAuthenticationMethodLoadStart";
const PATHS = [
  "applications",
  "applications/ID",
  "applications(appId='ID')",
  "applications(uniqueName='ID')",
  "servicePrincipals",
  "servicePrincipals/ID",
  "servicePrincipals(appId='ID')/appRoleAssignedTo",
  "servicePrincipals(appId='ID')/appRoleAssignedTo/ID",
  "oauth2PermissionGrants",
  "oauth2PermissionGrants/ID",
  "identity/authenticationEventsFlows",
  "identity/authenticationEventsFlows/ID",
  `identity/authenticationEventsFlows/ID/${LONG}/microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp/identityProviders/$ref`,
  "identity/authenticationEventsFlows/ID/conditions/applications/includeApplications",
  "identity/userFlowAttributes",
  "identity/userFlowAttributes/ID",
  "groups",
  "groups/ID",
  "groups(uniqueName='ID')",
  "groups/ID/members",
  "groups/ID/members/$ref",
  "users",
  "users/ID",
  "users/ID/revokeSignInSessions",
  "me",
  "identity/conditionalAccess/policies",
  "identity/conditionalAccess/policies/ID",
  "organization",
  "organization/ID",
  "organization/ID/branding",
  "roleManagement/directory/roleAssignments",
  "roleManagement/directory/roleAssignments/ID",
];
const MEMBERS = [
  ...["displayName", "uniqueName", "description", "tags", "signInAudience", "isFallbackPublicClient", "publicClient"],
  ...["web", "groupMembershipClaims", "requiredResourceAccess", "identifierUris", "api", "appRoles", "appId", "scope"],
  ...["doorcodeTokenProfile", "clientId", "consentType", "principalId", "resourceId", "appRoleId", "accountEnabled"],
  ...["@odata.type", "@odata.id", "priority", "conditions", "onAuthenticationMethodLoadStart", "onAttributeCollection"],
  ...["onInteractiveAuthFlowStart", "dataType", "mailEnabled", "securityEnabled", "mailNickname", "identities", "mail"],
  ...["passwordProfile", "state", "grantControls", "backgroundColor", "roleDefinitionId", "directoryScopeId"],
  ...["__proto__", "constructor", "toString", "\0", "city", "surname"],
];

describe("bad input to Graph", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  test("every request of an administrator's program gets a Graph response: no failure, no stack trace, no internals", async () => {
    const token = await tenant.operatorToken();
    const { clientId } = tenant.apps[0]!;
    const flowType = "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow";
    const oddText = fc.oneof(
      fc.constantFrom("", "\0", "\ud800", "'", "''", "a'b", "x".repeat(3_000), "All", "User", "AzureADMyOrg", flowType),
      fc.constantFrom(
        clientId,
        tenant.tenantId,
        "api://x",
        "https://x.example",
        "#0b6e4f",
        "mfa",
        "..",
        "%2e%2e",
        "$ref",
      ),
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.uuid(),
    );
    const value = fc.oneof(oddText, fc.boolean(), fc.integer(), fc.constant(null), fc.array(oddText), fc.jsonValue());
    const object = fc.dictionary(fc.constantFrom(...MEMBERS), value, { maxKeys: 6 });
    const deep = fc.dictionary(fc.constantFrom(...MEMBERS), fc.oneof(value, object, fc.array(object)), { maxKeys: 6 });
    const body = fc.oneof(
      { weight: 6, arbitrary: deep.map((each) => JSON.stringify(each)) },
      { weight: 1, arbitrary: fc.constantFrom("", "null", "[]", "0", '"x"', "{", "[".repeat(5_000), '{"a":1e999}') },
      { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
    );
    const id = oddText.map((text) => (text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80"));
    const option = fc.tuple(
      fc.constantFrom("$filter", "$select", "$top", "$count", "$skiptoken", "$expand", "$orderby", "x"),
      fc.oneof(oddText, fc.constantFrom("displayName eq 'x'", "tags/any(t:t eq 'x')", "id eq '\0'", "true", "5")),
    );
    const query = fc.array(option, { maxLength: 2 }).map((all) => new URLSearchParams(all).toString());
    const request = fc.record({
      method: fc.constantFrom("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD"),
      path: fc.constantFrom(...PATHS),
      id,
      query,
      body,
      prefer: fc.constantFrom("create-if-missing", "return=minimal", ""),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, id, query, body, prefer }) => {
        // Each caller has a rate limit, and the clock does not advance in this test.
        tenant.clock.advance(100);
        const url = `${tenant.graph}/${path.replaceAll("ID", id)}${query === "" ? "" : `?${query}`}`;
        const bodied = method !== "GET" && method !== "HEAD";
        const answer = await tenant.fetch(url, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(prefer === "" ? {} : { prefer }),
            ...(bodied ? { "content-type": "application/json" } : {}),
          },
          ...(bodied ? { body } : {}),
        });
        const text = await answer.text();
        const summary = `${method} ${url} ${body.slice(0, 500)} → ${answer.status} ${text.slice(0, 500)}`;
        assert.ok(answer.status < 500 && answer.status !== 401 && answer.status !== 429, summary);
        // Errors may echo invalid input, which contains none of these words.
        assert.doesNotMatch(text, LEAKS, summary);
        if (text !== "") JSON.parse(text);
      }),
      { numRuns: 1_500, seed: 20261126 },
    );
  });
});
