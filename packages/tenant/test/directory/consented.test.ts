import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { consentedScopes, consentsOf, missingAdminConsent } from "../../src/directory/consented.ts";
import type { Api } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleApi, scopesAt } from "../storage/samples.ts";

let store: Store;
before(async () => {
  store = await openSqliteStore(":memory:");
});
after(() => store.close());

/** An API with a scope of each kind, and an app and a person that no consent is of yet. */
async function fresh() {
  const one = sampleApi().scopes[0]!;
  const api = sampleApi({
    scopes: [
      { ...one, value: "Read" },
      { ...one, value: "Off", enabled: false },
      { ...one, value: "Admin", consent: "Admin" },
      { ...one, value: "Other" },
    ],
  });
  await seed(store).putApi(api);
  const [clientId, userId] = [randomUUID(), randomUUID()];
  const consent = (by: string | null, scopes: string[], resourceId = api.clientId) =>
    seed(store).addConsent({ clientId, userId: by, resourceId, scopes });
  return { api, clientId, userId, consent };
}
const everything = ["Read", "Off", "Admin", "Gone"];

describe("the scopes an app may already use", () => {
  test("of a person's own consent are those that a person may consent to, and that are still offered", async () => {
    const { api, clientId, userId, consent } = await fresh();
    await consent(userId, everything);
    assert.deepEqual(await consentedScopes(store, clientId, userId, api.clientId), ["Read"]);
    assert.deepEqual(await consentedScopes(store, clientId, randomUUID(), api.clientId), []);
  });

  test("of the administrator's consent are all that are still offered, for everybody", async () => {
    const { api, clientId, consent } = await fresh();
    await consent(null, everything);
    assert.deepEqual(await consentedScopes(store, clientId, randomUUID(), api.clientId), ["Read", "Admin"]);
  });

  test("are those of the resource that is asked about", async () => {
    const { api, clientId, userId, consent } = await fresh();
    await consent(userId, ["Read"], randomUUID());
    await consent(null, ["Admin"], randomUUID());
    await consent(null, ["User.Read"], GRAPH_RESOURCE_ID);
    assert.deepEqual(await consentedScopes(store, clientId, userId, api.clientId), []);
    await consent(userId, ["openid", "User.Read"], GRAPH_RESOURCE_ID);
    const atGraph = await consentedScopes(store, clientId, userId, GRAPH_RESOURCE_ID);
    assert.deepEqual(atGraph.sort(), ["User.Read", "openid"], "each once");
  });

  test("are none of an API that is disabled or unknown", async () => {
    const { api, clientId, userId, consent } = await fresh();
    await consent(null, ["Read"]);
    await seed(store).putApi({ ...api, disabledAt: 1 });
    assert.deepEqual(await consentedScopes(store, clientId, userId, api.clientId), []);
    const unknown = randomUUID();
    await consent(null, ["Read"], unknown);
    assert.deepEqual(await consentedScopes(store, clientId, userId, unknown), []);
  });
});

describe("an administrator's consent is missing", () => {
  const missing = async (
    { clientId }: { clientId: string },
    resourceId: string,
    scopes: string[],
    changes: { isDefault?: boolean } = {},
  ) => missingAdminConsent(store, clientId, { ...scopesAt(resourceId, scopes), ...changes });

  test("for the scopes that are reserved to it, until it is given; a person's own does not count", async () => {
    const app = await fresh();
    const { api, userId, consent } = app;
    assert.deepEqual(await missing(app, api.clientId, ["Read", "Admin"]), ["Admin"]);
    await consent(userId, ["Admin"]);
    assert.deepEqual(await missing(app, api.clientId, ["Read", "Admin"]), ["Admin"]);
    await consent(null, ["Admin"]);
    assert.deepEqual(await missing(app, api.clientId, ["Read", "Admin"]), []);
  });

  test("for .default, until anything of the API is consented", async () => {
    const app = await fresh();
    const { api, userId, consent } = app;
    assert.deepEqual(await missing(app, api.clientId, [], { isDefault: true }), [".default"]);
    await consent(userId, ["Read"]);
    assert.deepEqual(await missing(app, api.clientId, [], { isDefault: true }), [".default"]);
    await consent(null, ["Read"]);
    assert.deepEqual(await missing(app, api.clientId, [], { isDefault: true }), []);
  });

  test("never at Graph, nor at an API that is gone, which offers nothing to consent to", async () => {
    const app = await fresh();
    assert.deepEqual(await missing(app, GRAPH_RESOURCE_ID, ["User.Read"], { isDefault: true }), []);
    assert.deepEqual(await missing(app, randomUUID(), ["Admin"]), []);
  });
});

describe("of a person's yes is kept", () => {
  const kept = async (approved: Parameters<typeof consentsOf>[3]) => consentsOf(store, "app", "user", approved);
  const atGraph = (scopes: string[]) => ({ clientId: "app", userId: "user", resourceId: GRAPH_RESOURCE_ID, scopes });
  const atApi = (api: Api, scopes: string[]) => ({ ...atGraph(scopes), resourceId: api.clientId });

  test("what a person may consent to at the API, with OpenID Connect's scopes at Graph", async () => {
    const { api } = await fresh();
    assert.deepEqual(await kept(scopesAt(api.clientId, ["Read", "Admin", "Gone"])), [
      atGraph(["openid", "offline_access"]),
      atApi(api, ["Read"]),
    ]);
  });

  test("what reaches no further than their own account at Graph", async () => {
    const approved = scopesAt(GRAPH_RESOURCE_ID, ["User.Read", "User.Read.All"]);
    assert.deepEqual(await kept(approved), [atGraph(["openid", "offline_access", "User.Read"])]);
  });

  test("nothing at an API that is gone meanwhile, whatever its scopes were called", async () => {
    const resourceId = randomUUID();
    assert.deepEqual(await kept(scopesAt(resourceId, ["User.Read"])), [
      atGraph(["openid", "offline_access"]),
      { ...atGraph([]), resourceId },
    ]);
  });
});
