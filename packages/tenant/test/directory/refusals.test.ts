// When no tokens are issued, as a table: every refusal, and which of several is reported.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccessFacts, mayApprove, mayIssue, type Refusal } from "../../src/directory/access-rules.ts";
import { GRAPH_RESOURCE_ID, qualifiedScope, qualifiedScopes } from "../../src/directory/scopes.ts";
import { samplePolicy, sampleUserFlow, scopesAt, T0 } from "../storage/samples.ts";
import { api, asking, atGraph, bare, facts, identity, own, withApp, withScope, withUser } from "./access-facts.ts";

const administering: Partial<AccessFacts> = {
  user: withUser({ administrator: true }),
  scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read.All"]),
};

/** In the order of the rule. Each change alone causes a refusal. */
const refusals: [Refusal, string, Partial<AccessFacts>][] = [
  ["user_unknown", "the user does not exist", { user: undefined }],
  ["user_disabled", "the user is disabled", { user: withUser({ disabledAt: T0 }) }],
  ["app_unknown", "the app does not exist", { app: undefined }],
  ["app_disabled", "the app is disabled", { app: withApp({ disabledAt: T0 }) }],
  [
    "grant_not_allowed",
    "a confidential client uses the device code",
    { app: withApp({ publicClient: false }), grantType: "device_code" },
  ],
  [
    "grant_not_allowed",
    "the app lists other grants",
    { app: withApp({ grantTypes: ["device_code"] }), grantType: "refresh_token" },
  ],
  [
    "grant_not_allowed",
    "the app may renew, but no longer use the grant of this sign-in",
    { app: withApp({ grantTypes: ["refresh_token"] }), grantType: "refresh_token", signInGrant: "device_code" },
  ],
  ["login_required", "the sign-in is older than the request allows", { signedInSince: T0 + 1 }],
  ["not_assigned", "the app requires assignment", { app: withApp({ assignmentRequired: true }) }],
  [
    "sign_in_method_required",
    "the sign-in began with a method that the user flow does not list",
    { userFlow: sampleUserFlow({ methods: ["passkey"], mfaRequired: true, termsOfUse: null, attributes: [] }) },
  ],
  ["sign_in_method_required", "no method was used", { methods: [] }],
  ["sign_in_method_required", "only a second factor was used", { methods: ["totp"] }],
  ["second_factor_required", "the app requires a second factor", { app: withApp({ requireMfa: true }) }],
  ["second_factor_required", "the user flow requires one", { userFlow: sampleUserFlow({ mfaRequired: true }) }],
  ["second_factor_required", "a policy requires one", { policies: [samplePolicy()] }],
  [
    "second_factor_required",
    "the user flow requires one, and does not list a mailed code",
    {
      userFlow: sampleUserFlow({ methods: ["password"], mfaRequired: true, mfaMethods: ["totp"] }),
      methods: ["password", "email_second_factor"],
    },
  ],
  [
    "second_factor_required",
    "a policy requires one, and only access to the mailbox was proven",
    { policies: [samplePolicy()], methods: ["email_code"] },
  ],
  [
    "details_required",
    "a required text is empty",
    { userFlow: asking({}), user: withUser({ attributes: { country: "" } }) },
  ],
  ["details_required", "the terms of use are not accepted", { termsAccepted: false }],
  ["details_required", "a required attribute is missing", { userFlow: asking({}) }],
  [
    "details_required",
    "a required checkbox is not checked",
    {
      userFlow: asking({ inputType: "CheckboxSingleSelect", dataType: "Boolean" }),
      user: withUser({ attributes: { country: false } }),
    },
  ],
  [
    "second_factor_required",
    "a scope is administrative and an administrator has one",
    { ...administering, administratorHasFactor: true },
  ],
  ["administrator_required", "a scope is administrative", { scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read.All"]) }],
  [
    "administration_not_allowed",
    "the app does not list the administrative scope",
    {
      ...administering,
      app: withApp({ administrativeScopes: ["User.ReadWrite.All"] }),
      grantType: "authorization_code",
    },
  ],
  [
    "administration_not_allowed",
    "the operator did not allow it by device code",
    { ...administering, app: withApp({ administrationByDeviceCode: false }) },
  ],
  ["scope_unavailable", "the API does not exist", { api: undefined }],
  ["scope_unavailable", "the API is disabled", { api: { ...api, disabledAt: T0 } }],
  ["scope_unavailable", "the scope was deleted", { api: { ...api, scopes: api.scopes.slice(1) } }],
  ["scope_unavailable", "the scope is disabled", { api: withScope({ enabled: false }) }],
  ["scope_unavailable", "no scope of the API is left", { scopes: scopesAt(api.clientId, []) }],
  ["scope_unavailable", "Graph has no such scope", { scopes: scopesAt(GRAPH_RESOURCE_ID, ["Mail.Read"]) }],
  [
    "second_factor_required",
    "the operator claimed the second factor, and the tenant is not embedded",
    { app: withApp({ requireMfa: true }), methods: ["operator", "totp"] },
  ],
  ["consent_required", "there is no consent", { consents: [] }],
  ["consent_required", "the consent is to another scope", { consents: [{ ...own, scopes: ["ToDoList.Admin"] }] }],
  ["consent_required", "no consent to the user's identity is left", { consents: [own] }],
  [
    "consent_required",
    "part of the user's identity has no consent",
    { consents: [own, { ...identity, scopes: ["openid"] }] },
  ],
  ["consent_required", "the page of the sign-in did not list the API", { reach: qualifiedScopes(bare) }],
  [
    "consent_required",
    "the page of the sign-in listed another API's scope of that name",
    { reach: [...qualifiedScopes(bare), qualifiedScope("another", "ToDoList.Read")] },
  ],
  [
    "consent_required",
    "the page of the sign-in listed only the API",
    { reach: [qualifiedScope(api.clientId, "ToDoList.Read")] },
  ],
  ["consent_required", "the consent is to another API", { consents: [{ ...own, resourceId: "another" }] }],
  ["consent_required", "the scope is reserved to the administrator", { api: withScope({ consent: "Admin" }) }],
  ["consent_required", "the user's own account has no consent", { scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read"]) }],
];

describe("no tokens are issued where", () => {
  for (const [refusal, what, changes] of refusals) {
    test(`${what}: ${refusal}`, () => assert.equal(mayIssue(facts(changes)), refusal));
  }
});

test("of several reasons, the first in the order of the list is reported", () => {
  const order: [Refusal, (before: AccessFacts) => AccessFacts][] = [
    ["consent_required", (before) => ({ ...before, consents: [] })],
    ["scope_unavailable", (before) => ({ ...before, scopes: { ...before.scopes, resourceScopes: ["Mail.Read"] } })],
    [
      "administration_not_allowed",
      (before) => ({
        ...before,
        user: withUser({ administrator: true }),
        app: withApp({ administrativeScopes: [] }),
        scopes: scopesAt(GRAPH_RESOURCE_ID, ["Mail.Read", "User.Read.All"]),
      }),
    ],
    ["administrator_required", (before) => ({ ...before, user: withUser({ administrator: false }) })],
    ["details_required", (before) => ({ ...before, termsAccepted: false })],
    ["second_factor_required", (before) => ({ ...before, policies: [samplePolicy()] })],
    ["sign_in_method_required", (before) => ({ ...before, methods: ["totp"] })],
    ["not_assigned", (before) => ({ ...before, app: withApp({ assignmentRequired: true }) })],
    ["login_required", (before) => ({ ...before, signedInSince: T0 + 1 })],
    ["grant_not_allowed", (before) => ({ ...before, app: { ...before.app!, grantTypes: [] } })],
    ["app_disabled", (before) => ({ ...before, app: { ...before.app!, disabledAt: T0 } })],
    ["app_unknown", (before) => ({ ...before, app: undefined })],
    ["user_disabled", (before) => ({ ...before, user: withUser({ disabledAt: T0 }) })],
    ["user_unknown", (before) => ({ ...before, user: undefined })],
  ];
  let given = facts();
  for (const [refusal, change] of order) {
    given = change(given);
    assert.equal(mayIssue(given), refusal);
  }
  assert.deepEqual([...new Set(refusals.map(([refusal]) => refusal))], order.map(([refusal]) => refusal).reverse());
});

describe("a user may approve", () => {
  test("what they may consent to themselves, as if they had", () => {
    assert.equal(mayApprove(facts({ consents: [] })), undefined);
    assert.equal(mayApprove(atGraph(["User.Read"])), undefined);
  });

  test("nothing that is reserved to the administrator, until it has consent", () => {
    const reserved = facts({ scopes: scopesAt(api.clientId, ["ToDoList.Admin"]), consents: [] });
    assert.equal(mayApprove(reserved), "consent_required");
    const byAdmin = { ...own, userId: null, scopes: ["ToDoList.Admin"] };
    assert.equal(mayApprove({ ...reserved, consents: [byAdmin] }), undefined);
  });

  for (const [refusal, what, changes] of refusals.filter(([refusal]) => refusal !== "consent_required")) {
    test(`nothing where ${what}: ${refusal}`, () => assert.equal(mayApprove(facts(changes)), refusal));
  }
});
