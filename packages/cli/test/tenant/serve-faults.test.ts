import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../../../../tests/fixtures/free-port.ts";
import { createAuthority, issueLeaf } from "../../../tenant/src/server/certificates.ts";
import { startPostgres } from "../../../tenant/test/fixtures/postgres.ts";
import { servedFolder } from "./served.ts";
import { command, serveProcess, unprivileged } from "./tenant-process.ts";

/** The error event of a start that fails. */
async function failureOf(file: string, options: Parameters<typeof command>[1] = {}) {
  const { exit, stdout, stderr } = await command(["serve", "--config", file, "--json"], options);
  const line = stdout.trim().split("\n").at(-1) ?? "";
  assert.match(line, /"event":"error"/, stderr);
  return { exit, stderr, ...(JSON.parse(line) as { code: string; message: string; hint: string }) };
}

/** Runs `use` while the folder is a small disk of its own. False if this machine allows no mount. */
async function onDisk(folder: string, options: string, use: () => Promise<void>): Promise<boolean> {
  if (spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status !== 0) return false;
  try {
    await use();
  } finally {
    execFileSync("umount", [folder]);
  }
  return true;
}

const cannotMount =
  process.platform !== "linux" || process.geteuid?.() !== 0 ? "needs root on Linux, to mount a disk" : false;

describe("a store that does not respond", () => {
  test("with wait: 0s, ends the start at once", async (t) => {
    const port = await freePort();
    const { file } = await servedFolder(t, { store: { postgres: { urlEnv: "STORE_URL" }, wait: "0s" } });
    const STORE_URL = `postgres://doorcode:hunter2@127.0.0.1:${port}/doorcode`;
    const { exit, stderr, ...error } = await failureOf(file, { env: { STORE_URL } });
    assert.deepEqual(
      [exit, error.code, error.message],
      [1, "store_unreachable", "Cannot reach PostgreSQL (ECONNREFUSED)."],
    );
    assert.doesNotMatch(stderr, /waiting for it|hunter2/);
  });

  test("is waited for, with a line for each attempt, and used when PostgreSQL starts", async (t) => {
    const cluster = await startPostgres();
    t.after(() => cluster.stop());
    const up = await cluster.down();
    const { file } = await servedFolder(t, { store: { postgres: { urlEnv: "STORE_URL" }, wait: "5m" } });
    const { promise: waits, resolve } = Promise.withResolvers<string>();
    const starting = serveProcess(t, file, { STORE_URL: cluster.url }, (stderr) => {
      const line = stderr.split("\n").find((each) => each.includes("the store does not respond; waiting for it"));
      if (line !== undefined) resolve(line);
    });
    const line = await Promise.race([waits, starting.then(() => "")]);
    assert.match(JSON.parse(line).reason, /^Cannot reach PostgreSQL \((ENOENT|ECONNREFUSED)\)\.$/);
    assert.ok(JSON.parse(line).seconds > 200);
    await up();
    const tenant = await starting;
    assert.equal(await tenant.stop("SIGTERM"), 143);
  });

  test("stops waiting on SIGINT, within a second", async (t) => {
    const { file } = await servedFolder(t, { store: { postgres: { urlEnv: "STORE_URL" }, wait: "5m" } });
    const env = { STORE_URL: `postgres://127.0.0.1:${await freePort()}/doorcode` };
    assert.equal((await command(["serve", "--config", file], { env, until: /waiting for it/ })).exit, 130);
  });

  test("is not waited for if only the operator can fix it", async (t) => {
    const cluster = await startPostgres();
    t.after(() => cluster.stop());
    const { file } = await servedFolder(t, { store: { postgres: { urlEnv: "STORE_URL" }, wait: "5m" } });
    const STORE_URL = cluster.url.replace(/postgres$/, "missing");
    const { code, message } = await failureOf(file, { env: { STORE_URL } });
    assert.deepEqual([code, message], ["store_unreachable", "The database in the store's URL does not exist."]);
  });
});

