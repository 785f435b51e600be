// Which scopes have consent, which wait for an administrator, and what is remembered of an approval.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { consentedScopes, consentsOfApproval, missingAdminConsent } from "../../src/directory/access-rules.ts";
import type { Api, Consent } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../../src/directory/scopes.ts";
import { sampleApi, sampleApp, sampleUser, scopesAt } from "../storage/samples.ts";

/** An API with a scope of each kind, and an app and a user without any consent yet. */
function fresh() {
  const one = sampleApi().scopes[0]!;
  const api = sampleApi({
    scopes: [
      { ...one, value: "Read" },
      { ...one, value: "Off", enabled: false },
      { ...one, value: "Admin", consent: "Admin" },
      { ...one, value: "Other" },
    ],
  });
  const consents: Consent[] = [];
  const userId = randomUUID();
  const consent = (by: string | null, scopes: string[], resourceId = api.clientId) =>
    consents.push({ clientId: "app", userId: by, resourceId, scopes });
  return { api, userId, consent, consents };
}
const everything = ["Read", "Off", "Admin", "Gone"];

describe("the scopes an app may already use", () => {
  test("of a user's own consent are those that a user may consent to, and that are still offered", () => {
    const facts = fresh();
    const { api, userId, consent } = facts;
    consent(userId, everything);
    assert.deepEqual(consentedScopes(facts, api.clientId), ["Read"]);
  });

  test("of the administrator's consent are all that are still offered, for all users", () => {
    const facts = fresh();
    const { api, consent } = facts;
    consent(null, everything);
    assert.deepEqual(consentedScopes(facts, api.clientId), ["Read", "Admin"]);
  });

  test("are those of the requested resource", () => {
    const facts = fresh();
    const { api, userId, consent } = facts;
    consent(userId, ["Read"], randomUUID());
    consent(null, ["Admin"], randomUUID());
    consent(null, ["User.Read"], GRAPH_RESOURCE_ID);
    assert.deepEqual(consentedScopes(facts, api.clientId), []);
    consent(userId, ["openid", "User.Read"], GRAPH_RESOURCE_ID);
    const atGraph = consentedScopes(facts, GRAPH_RESOURCE_ID);
    assert.deepEqual(atGraph.sort(), ["User.Read", "openid"], "each once");
  });

  test("do not exist for a disabled or unknown API", () => {
    const facts = fresh();
    const { api, consent } = facts;
    consent(null, ["Read"]);
    assert.deepEqual(consentedScopes(facts, api.clientId), ["Read"]);
    assert.deepEqual(consentedScopes({ ...facts, api: { ...api, disabledAt: 1 } }, api.clientId), []);
    assert.deepEqual(consentedScopes({ ...facts, api: undefined }, api.clientId), []);
  });
});

describe("an administrator's consent is missing", () => {
  const missing = (
    { api, consents }: Pick<ReturnType<typeof fresh>, "consents"> & { api: Api | undefined },
    resourceId: string,
    scopes: string[],
    changes: { isDefault?: boolean } = {},
  ) => missingAdminConsent({ api, consents }, { ...scopesAt(resourceId, scopes), ...changes });

  test("for the scopes that are reserved to it, until it is given; a user's own consent does not count", () => {
    const app = fresh();
    const { api, userId, consent } = app;
    assert.deepEqual(missing(app, api.clientId, ["Read", "Admin"]), ["Admin"]);
    consent(userId, ["Admin"]);
    assert.deepEqual(missing(app, api.clientId, ["Read", "Admin"]), ["Admin"]);
    consent(null, ["Admin"]);
    assert.deepEqual(missing(app, api.clientId, ["Read", "Admin"]), []);
  });

  test("for .default, until there is any consent to the API", () => {
    const app = fresh();
    const { api, userId, consent } = app;
    assert.deepEqual(missing(app, api.clientId, [], { isDefault: true }), [".default"]);
    consent(userId, ["Read"]);
    assert.deepEqual(missing(app, api.clientId, [], { isDefault: true }), [".default"]);
    consent(null, ["Read"]);
    assert.deepEqual(missing(app, api.clientId, [], { isDefault: true }), []);
  });

  test("never at Graph, nor at a deleted API, which offers nothing to consent to", () => {
    const app = fresh();
    assert.deepEqual(missing(app, GRAPH_RESOURCE_ID, ["User.Read"], { isDefault: true }), []);
    assert.deepEqual(missing(app, GRAPH_RESOURCE_ID, [], { isDefault: true }), []);
    assert.deepEqual(missing({ ...app, api: undefined }, randomUUID(), ["Admin"]), []);
  });
});

describe("of a user's approval is remembered", () => {
  const [app, user] = [sampleApp({ clientId: "app" }), sampleUser({ id: "user" })];
  const kept = (approved: ScopeSet, api?: Api) => consentsOfApproval({ app, user, api }, approved);
  const atGraph = (scopes: string[]) => ({ clientId: "app", userId: "user", resourceId: GRAPH_RESOURCE_ID, scopes });
  const atApi = (api: Api, scopes: string[]) => ({ ...atGraph(scopes), resourceId: api.clientId });

  test("what a user may consent to at the API, with OpenID Connect's scopes at Graph", () => {
    const { api } = fresh();
    assert.deepEqual(kept(scopesAt(api.clientId, ["Read", "Admin", "Gone"]), api), [
      atGraph(["openid", "offline_access"]),
      atApi(api, ["Read"]),
    ]);
  });

  test("what reaches no further than their own account at Graph", () => {
    const approved = scopesAt(GRAPH_RESOURCE_ID, ["User.Read", "User.Read.All"]);
    assert.deepEqual(kept(approved), [atGraph(["openid", "offline_access", "User.Read"])]);
  });

  test("nothing at an API that was deleted meanwhile, whatever its scopes were called", () => {
    const resourceId = randomUUID();
    assert.deepEqual(kept(scopesAt(resourceId, ["User.Read"])), [
      atGraph(["openid", "offline_access"]),
      { ...atGraph([]), resourceId },
    ]);
  });

  test("nothing if app or user were deleted", () => {
    const approved = scopesAt(GRAPH_RESOURCE_ID, []);
    assert.deepEqual(consentsOfApproval({ app: undefined, user, api: undefined }, approved), []);
    assert.deepEqual(consentsOfApproval({ app, user: undefined, api: undefined }, approved), []);
  });
});
