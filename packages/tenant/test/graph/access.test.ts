import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { addUser } from "../../../../tests/fixtures/registrations.ts";
import { GRAPH_LIMIT } from "../../src/graph/register.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "./graph-client.ts";
import { signedInToken } from "./signed-in-token.ts";

const BAD = "Request_BadRequest";

describe("Graph: who may call, and invalid requests", () => {
  let tenant: TestTenant;
  let graph: GraphClient;
  before(async () => {
    tenant = await startTestTenant();
    graph = await graphClient(tenant);
  });
  after(() => tenant.close());

  test("without a token, with a made-up one or one for another audience, every path is 401, unknown ones too", async () => {
    const anonymous = await graphClient(tenant, "");
    const madeUp = await graphClient(tenant, "made.up.token");
    for (const path of ["applications", "users", "nothing", `applications/${randomUUID()}`]) {
      for (const client of [anonymous, madeUp]) {
        const reply = await client.get(path);
        assertRefused(reply, 401, "InvalidAuthenticationToken");
        assert.match(reply.headers.get("www-authenticate") ?? "", /^Bearer/);
      }
    }
    assertRefused(await anonymous.post("applications", "no JSON"), 401, "InvalidAuthenticationToken");
  });

  test("an administrator needs the scope of the call; for reading, the read scope or the write scope", async () => {
    const admin = await addUser(tenant.context, "admin@contoso.example", "Admin");
    await seed(tenant.context.store).setUserAdministrator(admin.id, true);
    const reading = await graphClient(tenant, await signedInToken(tenant, admin, ["Application.Read.All"]));
    assertDone(await reading.get("applications"), 200);
    const refused = await reading.post("applications", { displayName: "x" });
    assertRefused(refused, 403, "Authorization_RequestDenied", /Application.ReadWrite.All/);
    assertRefused(await reading.get("oauth2PermissionGrants"), 403, "Authorization_RequestDenied");
    const writing = await graphClient(tenant, await signedInToken(tenant, admin, ["Application.ReadWrite.All"]));
    assertDone(await writing.get("applications"), 200);
    const made = assertDone(await writing.post("applications", { displayName: "By an administrator" }), 201);
    const [record] = await tenant.context.store.audit.list({ event: "graph.application.created", limit: 1 });
    assert.deepEqual([record?.actor, record?.userId, record?.detail.app_id], ["user", admin.id, made.appId]);

    await seed(tenant.context.store).setUserAdministrator(admin.id, false);
    assertRefused(await writing.get("applications"), 403, "Authorization_RequestDenied", /not an administrator/);
  });

  test("it is not served over http", async () => {
    const token = await tenant.operatorToken();
    const headers = { authorization: `Bearer ${token}` };
    const plain = await tenant.fetch(`${tenant.pages}/graph/v1.0/applications`, { headers });
    assert.equal(plain.status, 404);
    assert.doesNotMatch(await plain.text(), /ciam-client-app/);
  });

  test("an unknown path is 404, an unsupported method is 405 and names the supported ones", async () => {
    for (const path of ["nothing", "applications/x/y/z", "servicePrincipals/x/nothing", ""]) {
      assertRefused(await graph.get(path), 404, "Request_ResourceNotFound");
    }
    const wrong = await graph.send("PUT", "applications");
    assertRefused(wrong, 405, BAD);
    assert.equal(wrong.headers.get("allow"), "GET, POST");
    assert.equal((await graph.get("applications/%E0%A4%A")).status, 400);
    assertRefused(await graph.get("applications(uniqueName='a%00b')"), 400, BAD);
    assertRefused(await graph.get("applications(color='red')"), 400, BAD, /not a key/);
    assertDone(await graph.get("Applications"), 200);
  });

  test("a body that is not JSON, is too large or has another type is refused, and nothing is created", async () => {
    const before = assertDone(await graph.get("applications?$count=true"), 200)["@odata.count"];
    assertRefused(await graph.post("applications", '{"displayName": "x"'), 400, BAD, /JSON/);
    assertRefused(await graph.post("applications", '{"displayName": "a\\u0000b"}'), 400, BAD);
    assertRefused(await graph.post("applications", '{"__proto__": {"displayName": "x"}}'), 400, BAD);
    assertRefused(await graph.post("applications", "[".repeat(60_000)), 400, BAD);
    const large = { displayName: "x", description: "y".repeat(66_000) };
    assertRefused(await graph.post("applications", large), 413, BAD, /64 KiB/);
    const form = { "content-type": "application/x-www-form-urlencoded" };
    assertRefused(await graph.post("applications", "displayName=x", form), 415, BAD, /application\/json/);
    assertRefused(await graph.post("applications"), 400, BAD, /Empty Payload/);
    const after = assertDone(await graph.get("applications?$count=true"), 200)["@odata.count"];
    assert.equal(after, before);
  });

  test("a list is paged by links that keep the query, and every page has what its link says", async () => {
    for (let index = 0; index < 7; index++) {
      assertDone(await graph.post("applications", { displayName: "Paged", tags: [`n${index}`] }), 201);
    }
    const seen: string[] = [];
    let next: string | undefined = "applications?$filter=displayName eq 'paged'&$top=3&$select=id,tags&$count=true";
    const sizes: number[] = [];
    while (next !== undefined) {
      const page: { "@odata.nextLink"?: string; "@odata.count": number; value: { id: string; tags: string[] }[] } =
        assertDone(await graph.get(next), 200);
      assert.equal(page["@odata.count"], 7);
      sizes.push(page.value.length);
      for (const item of page.value) assert.deepEqual(Object.keys(item).sort(), ["id", "tags"]);
      seen.push(...page.value.flatMap(({ tags }) => tags));
      next = page["@odata.nextLink"];
      if (next !== undefined) assert.ok(next.startsWith(`${tenant.graph}/applications?`));
    }
    assert.deepEqual(sizes, [3, 3, 1]);
    assert.deepEqual(seen.sort(), ["n0", "n1", "n2", "n3", "n4", "n5", "n6"]);
  });

  test("filters compare for equality, with and, and in collections", async () => {
    const made = assertDone(
      await graph.post("applications", {
        displayName: "It's filtered",
        uniqueName: "Filtered",
        tags: ["doorcode:Filtered"],
        isFallbackPublicClient: true,
      }),
      201,
    );
    const found = async (filter: string) => {
      const reply = await graph.get(`applications?$filter=${encodeURIComponent(filter)}`);
      return assertDone(reply, 200).value.map(({ id }: { id: string }) => id);
    };
    for (const filter of [
      `appId eq '${made.appId.toUpperCase()}'`,
      "uniqueName eq 'Filtered'",
      "displayName eq 'it''s FILTERED'",
      "tags/any(t:t eq 'doorcode:Filtered')",
      "tags/any(t: t eq 'doorcode:Filtered') and isFallbackPublicClient eq true",
      "(displayName eq 'It''s filtered') and (description eq null)",
    ]) {
      assert.deepEqual(await found(filter), [made.id], filter);
    }
    for (const filter of [
      "uniqueName eq 'filtered'",
      "tags/any(t:t eq 'doorcode:filtered')",
      "displayName eq 'It''s filtered' and isFallbackPublicClient eq false",
    ]) {
      assert.deepEqual(await found(filter), [], filter);
    }
  });

  test("an unsupported query is refused, never ignored", async () => {
    const rows: [string, RegExp][] = [
      ["$filter=startswith(displayName,'x')", /filter/],
      ["$filter=displayName ne 'x'", /filter/],
      ["$filter=displayName eq", /filter/],
      ["$filter=displayName eq 'x' or displayName eq 'y'", /filter/],
      ["$filter=displayName eq 'x", /filter/],
      ["$filter=", /filter/],
      ["$filter=shoeSize eq 'x'", /shoeSize/],
      ["$filter=tags/any(t:s eq 'x')", /filter/],
      [`$filter=displayName eq '${"x".repeat(2_000)}'`, /too long/],
      ["$select=id,shoeSize", /shoeSize/],
      ["$top=0", /page size/],
      ["$top=1000", /page size/],
      ["$top=many", /page size/],
      ["$count=maybe", /\$count/],
      ["$orderby=displayName", /\$orderby/],
      ["$search=x", /\$search/],
      ["$expand=owners", /\$expand/],
      ["$top=1&$top=2", /repeated/],
      ["$skiptoken=%F0%9F%98%80", /\$skiptoken/],
    ];
    for (const [query, message] of rows) {
      assertRefused(await graph.get(`applications?${query.replaceAll(" ", "%20")}`), 400, BAD, message);
    }
    assertDone(await graph.get("applications?api-version=1.0&x=y"), 200);
  });

  test("each caller has a generous request limit, which names the time to retry", async () => {
    const own = await startTestTenant();
    try {
      const { store } = own.context;
      for (let taken = 0; taken < GRAPH_LIMIT.count; taken++) {
        await store.throttle.take("graph:operator", GRAPH_LIMIT, own.clock.now());
      }
      const operator = await graphClient(own);
      own.clock.advance(20_000);
      const refused = await operator.get("applications");
      assertRefused(refused, 429, "TooManyRequests");
      assert.equal(refused.headers.get("retry-after"), "40");
      const admin = await addUser(own.context, "admin@contoso.example", "Admin");
      await seed(store).setUserAdministrator(admin.id, true);
      const other = await graphClient(own, await signedInToken(own, admin, ["Application.Read.All"]));
      assertDone(await other.get("applications"), 200);
      own.clock.advance(40_000);
      assertDone(await operator.get("applications"), 200);
    } finally {
      await own.close();
    }
  });
});
