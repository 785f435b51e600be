// A tenant that an operator serves, as docs/operate describes it: server file, certificate, mail server, SQLite, and a user
// who is signed in on one program.
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { decodeProtectedHeader } from "jose";
import { SMTPServer } from "smtp-server";
import { stringify } from "yaml";
import { createAuthority, issueLeaf } from "../../packages/tenant/src/server/certificates.ts";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve } from "../fixtures/approval.ts";
import { poll, requestCode } from "../fixtures/device.ts";
import { freePort } from "../fixtures/free-port.ts";
import { root } from "../packaging/pack.ts";
import { type Ended, plainEnvironment, type Running, startCommand } from "../packaging/run-command.ts";

export interface Operated extends AsyncDisposable {
  /** Runs commands of a page; throws if one fails. */
  run(commands: string): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What every page begins with. Made once, because a sign-in takes longer than a copy. */
export interface Seed extends AsyncDisposable {
  data: string;
  /** What the pages show → its value here. */
  values: ReadonlyMap<RegExp, string>;
}

export async function seedData(): Promise<Seed> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-operate-seed-"));
  const data = join(folder, "data");
  await mkdir(data, { mode: 0o700 });
  await using tenant = await startTestTenant({ dataDir: data, sqliteFile: join(data, "tenant.db"), clock: "moving" });
  const bob = await addUser(tenant, "bob@contoso.example", "Bob");
  const { body } = await requestCode(tenant);
  await approve(tenant, body.user_code, bob);
  tenant.clock.advance(body.interval * 1_000);
  const tokens = (await poll(tenant, body.device_code)).body;
  const { kid } = decodeProtectedHeader(tokens.access_token);
  using store = new DatabaseSync(join(data, "tenant.db"), { readOnly: true });
  const family = store.prepare("SELECT id FROM token_families").get();
  return {
    data,
    values: new Map([
      [/<tenant>/g, tenant.tenantId],
      [/\bKID\b/g, kid!],
      [/\bID\b/g, String(family?.id)],
    ]),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function operate(seed: Seed): Promise<Operated> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-operate-"));
  const at = (name: string) => join(folder, name);
  const authority = await createAuthority(["localhost"], Date.now());
  const leaf = await issueLeaf(authority, ["localhost"], Date.now());
  await cp(seed.data, at("data"), { recursive: true, filter: (path) => !path.endsWith(".sock") });
  await writeFile(at("ca.pem"), authority.pem);
  await writeFile(at("cert.pem"), leaf.cert);
  await writeFile(at("key.pem"), leaf.key, { mode: 0o600 });
  await writeFile(at("smtp-password"), "cactus-of-the-mail-server\n", { mode: 0o600 });
  await cp(join(root, "docs/guide/doorcode.tenant.yaml"), at("doorcode.tenant.yaml"));
  await mkdir(at("bin"));
  await symlink(process.execPath, at("bin/node"));
  await symlink(join(root, "packages/cli/bin/doorcode.cjs"), at("bin/doorcode"));
  const mail = new SMTPServer({
    key: leaf.key,
    cert: leaf.cert,
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
  });
  await once(mail.listen(0, "127.0.0.1"), "listening");
  const { port: mailPort } = mail.server.address() as AddressInfo;
  const [port, monitoringPort] = [await freePort(), await freePort()];
  const publicUrl = `https://localhost:${port}`;
  const file = {
    publicUrl,
    listen: { host: "127.0.0.1", port },
    tls: { certFile: "cert.pem", keyFile: "key.pem" },
    data: "data",
    mail: {
      host: "localhost",
      port: mailPort,
      user: "doorcode",
      passwordFile: "smtp-password",
      caFile: "ca.pem",
      from: "Contoso <no-reply@contoso.example>",
    },
    monitoring: { host: "127.0.0.1", port: monitoringPort },
    log: { level: "warn" },
  };
  await writeFile(at("doorcode.server.yaml"), stringify(file));
  const env = plainEnvironment({
    HOME: folder,
    PATH: `${at("bin")}:${process.env.PATH}`,
    DOORCODE_CONFIG: at("doorcode.server.yaml"),
    DOORCODE_CA_FILE: at("ca.pem"),
    NODE_EXTRA_CA_CERTS: at("ca.pem"),
    CURL_CA_BUNDLE: at("ca.pem"),
  });
  const values = new Map([
    ...seed.values,
    [/https:\/\/login\.contoso\.example/g, publicUrl] as const,
    [/127\.0\.0\.1:9464/g, `127.0.0.1:${monitoringPort}`] as const,
  ]);
  const shell = (command: string) => startCommand("/bin/sh", ["-ec", command], { cwd: folder, env });
  let serving: Running | undefined;
  const stop = async () => {
    serving?.child.kill("SIGTERM");
    await serving?.ended;
    serving = undefined;
  };
  return {
    async run(commands) {
      const here = [...values].reduce((text, [shown, value]) => text.replace(shown, value), commands);
      const { exit, stdout, stderr }: Ended = await shell(here).ended;
      if (exit !== 0) throw new Error(`${here}ended by ${exit}:\n${stdout}${stderr}`);
    },
    async start() {
      if (serving) return;
      serving = shell("exec doorcode tenant serve");
      await serving.says(/The tenant is running/, "stderr");
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await new Promise<void>((resolve) => mail.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
