import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { askTenant } from "../../../tenant/src/control/client.ts";
import type { ControlRequest } from "../../../tenant/src/control/messages.ts";
import { ADMINISTRATIVE_SCOPES } from "../../../tenant/src/directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../../../tenant/src/directory/scopes.ts";
import { ownCertificate } from "../../../tenant/test/fixtures/own-certificate.ts";
import { startTestTenant } from "../../../tenant/test/fixtures/start-test-tenant.ts";
import { failsWith, scratch } from "../../../tenant/test/server/scratch.ts";
import { command } from "./tenant-process.ts";

describe("doorcode tenant apps", () => {
  test("lists programs, gives one a certificate and the tenant's permissions, and removes both", async (t) => {
    const { dir, clientId, rolesAtGraph, tenant } = await running(t);
    const own = await ownCertificate();
    const file = join(await scratch(t), "ci.pem");
    await writeFile(file, own.privateKey + own.certificate);
    const added = await command([
      "apps",
      "add-certificate",
      clientId.toUpperCase(),
      file,
      "--administrator",
      "--data",
      dir,
    ]);
    assert.equal(added.exit, 0, added.stderr);
    assert.equal(added.stdout.trim(), Buffer.from(own.sha256, "base64url").toString("hex").toUpperCase());
    assert.match(
      added.stderr,
      /^ciam-client-app can sign in with this certificate until .*, and administer the tenant\.$/m,
    );
    assert.deepEqual(await rolesAtGraph(), [...ADMINISTRATIVE_SCOPES].sort());
    const [kept] = await tenant.context.store.credentials.certificatesOf(clientId);
    assert.deepEqual([kept?.certificate, kept?.displayName], [own.der.toString("base64"), "ci"]);
    const [record] = await tenant.context.store.audit.list({ event: "app.certificate_added", limit: 1 });
    assert.deepEqual([record?.actor, record?.clientId, record?.detail.administrator], ["operator", clientId, true]);

    const listed = await command(["apps", "--data", dir]);
    assert.equal(listed.stdout, `${clientId}  ciam-client-app  (1 certificate, administrator)\n`);
    const events = await command(["apps", "--json", "--data", dir]);
    assert.deepEqual(JSON.parse(events.stdout).administrator, true);

    const removed = await command(["apps", "remove-certificates", clientId, "--data", dir]);
    assert.equal(removed.exit, 0);
    assert.deepEqual(await tenant.context.store.credentials.certificatesOf(clientId), []);
    assert.deepEqual(await rolesAtGraph(), []);
  });

  test("without --administrator a certificate grants no permission; adding it again changes nothing", async (t) => {
    const { ask, clientId, rolesAtGraph, tenant } = await running(t);
    const { certificate } = await ownCertificate();
    const request = { do: "add_certificate", client_id: clientId, certificate, administrator: false } as const;
    for (let time = 0; time < 2; time++) assert.equal((await ask(request)).administrator, false);
    assert.deepEqual(await rolesAtGraph(), []);
    assert.equal((await tenant.context.store.credentials.certificatesOf(clientId)).length, 1);
    await ask({ ...request, administrator: true });
    assert.equal((await rolesAtGraph()).length, ADMINISTRATIVE_SCOPES.length);
  });

  test("certificates that Entra would reject are refused, and nothing is stored", async (t) => {
    const { ask, clientId, tenant } = await running(t);
    const now = tenant.clock.now();
    const add = (certificate: string, client_id = clientId) =>
      ask({ do: "add_certificate", client_id, certificate, administrator: true });
    const refused = failsWith("app_certificate_refused");
    const expired = await ownCertificate({ notBefore: new Date(now - 9_000_000), notAfter: new Date(now - 1_000) });
    await assert.rejects(add(expired.certificate), refused);
    await assert.rejects(add((await ownCertificate({ key: "ec" })).certificate), refused);
    await assert.rejects(add((await ownCertificate({ bits: 1024 })).certificate), refused);
    for (const nothing of ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]) {
      await assert.rejects(add(nothing), refused);
    }
    await assert.rejects(add("x".repeat(8_000)), failsWith("control_failed"));
    const { certificate } = await ownCertificate();
    await assert.rejects(add(certificate, tenant.apis[0]!.clientId), failsWith("app_unknown"));
    await assert.rejects(add(certificate, "\0"), failsWith("app_unknown"));
    assert.deepEqual(await tenant.context.store.credentials.certificatesOf(clientId), []);
  });

  test("an eleventh certificate is refused", async (t) => {
    const { ask, clientId } = await running(t);
    const add = async () => {
      const { certificate } = await ownCertificate();
      return ask({ do: "add_certificate", client_id: clientId, certificate, administrator: false });
    };
    for (let time = 0; time < 10; time++) await add();
    await assert.rejects(add(), failsWith("app_certificate_refused"));
  });

  test("a file without a certificate, and a missing file, are usage errors", async (t) => {
    const { dir, clientId } = await running(t);
    const own = await ownCertificate();
    const file = join(await scratch(t), "key.pem");
    await writeFile(file, own.privateKey);
    for (const name of [file, join(dir, "nothing.pem")]) {
      const { exit, stderr } = await command(["apps", "add-certificate", clientId, name, "--data", dir]);
      assert.equal(exit, 2);
      assert.match(stderr, /certificate|cannot be read/);
    }
    const help = await command(["apps", "add-certificate", "--help", "--data", dir]);
    assert.match(help.stdout, /openssl req -x509 .*doorcode prepare --certificate ci\.pem --client-id CLIENT_ID/s);
  });
});

async function running(t: TestContext) {
  const dir = join(await scratch(t), "tenant");
  const tenant = await startTestTenant({ dataDir: dir });
  t.after(() => tenant.close());
  const { clientId } = tenant.apps[0]!;
  const found = await tenant.context.store.registrations.find({ clientId });
  const principalId = found!.registration.servicePrincipalId!;
  return {
    tenant,
    dir,
    clientId,
    ask: <R extends ControlRequest>(request: R) => askTenant(dir, request),
    rolesAtGraph: () => tenant.context.store.directory.rolesFor(GRAPH_RESOURCE_ID, principalId),
  };
}
