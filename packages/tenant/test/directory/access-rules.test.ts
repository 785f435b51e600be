// The single rule for who gets tokens: when they are issued, and what a missing fact means.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type AccessFacts,
  administrativeScopes,
  canGrantAdminScopes,
  mayIssue,
  requiresSecondFactor,
  spelledOut,
} from "../../src/directory/access-rules.ts";
import { GRAPH_RESOURCE_ID, qualifiedScopes, type ScopeSet } from "../../src/directory/scopes.ts";
import { DEFAULT_USER_FLOW, type Policy } from "../../src/directory/user-flow.ts";
import { samplePolicy, sampleUserFlow, scopesAt, T0 } from "../storage/samples.ts";
import { api, app, asking, atGraph, facts, identity, own, user, withApp, withScope, withUser } from "./access-facts.ts";

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
    "to assigned users if the app requires assignment": facts({
      app: withApp({ assignmentRequired: true }),
      assigned: true,
    }),
    "with a second factor if one is required": facts({
      app: withApp({ requireMfa: true }),
      methods: ["password" as const, "totp" as const],
    }),
    "with a mailed code as the second factor, if the user flow lists it": facts({
      userFlow: { ...DEFAULT_USER_FLOW, mfaRequired: true },
      methods: ["password", "email_second_factor"],
    }),
    "with a passkey alone, if the user flow lists passkeys": facts({
      userFlow: { ...DEFAULT_USER_FLOW, methods: ["passkey"], mfaRequired: true },
      methods: ["passkey"],
    }),
    "with a passkey as the second factor, if it does not": facts({
      userFlow: { ...DEFAULT_USER_FLOW, methods: ["password"], mfaRequired: true },
      methods: ["password", "passkey"],
    }),
    "to a user who provided what the user flow requires": facts({
      userFlow: asking({}),
      user: withUser({ attributes: { country: "Norway" } }),
    }),
    "by the operator, who uses no method and cannot accept terms for users": facts({
      userFlow: asking({}),
      methods: ["operator"],
      termsAccepted: false,
    }),
    "with a sign-in as recent as the request requires": facts({ signedInSince: T0 }),
    "for bare scopes, which no API offers": atGraph([]),
    "for OpenID Connect's own scopes by name": atGraph(["openid", "email"]),
    "for the user's own account at Graph, after consent": atGraph(["User.Read"], {
      consents: [{ ...identity, scopes: ["openid", "offline_access", "User.Read"] }],
    }),
    "for an administrative scope, to an administrator, without a consent": atGraph(["User.Read.All"], {
      user: withUser({ administrator: true }),
    }),
    "for an administrative scope, with a second factor if an administrator has one": atGraph(["User.Read.All"], {
      user: withUser({ administrator: true }),
      administratorHasFactor: true,
      methods: ["password", "totp"],
    }),
    "with a second factor that the operator of the embedded tenant claimed": facts({
      app: withApp({ requireMfa: true }),
      methods: ["operator", "totp"],
      embedded: true,
    }),
    "for other scopes without one": atGraph(["openid"], {
      user: withUser({ administrator: true }),
      administratorHasFactor: true,
    }),
    "for an existing token, whatever grants the app may use": facts({
      app: withApp({ grantTypes: [] }),
      grantType: null,
    }),
    "without an optional attribute": facts({ userFlow: asking({ required: false }) }),
    "without the name that every user has": facts({ userFlow: asking({ id: "displayName" }) }),
    "with a required text": facts({ userFlow: asking({}), user: withUser({ attributes: { country: "Norway" } }) }),
    "with a required checkbox that is checked": facts({
      userFlow: asking({ inputType: "CheckboxSingleSelect", dataType: "Boolean" }),
      user: withUser({ attributes: { country: true } }),
    }),
    "to a public client by each grant it may use": facts({ grantType: "refresh_token" }),
    "to a confidential client by device code, if it lists that grant": facts({
      app: withApp({ publicClient: false, grantTypes: ["device_code"] }),
    }),
    "for an administrative scope by a browser, but not by device code": atGraph(["User.Read.All"], {
      user: withUser({ administrator: true }),
      app: withApp({ administrationByDeviceCode: false }),
      grantType: "authorization_code",
    }),
    "for what the page of the sign-in listed": facts({
      reach: [...qualifiedScopes(scopesAt(api.clientId)), "another/one"],
    }),
    "for an API's own scope that has an administrative name, to any user": facts({
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
describe(".default", () => {
  const asked: ScopeSet = { ...scopesAt(api.clientId, []), isDefault: true };
  const several = withScope({});

  test("is what the administrator consented to and the API offers", () => {
    const consents = [{ ...own, userId: null, scopes: ["ToDoList.Admin", "Gone"] }, own];
    assert.deepEqual(spelledOut({ api: several, consents }, asked), { ...asked, resourceScopes: ["ToDoList.Admin"] });
    const off = withScope({ enabled: false });
    assert.deepEqual(spelledOut({ api: off, consents }, asked).resourceScopes, []);
    assert.deepEqual(spelledOut({ api: { ...several, disabledAt: T0 }, consents }, asked).resourceScopes, []);
    assert.deepEqual(spelledOut({ api: undefined, consents }, asked).resourceScopes, []);
  });

  test("does not change other requests, or requests to Graph", () => {
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

  test("without apps applies to every app and to the account page", () => {
    assert.equal(demands({}), true);
    assert.equal(demands({}, { app: undefined }), true);
  });

  test("with apps applies to these, and not to the account page", () => {
    assert.equal(demands({ clientIds: ["another", app.clientId] }), true);
    assert.equal(demands({ clientIds: ["another"] }), false);
    assert.equal(demands({ clientIds: [] }), false);
    assert.equal(demands({ clientIds: [app.clientId] }, { app: undefined }), false);
  });

  test("that is disabled, or excludes the user, does not apply", () => {
    assert.equal(demands({ enabled: false }), false);
    assert.equal(demands({ excludedUserIds: ["another", user.id] }), false);
    assert.equal(demands({ excludedUserIds: ["another"] }), true);
    assert.equal(demands({ excludedUserIds: [user.id] }, { user: undefined }), true);
  });

  test("applies to all users, or to the members of its groups", () => {
    assert.equal(demands({ groupIds: ["a", "b"] }, { groupIds: ["x", "b"] }), true);
    assert.equal(demands({ groupIds: ["a"] }, { groupIds: ["b"] }), false);
    assert.equal(demands({ groupIds: [] }, { groupIds: ["b"] }), false);
  });

  test("applies even if others do not", () => {
    const policies = [samplePolicy({ groupIds: ["a"] }), samplePolicy({ groupIds: ["b"] })];
    assert.equal(requiresSecondFactor(facts({ policies, groupIds: ["b"] }), undefined), true);
  });

  test("is not needed if app or user flow require the factor, which have no exclusions", () => {
    const excludedUserIds = [user.id];
    assert.equal(demands({ excludedUserIds }, { app: withApp({ requireMfa: true }) }), true);
    assert.equal(demands({ excludedUserIds }, { userFlow: sampleUserFlow({ mfaRequired: true }) }), true);
    assert.equal(requiresSecondFactor(facts({ userFlow: sampleUserFlow({ mfaRequired: false }) }), undefined), false);
  });
});

describe("administrative scopes", () => {
  const asked = ["User.Read", "User.Read.All", "Application.ReadWrite.All"];

  test("are those of Graph that reach beyond the user's own account", () => {
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
