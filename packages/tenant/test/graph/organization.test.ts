import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { palettesOf } from "../../src/ui/branding/palette.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, graphClient } from "./graph-client.ts";

const BAD = "Request_BadRequest";

describe("Graph: the organization and its color", () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "doorcode-graph-"));
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  test("name and color are on the next page, and on the first one after a restart", async () => {
    const place = { dataDir, sqliteFile: join(dataDir, "tenant.sqlite") };
    const brand = palettesOf("#0b6e4f").light.brand;
    {
      await using tenant = await startTestTenant(place);
      const graph = await graphClient(tenant);
      const [organization] = assertDone(await graph.get("organization"), 200).value;
      assert.equal(organization.id, tenant.tenantId);
      const domain = tenant.context.config.domain;
      assert.deepEqual(organization.verifiedDomains, [
        { name: domain, type: "Managed", isDefault: true, isInitial: true },
      ]);
      const path = `organization/${organization.id}`;
      assertDone(await graph.patch(path, { displayName: "Contoso" }), 204);
      const neutral = { "accept-language": "0" };
      assertDone(await graph.patch(`${path}/branding`, { backgroundColor: "#0B6E4F" }, neutral), 204);
      const branding = assertDone(await graph.get(`${path}/branding`, neutral), 200);
      assert.deepEqual([branding.id, branding.backgroundColor], ["0", "#0b6e4f"]);
      assert.equal(assertDone(await graph.get(path), 200).displayName, "Contoso");
      assertDone(await graph.patch(path, { doorcodeLifetimes: { signInDays: 30 } }), 204);
      const { doorcodeLifetimes } = assertDone(await graph.get(path), 200);
      assert.deepEqual([doorcodeLifetimes.signInDays, doorcodeLifetimes.sessionHours], [30, 24]);
      assert.equal((await graph.patch(path, { doorcodeLifetimes: { signInDays: 0 } })).status, 400);
      const page = await (await tenant.fetch(`${tenant.pages}/device`)).text();
      assert.ok(page.includes("Contoso") && page.includes(brand));
      const [record] = await tenant.context.store.audit.list({ event: "graph.organization.changed", limit: 1 });
      assert.deepEqual(record?.detail, { name: "Contoso" });
    }
    await using again = await startTestTenant(place);
    assert.equal(again.context.config.lifetimes.signInDays, 30);
    const page = await (await again.fetch(`${again.pages}/device`)).text();
    assert.ok(page.includes("Contoso") && page.includes(brand));
    assert.equal(assertDone(await (await graphClient(again)).get("organization"), 200).value[0].displayName, "Contoso");
  });

  test("another organization, an invalid name and an invalid color change nothing", async () => {
    await using tenant = await startTestTenant();
    const graph = await graphClient(tenant);
    const path = `organization/${tenant.tenantId}`;
    for (const displayName of ["", " ", "a\u202eb", "x".repeat(61)]) {
      assertRefused(await graph.patch(path, { displayName }), 400, BAD, /name/);
    }
    assertRefused(await graph.patch(path, { verifiedDomains: [] }), 400, BAD, /'verifiedDomains'/);
    for (const backgroundColor of ["red", "#12", 7, "url(x)"]) {
      assertRefused(await graph.patch(`${path}/branding`, { backgroundColor }), 400, BAD, /'backgroundColor'/);
    }
    assertRefused(await graph.get(`organization/${randomUUID()}`), 404, "Request_ResourceNotFound");
    assertRefused(await graph.get(`organization/${randomUUID()}/branding`), 404, "Request_ResourceNotFound");
    assert.equal(assertDone(await graph.get(path), 200).displayName, "Doorcode");
    assertDone(await graph.patch(`${path}/branding`, { backgroundColor: null }), 204);
    assert.equal(assertDone(await graph.get(`${path}/branding`), 200).backgroundColor, "#3b5bdb");
  });
});
