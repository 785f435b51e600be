// The one rule of who gets tokens, as a table: every refusal, their order, and what each fact means where it is absent.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type AccessFacts,
  administrativeScopes,
  canGrantAdminScopes,
  mayApprove,
  mayIssue,
  type Refusal,
  requiresSecondFactor,
  spelledOut,
} from "../../src/directory/access-rules.ts";
import type { Api, App, User } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID, qualifiedScope, qualifiedScopes, type ScopeSet } from "../../src/directory/scopes.ts";
import { DEFAULT_USER_FLOW, type FlowAttribute, type Policy } from "../../src/directory/user-flow.ts";
import { sampleApi, sampleApp, samplePolicy, sampleUser, sampleUserFlow, scopesAt, T0 } from "../storage/samples.ts";

const user = sampleUser();
const app = sampleApp();
const api = sampleApi();
const of = { clientId: app.clientId, userId: user.id };
const own = { ...of, resourceId: api.clientId, scopes: ["ToDoList.Read"] };
const identity = { ...of, resourceId: GRAPH_RESOURCE_ID, scopes: ["openid", "offline_access"] };
const bare = scopesAt(GRAPH_RESOURCE_ID, []);

/** Facts by which tokens are issued. */
function facts(changes: Partial<AccessFacts> = {}): AccessFacts {
  return {
    user,
    app,
    userFlow: DEFAULT_USER_FLOW,
    termsAccepted: true,
    policies: [],
    groupIds: [],
    assigned: false,
    api,
    consents: [own, identity],
    scopes: scopesAt(api.clientId),
    methods: ["password" as const],
    authTime: T0,
    grantType: "device_code",
    signedInSince: null,
    administratorHasFactor: false,
    reach: null,
    ...changes,
  };
}
const atGraph = (scopes: string[], changes: Partial<AccessFacts> = {}) =>
  facts({ api: undefined, scopes: scopesAt(GRAPH_RESOURCE_ID, scopes), consents: [identity], ...changes });
const withUser = (changes: Partial<User>) => ({ ...user, ...changes });
const withApp = (changes: Partial<App>) => ({ ...app, ...changes });
const withScope = (changes: Partial<Api["scopes"][number]>): Api => ({
  ...api,
  scopes: api.scopes.map((each) => ({ ...each, ...changes })),
});

/** A user flow that requires one attribute. */
const asking = (changes: Partial<FlowAttribute>) => {
  const country = { id: "country", label: "", required: true, options: [], validationRegEx: null };
  const attribute: FlowAttribute = { ...country, inputType: "TextBox", dataType: "String", ...changes };
  return { ...DEFAULT_USER_FLOW, attributes: [attribute] };
};