describe("a start fails with the reason:", () => {
  test("the certificate has expired", async (t) => {
    const { file, folder, renew } = await servedFolder(t);
    await renew(40);
    const { code, message } = await failureOf(file);
    assert.equal(code, "certificate_refused");
    assert.match(message, new RegExp(`^The certificate ${join(folder, "cert.pem")} expired on \\d{4}-`));
  });

  test("the certificate is for another host", async (t) => {
    const { file } = await servedFolder(t, { publicUrl: "https://login.contoso.example" });
    const { code, message } = await failureOf(file);
    assert.equal(code, "certificate_refused");
    assert.match(message, /cert\.pem is not for login\.contoso\.example\. It is for localhost\.$/);
  });

  test("a secret cannot be read", {
    skip: unprivileged === undefined && "needs root, to act as another user",
  }, async (t) => {
    const { file, folder } = await servedFolder(t, {
      mail: { host: "127.0.0.1", user: "doorcode", passwordFile: "smtp-password", from: "a@contoso.example" },
    });
    await writeFile(join(folder, "smtp-password"), "hunter2", { mode: 0o600 });
    const { exit, code, hint } = await failureOf(file, { umask: 0o022, env: { HOME: folder } });
    assert.deepEqual([exit, code], [2, "server_file_invalid"]);
    assert.match(hint, /smtp-password with the mail server's password cannot be read by this user \(EACCES\)\./);
  });

  test("the port is taken", async (t) => {
    const { file } = await servedFolder(t);
    const first = await serveProcess(t, file);
    const other = await servedFolder(t, { listen: { port: Number(first.ready.port) } });
    const { code, message, hint } = await failureOf(other.file);
    assert.deepEqual(
      [code, message],
      ["port_in_use", `127.0.0.1 port ${first.ready.port} is already in use by another program.`],
    );
    assert.match(hint, /listen\.port: N/);
  });

  test("a tenant on SQLite is already served from the data folder", async (t) => {
    const { file, data } = await servedFolder(t);
    await serveProcess(t, file);
    const { code, message } = await failureOf(file);
    assert.deepEqual([code, message], ["already_running", `A tenant is already running on the data folder ${data}.`]);
  });

  test("the user may not write to the data folder", { skip: unprivileged === undefined && "needs root" }, async (t) => {
    const { file, folder, data } = await servedFolder(t);
    chmodSync(join(folder, "key.pem"), 0o644);
    await mkdir(data);
    chownSync(data, unprivileged!, unprivileged!);
    chmodSync(data, 0o500);
    const { exit, code, message } = await failureOf(file, { umask: 0o022, env: { HOME: folder } });
    assert.deepEqual([exit, code], [8, "data_folder_refused"]);
    assert.match(
      message,
      new RegExp(`^Cannot use ${data}.*: (you have no write permission there|it cannot be opened or created)\\.$`),
    );
  });

  test("the disk of the data folder is read-only", { skip: cannotMount }, async (t) => {
    const { file, data } = await servedFolder(t);
    await mkdir(data, { mode: 0o700 });
    const ran = await onDisk(data, "mode=0700,size=1m,ro", async () => {
      const { code, message, hint } = await failureOf(file);
      assert.equal(code, "data_folder_refused");
      assert.match(
        message,
        new RegExp(`^Cannot use ${data}.*: (the disk is read-only|it cannot be opened or created)\\.$`),
      );
      assert.ok(hint.length > 10);
    });
    if (!ran) t.skip("this machine allows no mount");
  });

  test("the disk of the data folder is full", { skip: cannotMount }, async (t) => {
    const { file, data } = await servedFolder(t);
    await mkdir(data, { mode: 0o700 });
    const ran = await onDisk(data, "mode=0700,size=128k", async () => {
      const { exit, code, message } = await failureOf(file);
      assert.deepEqual([exit, code], [8, "data_folder_refused"]);
      assert.equal(message, `Cannot use ${data}/tenant.db: the disk is full.`);
    });
    if (!ran) t.skip("this machine allows no mount");
  });

  test("the seal key, kept elsewhere, does not exist or is another store's", async (t) => {
    const { file, folder, change } = await servedFolder(t, { sealKeyFile: "seal-key" });
    assert.equal((await failureOf(file)).code, "seal_key_missing");
    await writeFile(join(folder, "seal-key"), Buffer.alloc(32, 1), { mode: 0o600 });
    await (await serveProcess(t, file)).stop("SIGTERM");
    await writeFile(join(folder, "seal-key"), Buffer.alloc(32, 2));
    assert.equal((await failureOf(file)).code, "seal_key_differs");
    await change({ sealKeyFile: undefined });
    assert.equal((await failureOf(file)).code, "seal_key_missing");
  });
});

test("a public URL that another server answers is logged, and requests for another host get 421", async (t) => {
  const authority = await createAuthority(["localhost"], Date.now());
  const leaf = await issueLeaf(authority, ["localhost"], Date.now());
  const stranger = createServer(leaf, (_request, response) => void response.end("Hello from another server"));
  stranger.listen(0, "127.0.0.1");
  await once(stranger, "listening");
  t.after(() => stranger.close());
  const { port } = stranger.address() as { port: number };
  const { file, folder } = await servedFolder(t, { publicUrl: `https://localhost:${port}` });
  await writeFile(join(folder, "stranger.pem"), authority.pem);
  const tenant = await serveProcess(t, file, { NODE_EXTRA_CA_CERTS: join(folder, "stranger.pem") });
  for (let tries = 0; !tenant.stderr().includes("the public URL leads elsewhere"); tries++) {
    assert.ok(tries < 4_000, tenant.stderr());
    await wait(25);
  }
  const line = tenant
    .stderr()
    .split("\n")
    .find((each) => each.includes("leads elsewhere"));
  const { reason } = JSON.parse(line!);
  assert.equal(reason, `https://localhost:${port} is answered by another server (status 200).`);
});
