import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addUser } from "../../../../tests/fixtures/registrations.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "../graph/graph-client.ts";

describe("attack: an OData path that leads to what an object inherits", () => {
  let tenant: TestTenant;
  let graph: GraphClient;
  before(async () => {
    tenant = await startTestTenant();
    await addUser(tenant.context, "ada@contoso.example", "Ada Lovelace");
    graph = await graphClient(tenant);
  });
  after(() => tenant.close());

  const found = async (filter: string, list = "users") =>
    assertDone(await graph.get(`${list}?$filter=${encodeURIComponent(filter)}`), 200).value.length;

  test("$filter reads an object's own properties, and no prototype, length or method", async () => {
    assert.equal(await found("userType eq 'Member'"), 1, "the filter itself works");
    assert.equal(await found("displayName/constructor/name eq 'String'"), 0);
    assert.equal(await found("identities/constructor/name eq 'Array'"), 0);
    assert.equal(await found("identities/length eq 1"), 0);
    assert.equal(await found("displayName/length eq 12"), 0);
    assert.equal(await found("api/constructor/name eq 'Object'", "applications"), 0);
    assert.equal(await found("identities/any(i:i/constructor/name eq 'Object')"), 0);
    assert.equal(await found("tags/any(t:t/constructor/name eq 'String')", "applications"), 0);
  });

  test("$filter, $select and $expand take no property that a resource does not have", async () => {
    for (const name of ["constructor", "__proto__", "hasOwnProperty", "toString"]) {
      const property = new RegExp(`'${name}'`);
      assertRefused(await graph.get(`users?$filter=${name} eq null`), 400, "Request_BadRequest", property);
      assertRefused(await graph.get(`users?$select=${name}`), 400, "Request_BadRequest", property);
      assertRefused(await graph.get(`users?$expand=${name}`), 400, "Request_BadRequest");
      assertRefused(await graph.get(`users?$orderby=${name}`), 400, "Request_BadRequest");
    }
  });
});