describe("tokens are issued", () => {
  const issued: Record<string, AccessFacts> = {
    "for a user, an app and a consented scope": facts(),
    "by the administrator's consent": facts({
      consents: [
        { ...own, userId: null },
        { ...identity, userId: null },
      ],
    }),
    "for a scope that is reserved to the administrator, by the administrator's consent": facts({
      scopes: scopesAt(api.clientId, ["ToDoList.Admin"]),
      consents: [{ ...own, userId: null, scopes: ["ToDoList.Admin"] }, identity],
    }),
    "to the assigned where the app requires it": facts({ app: withApp({ assignmentRequired: true }), assigned: true }),
    "with a second factor where one is required": facts({
      app: withApp({ requireMfa: true }),
      methods: ["password" as const, "totp" as const],
    }),
    "with a mailed code as the second factor, where the user flow lists it": facts({
      userFlow: { ...DEFAULT_USER_FLOW, mfaRequired: true },
      methods: ["password", "email_second_factor"],
    }),
    "with a passkey alone, where the user flow lists passkeys": facts({
      userFlow: { ...DEFAULT_USER_FLOW, methods: ["passkey"], mfaRequired: true },
      methods: ["passkey"],
    }),
    "with a passkey as the second factor, where it does not": facts({
      userFlow: { ...DEFAULT_USER_FLOW, methods: ["password"], mfaRequired: true },
      methods: ["password", "passkey"],
    }),
    "to a user who gave what the user flow requires": facts({
      userFlow: asking({}),
      user: withUser({ attributes: { country: "Norway" } }),
    }),
    "by the operator, who shows no method and cannot accept terms for anybody": facts({
      userFlow: asking({}),
      methods: ["operator"],
      termsAccepted: false,
    }),
    "with a sign-in that is as new as the request wants": facts({ signedInSince: T0 }),
    "for bare scopes, which no API offers": atGraph([]),
    "for OpenID Connect's own scopes by name": atGraph(["openid", "email"]),
    "for one's own account at Graph, once it was consented": atGraph(["User.Read"], {
      consents: [{ ...identity, scopes: ["openid", "offline_access", "User.Read"] }],
    }),
    "for an administrative scope, to an administrator, without a consent": atGraph(["User.Read.All"], {
      user: withUser({ administrator: true }),
    }),
    "for an administrative scope, with a second factor where an administrator has one": atGraph(["User.Read.All"], {
      user: withUser({ administrator: true }),
      administratorHasFactor: true,
      methods: ["password", "totp"],
    }),
    "for other scopes without one": atGraph(["openid"], {
      user: withUser({ administrator: true }),
      administratorHasFactor: true,
    }),
    "to a public client by each way it may use": facts({ grantType: "refresh_token" }),
    "to a confidential client by device code where it is named": facts({
      app: withApp({ publicClient: false, grantTypes: ["device_code"] }),
    }),
    "for an administrative scope by a browser, though not by device code": atGraph(["User.Read.All"], {
      user: withUser({ administrator: true }),
      app: withApp({ administrationByDeviceCode: false }),
      grantType: "authorization_code",
    }),
    "for what the page of the sign-in listed": facts({
      reach: [...qualifiedScopes(scopesAt(api.clientId)), "another/one"],
    }),
    "for an API's own scope that has an administrative name, to anyone": facts({
      api: withScope({ value: "User.Read.All" }),
      scopes: scopesAt(api.clientId, ["User.Read.All"]),
      consents: [{ ...own, scopes: ["User.Read.All"] }, identity],
    }),
  };
  for (const [what, given] of Object.entries(issued)) {
    test(what, () => assert.equal(mayIssue(given), undefined));
  }
});

/** An administrator's sign-in for an administrative scope. */
const administering: Partial<AccessFacts> = {
  user: withUser({ administrator: true }),
  scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read.All"]),
};

