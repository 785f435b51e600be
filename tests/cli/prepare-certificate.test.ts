// `doorcode prepare --certificate` as CI runs it, against a tenant.

import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { doorcode, scratch } from "../../packages/cli/test/cli-process.ts";
import { ADMINISTRATIVE_SCOPES } from "../../packages/tenant/src/directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../../packages/tenant/src/directory/scopes.ts";
import { ownCertificate } from "../../packages/tenant/test/fixtures/own-certificate.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addCertifiedApp, permitAtGraph } from "../fixtures/client-assertion.ts";

const file = `apps:
  headless-app: { permissions: [openid, offline_access, todo-api/Read] }
apis:
  todo-api: { scopes: { Read: { displayName: Read your to-do lists } } }
`;

/**
 * A tenant, an app that may prepare it, its key and certificate in a file that only the owner can read, and a tenant
 * file.
 */
async function testEnv(t: TestContext) {
  const folder = await scratch(t);
  const tenant = await startTestTenant({ clock: "moving" });
  t.after(() => tenant.close());
  const ci = await addCertifiedApp(tenant.context);
  await permitAtGraph(tenant.context, ci, ...ADMINISTRATIVE_SCOPES);
  await writeFile(join(folder, "doorcode.tenant.yaml"), file);
  await writeFile(join(folder, "ci.pem"), ci.own.privateKey + ci.own.certificate, { mode: 0o600 });
  const env = { HOME: folder, DOORCODE_STORE_DIR: join(folder, "store") };
  const prepare = (...args: string[]) =>
    doorcode(["prepare", "--to", tenant.authority, "--ca-file", tenant.caFile, ...args], { env, cwd: folder }).ended;
  const byCertificate = (...args: string[]) =>
    prepare("--certificate", "ci.pem", "--client-id", ci.app.clientId, ...args);
  return { folder, tenant, ci, prepare, byCertificate };
}

describe("doorcode prepare --certificate", { concurrency: true }, () => {
  test("prepares the tenant without a user, as the app of the certificate; a second run changes nothing", async (t) => {
    const { tenant, ci, byCertificate } = await testEnv(t);
    const done = await byCertificate("--yes");
    assert.equal(done.exit, 0, done.stderr + done.stdout);
    assert.match(done.stderr, new RegExp(`The app ${ci.app.clientId} signs in to .* with its certificate`));
    assert.match(done.stderr, /Application\.ReadWrite\.All/);
    const apps = await tenant.context.store.directory.listApps();
    assert.ok(apps.some(({ name }) => name === "headless-app"));
    const records = await tenant.context.store.audit.list({ limit: 1_000 });
    const byApp = records.filter(({ event }) => event.startsWith("graph."));
    assert.ok(byApp.length > 0);
    for (const { actor, clientId, userId } of byApp) {
      assert.deepEqual([actor, clientId, userId], ["client", ci.app.clientId, null]);
    }
    const again = await byCertificate("--plan");
    assert.equal(again.exit, 0, again.stderr + again.stdout);
  });

  test("an app without permissions prepares nothing, and the error names the missing ones", async (t) => {
    const { tenant, ci, byCertificate } = await testEnv(t);
    await seed(tenant.context.store).unassignRoles(GRAPH_RESOURCE_ID, ci.principalId);
    const none = await byCertificate("--yes", "--json");
    assert.notEqual(none.exit, 0);
    assert.match(none.stdout + none.stderr, /AADSTS501051/);
    await permitAtGraph(tenant.context, ci, "Application.Read.All");
    const little = await byCertificate("--yes");
    assert.equal(little.exit, 4, little.stderr);
    assert.match(little.stderr, /\b[A-Z]\w+\.Read(Write)?\.All/);
  });

  test("an unregistered certificate, and one of another app, are usage errors", async (t) => {
    const { folder, tenant, prepare, byCertificate } = await testEnv(t);
    const other = await prepare("--certificate", "ci.pem", "--client-id", tenant.apps[0]!.clientId, "--yes");
    assert.equal(other.exit, 2, other.stderr);
    assert.match(other.stderr, /apps add-certificate.*AADSTS700027/s);
    const stranger = await ownCertificate();
    await writeFile(join(folder, "ci.pem"), stranger.privateKey + stranger.certificate);
    const unknown = await byCertificate("--yes");
    assert.equal(unknown.exit, 2);
    assert.ok(!(unknown.stderr + unknown.stdout).includes(stranger.privateKey.split("\n")[2]!));
  });

  test("a file that others can read, or an expired or incomplete one, stops it before anything is sent", async (t) => {
    const { folder, byCertificate, prepare, ci } = await testEnv(t);
    const at = join(folder, "ci.pem");
    await chmod(at, 0o644);
    const open = await byCertificate("--yes");
    assert.equal(open.exit, 2);
    assert.match(open.stderr, /users other than the owner.*chmod 600 ci\.pem/s);
    await chmod(at, 0o600);
    const old = await ownCertificate({ notBefore: new Date(0), notAfter: new Date(Date.now() - 60_000) });
    for (const [text, message] of [
      [old.privateKey + old.certificate, /it expired at/],
      [ci.own.certificate, /no private key/],
    ] as const) {
      await writeFile(at, text);
      const refused = await byCertificate("--yes");
      assert.equal(refused.exit, 2);
      assert.match(refused.stderr, message);
      assert.doesNotMatch(refused.stderr, /AADSTS/);
    }
    const missing = await prepare("--certificate", "none.pem", "--client-id", "x", "--yes");
    assert.match(missing.stderr, / does not exist\./);
  });

  test("--certificate requires the app's ID, and excludes every other way to sign in", async (t) => {
    const { prepare } = await testEnv(t);
    const nameless = await prepare("--certificate", "ci.pem", "--yes");
    assert.equal(nameless.exit, 2);
    assert.match(nameless.stderr, /--client-id/);
    for (const other of ["--browser", "--device", "--token-stdin"]) {
      const both = await prepare("--certificate", "ci.pem", "--client-id", "x", other);
      assert.equal(both.exit, 2);
      assert.match(both.stderr, new RegExp(`--certificate and ${other} cannot be used together`));
    }
  });
});
