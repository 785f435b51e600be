import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RunningTenant } from "@doorcode/tenant/operator";
import { announced } from "../../src/tenant/announced.ts";
import { scratch } from "../cli-process.ts";

test("the entry of a tenant has an app that was added a moment ago, before its activity is noted", async (t) => {
  const folder = await scratch(t);
  const before = process.env.DOORCODE_STORE_DIR;
  process.env.DOORCODE_STORE_DIR = folder;
  t.after(() => {
    if (before === undefined) delete process.env.DOORCODE_STORE_DIR;
    else process.env.DOORCODE_STORE_DIR = before;
  });
  const authority = "https://localhost:8443/9d3c8a55-1111-4222-8333-444455556666";
  const tenant = { authority, pages: "http://localhost:8444", apps: [], apis: [], ca: "CA" };
  const registered: RunningTenant["apps"] = [];
  let reads = 0;
  const known = await announced(tenant as unknown as RunningTenant, {
    registrations: async () => {
      reads += 1;
      return { apps: [...registered], apis: [] };
    },
  });
  t.after(() => known.end());
  registered.push({ name: "Kitchen TV", clientId: "tv", scopes: [] });
  const [entry] = await Promise.all([known.entry(), known.entry(), known.entry()]);
  assert.deepEqual(entry.apps, [{ name: "Kitchen TV", client_id: "tv", scopes: [] }]);
  assert.equal(reads, 1);
  // The command that the page shows works: what it names is announced.
  const announcedEntry = async () => JSON.parse(await readFile(join(folder, "tenants", `${process.pid}.json`), "utf8"));
  assert.deepEqual((await announcedEntry()).apps, entry.apps);
  await known.end();
  registered.push({ name: "Printer", clientId: "printer", scopes: [] });
  assert.equal((await known.entry()).apps.length, 1);
});