/** In the order of the rule: each change alone is a refusal. */
const refusals: [Refusal, string, Partial<AccessFacts>][] = [
  ["user_unknown", "there is no user", { user: undefined }],
  ["user_disabled", "the user is disabled", { user: withUser({ disabledAt: T0 }) }],
  ["app_unknown", "there is no app", { app: undefined }],
  ["app_disabled", "the app is disabled", { app: withApp({ disabledAt: T0 }) }],
  [
    "grant_not_allowed",
    "a confidential client comes by device code",
    { app: withApp({ publicClient: false }), grantType: "device_code" },
  ],
  [
    "grant_not_allowed",
    "the app names other ways",
    { app: withApp({ grantTypes: ["device_code"] }), grantType: "refresh_token" },
  ],
  ["login_required", "the sign-in is older than the request wants", { signedInSince: T0 + 1 }],
  ["not_assigned", "the app requires assignment", { app: withApp({ assignmentRequired: true }) }],
  [
    "sign_in_method_required",
    "the sign-in began with a method that the user flow does not list",
    { userFlow: sampleUserFlow({ methods: ["passkey"], mfaRequired: true, termsOfUse: null, attributes: [] }) },
  ],
  ["sign_in_method_required", "no method was shown", { methods: [] }],
  ["sign_in_method_required", "only a second factor was shown", { methods: ["totp"] }],
  ["second_factor_required", "the app requires a second factor", { app: withApp({ requireMfa: true }) }],
  ["second_factor_required", "the user flow does", { userFlow: sampleUserFlow({ mfaRequired: true }) }],
  ["second_factor_required", "a policy does", { policies: [samplePolicy()] }],
  [
    "second_factor_required",
    "the user flow does, and a mailed code is not one that it lists",
    {
      userFlow: sampleUserFlow({ methods: ["password"], mfaRequired: true, mfaMethods: ["totp"] }),
      methods: ["password", "email_second_factor"],
    },
  ],
  [
    "second_factor_required",
    "a policy does, and the mailbox alone was shown",
    { policies: [samplePolicy()], methods: ["email_code"] },
  ],
  ["details_required", "the terms of use are not accepted", { termsAccepted: false }],
  ["details_required", "a required attribute is missing", { userFlow: asking({}) }],
  [
    "details_required",
    "a required checkbox is not ticked",
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
    "the app is not named for the administrative scope",
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
  ["scope_unavailable", "there is no API", { api: undefined }],
  ["scope_unavailable", "the API is disabled", { api: { ...api, disabledAt: T0 } }],
  ["scope_unavailable", "the scope is gone", { api: { ...api, scopes: api.scopes.slice(1) } }],
  ["scope_unavailable", "the scope is disabled", { api: withScope({ enabled: false }) }],
  ["scope_unavailable", "no scope of the API is left", { scopes: scopesAt(api.clientId, []) }],
  ["scope_unavailable", "Graph has no such scope", { scopes: scopesAt(GRAPH_RESOURCE_ID, ["Mail.Read"]) }],
  ["consent_required", "nobody consented", { consents: [] }],
  ["consent_required", "the consent is to another scope", { consents: [{ ...own, scopes: ["ToDoList.Admin"] }] }],
  ["consent_required", "no consent to who they are is left", { consents: [own] }],
  [
    "consent_required",
    "a part of who they are has no consent",
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
    "the page of the sign-in listed the API alone",
    { reach: [qualifiedScope(api.clientId, "ToDoList.Read")] },
  ],
  ["consent_required", "the consent is to another API", { consents: [{ ...own, resourceId: "another" }] }],
  ["consent_required", "the scope is reserved to the administrator", { api: withScope({ consent: "Admin" }) }],
  ["consent_required", "one's own account was not consented", { scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read"]) }],
];

describe("no tokens are issued where", () => {
  for (const [refusal, what, changes] of refusals) {
    test(`${what}: ${refusal}`, () => assert.equal(mayIssue(facts(changes)), refusal));
  }
});

test("of several reasons the first in the order of the list is given", () => {
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

  test("nothing that is reserved to the administrator, until it was consented", () => {
    const reserved = facts({ scopes: scopesAt(api.clientId, ["ToDoList.Admin"]), consents: [] });
    assert.equal(mayApprove(reserved), "consent_required");
    const byAdmin = { ...own, userId: null, scopes: ["ToDoList.Admin"] };
    assert.equal(mayApprove({ ...reserved, consents: [byAdmin] }), undefined);
  });

  for (const [refusal, what, changes] of refusals.filter(([refusal]) => refusal !== "consent_required")) {
    test(`nothing where ${what}: ${refusal}`, () => assert.equal(mayApprove(facts(changes)), refusal));
  }
});

describe(".default", () => {
  const asked: ScopeSet = { ...scopesAt(api.clientId, []), isDefault: true };
  const several = withScope({});

  test("is what the administrator allowed and the API offers", () => {
    const consents = [{ ...own, userId: null, scopes: ["ToDoList.Admin", "Gone"] }, own];
    assert.deepEqual(spelledOut({ api: several, consents }, asked), { ...asked, resourceScopes: ["ToDoList.Admin"] });
    const off = withScope({ enabled: false });
    assert.deepEqual(spelledOut({ api: off, consents }, asked).resourceScopes, []);
    assert.deepEqual(spelledOut({ api: { ...several, disabledAt: T0 }, consents }, asked).resourceScopes, []);
    assert.deepEqual(spelledOut({ api: undefined, consents }, asked).resourceScopes, []);
  });

  test("changes no other request, nor one to Graph", () => {
    const consents = [{ ...own, userId: null }];
    const named = scopesAt(api.clientId, ["Gone"]);
    assert.deepEqual(spelledOut({ api: several, consents }, named), named);
    const graph = { ...scopesAt(GRAPH_RESOURCE_ID, ["User.Read"]), isDefault: true };
    assert.deepEqual(spelledOut({ api: undefined, consents }, graph), graph);
  });
});

describe("a policy", () => {
  const demands = (changes: Partial<Policy>, given: Partial<AccessFacts> = {}) =>
    requiresSecondFactor(facts({ policies: [samplePolicy(changes)], ...given }), undefined);

  test("without apps counts for every app and for the account page", () => {
    assert.equal(demands({}), true);
    assert.equal(demands({}, { app: undefined }), true);
  });

  test("that names apps counts for these, and not for the account page", () => {
    assert.equal(demands({ clientIds: ["another", app.clientId] }), true);
    assert.equal(demands({ clientIds: ["another"] }), false);
    assert.equal(demands({ clientIds: [] }), false);
    assert.equal(demands({ clientIds: [app.clientId] }, { app: undefined }), false);
  });

  test("that is switched off, or leaves the user out, does not count", () => {
    assert.equal(demands({ enabled: false }), false);
    assert.equal(demands({ excludedUserIds: ["another", user.id] }), false);
    assert.equal(demands({ excludedUserIds: ["another"] }), true);
    assert.equal(demands({ excludedUserIds: [user.id] }, { user: undefined }), true);
  });

  test("names everybody, or the members of its groups", () => {
    assert.equal(demands({ groupIds: ["a", "b"] }, { groupIds: ["x", "b"] }), true);
    assert.equal(demands({ groupIds: ["a"] }, { groupIds: ["b"] }), false);
    assert.equal(demands({ groupIds: [] }, { groupIds: ["b"] }), false);
  });

  test("counts beside others that do not", () => {
    const policies = [samplePolicy({ groupIds: ["a"] }), samplePolicy({ groupIds: ["b"] })];
    assert.equal(requiresSecondFactor(facts({ policies, groupIds: ["b"] }), undefined), true);
  });

  test("is not needed where app or user flow require it, which nobody is left out of", () => {
    const excludedUserIds = [user.id];
    assert.equal(demands({ excludedUserIds }, { app: withApp({ requireMfa: true }) }), true);
    assert.equal(demands({ excludedUserIds }, { userFlow: sampleUserFlow({ mfaRequired: true }) }), true);
    assert.equal(requiresSecondFactor(facts({ userFlow: sampleUserFlow({ mfaRequired: false }) }), undefined), false);
  });
});

describe("administrative scopes", () => {
  const asked = ["User.Read", "User.Read.All", "Application.ReadWrite.All"];

  test("are those of Graph that reach beyond one's own account", () => {
    assert.deepEqual(administrativeScopes(scopesAt(GRAPH_RESOURCE_ID, asked)), asked.slice(1));
    assert.deepEqual(administrativeScopes(scopesAt(api.clientId, asked)), []);
  });

  test("are for administrators", () => {
    const administrative = scopesAt(GRAPH_RESOURCE_ID, ["User.Read", "User.Read.All"]);
    assert.equal(canGrantAdminScopes({ administrator: true }, administrative), true);
    assert.equal(canGrantAdminScopes({ administrator: false }, administrative), false);
    assert.equal(canGrantAdminScopes({ administrator: false }, scopesAt(GRAPH_RESOURCE_ID, ["User.Read"])), true);
  });
});
