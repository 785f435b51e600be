// The configuration that deploy/ha/configure writes for each machine. tests/ha runs it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { createAuthority, issueLeaf } from "../../packages/tenant/src/server/certificates.ts";
import { root } from "../packaging/pack.ts";
import { mustRun, plainEnvironment } from "../packaging/run-command.ts";
import { without } from "./proxies.ts";
import { readServerText, SECRETS } from "./read-server-text.ts";

const MACHINES = ["db1", "db2", "db3", "node1", "node2", "edge"];
const withoutShell = process.platform === "win32" && "needs bash";

describe("deploy/ha/configure", { skip: withoutShell }, () => {
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);
  const text = (...names: string[]) => readFile(at(...names), "utf8");

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "doorcode-ha-files-"));
    const settings = await readFile(join(root, "deploy/ha/ha.env"), "utf8");
    await writeFile(at("ha.env"), `${settings}SECRETS=${at("secrets")}\n`);
    for (const name of ["secrets", ...MACHINES]) await configure(name);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const configure = (name: string) =>
    mustRun(join(root, "deploy/ha/configure"), [name, at(name)], { env: plainEnvironment({ HA_ENV: at("ha.env") }) });

  test("fills in everything, for its owner alone", async () => {
    for (const machine of MACHINES) {
      for (const file of await readdir(at(machine))) {
        assert.doesNotMatch(await text(machine, file), /@[A-Z_0-9]+@/, file);
        assert.equal((await stat(at(machine, file))).mode & 0o077, 0, file);
      }
    }
  });

  test("keeps the passwords and the seal key that there are", async () => {
    const before = await text("secrets", "superuser-password");
    const key = await readFile(at("secrets", "seal-key"));
    assert.equal(key.length, 32);
    await configure("secrets");
    assert.equal(await text("secrets", "superuser-password"), before);
    assert.deepEqual(await readFile(at("secrets", "seal-key")), key);
  });

  test("gives the members of the database times that Patroni can keep, and commits that wait for a standby", async () => {
    const { dcs } = parse(await text("db1", "patroni.yml")).bootstrap;
    assert.ok(dcs.ttl >= 20 && dcs.loop_wait + 2 * dcs.retry_timeout <= dcs.ttl);
    assert.deepEqual([dcs.synchronous_mode, dcs.synchronous_mode_strict], [true, true]);
    assert.equal(dcs.postgresql.parameters.synchronous_commit, "on");
    assert.notEqual(await text("db1", "patroni.yml"), await text("db2", "patroni.yml"));
  });

  test("gives the nodes a server file that `doorcode tenant serve` accepts", async () => {
    const server = await readServerText(await text("node1", "doorcode.server.yaml"));
    assert.equal("postgres" in server.store && server.store.postgres, SECRETS["store-url"]);
    assert.deepEqual(server.warnings, []);
    assert.equal(server.publicUrl, "https://login.contoso.example");
  });

  test("writes the database's URL with the password and the check of the certificate", async () => {
    const url = new URL((await text("secrets", "store-url")).trim());
    assert.equal(url.password, (await text("secrets", "doorcode-password")).trim());
    assert.equal(url.searchParams.get("sslmode"), "verify-full");
  });

  test("writes files that HAProxy accepts", { skip: without("haproxy") }, async () => {
    const env = plainEnvironment({ PATH: `${process.env.PATH}:/usr/sbin` });
    const certificate = at("login-both.pem");
    await writeFile(certificate, await selfSigned());
    const edge = await text("edge", "haproxy.cfg");
    const replaced = edge
      .replaceAll("/etc/doorcode/tls/login-both.pem", certificate)
      .replaceAll("/etc/ssl/certs/ca-certificates.crt", certificate);
    await writeFile(at("edge", "haproxy.cfg"), replaced);
    for (const machine of ["node1", "edge"]) {
      const { status, stderr } = spawnSync("haproxy", ["-c", "-f", at(machine, "haproxy.cfg")], {
        env,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
    }
  });
});

async function selfSigned(): Promise<string> {
  const authority = await createAuthority(["login.contoso.example"], Date.now());
  const { cert, key } = await issueLeaf(authority, ["login.contoso.example"], Date.now());
  return cert + key;
}
