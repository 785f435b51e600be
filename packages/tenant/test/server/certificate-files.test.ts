import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { mkdir, rename, symlink, unlink } from "node:fs/promises";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { connect } from "node:tls";
import { pino } from "pino";
import { type Authority, createAuthority, issueLeaf } from "../../src/server/certificates.ts";
import { deploymentOf } from "../../src/server/deployment.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { failsWith, scratch } from "./scratch.ts";

const HOST = "login.contoso.example";
const PUBLIC = `https://${HOST}`;
const DAY = 24 * 60 * 60 * 1000;

interface Pair {
  cert: string;
  key: string;
}

/** In one turn of the event loop: a tenant in this process never reads one file of the old pair and one of the new. */
async function inFiles(folder: string, { cert, key }: Pair) {
  const files = { certFile: join(folder, "fullchain.pem"), keyFile: join(folder, "privkey.pem") };
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
  return files;
}

describe("a certificate that clients would refuse", () => {
  const faults: [what: string, change: (authority: Authority, leaf: Pair) => Promise<Partial<Pair>>, RegExp][] = [
    [
      "has expired",
      (authority) => issueLeaf(authority, [HOST], Date.now() - 40 * DAY),
      /fullchain\.pem expired on \d{4}-\d\d-\d\d\.$/,
    ],
    ["is not valid yet", (authority) => issueLeaf(authority, [HOST], Date.now() + 9 * DAY), /is valid only from \d{4}/],
    [
      "is for another host",
      (authority) => issueLeaf(authority, ["www.contoso.example", "203.0.113.9"], Date.now()),
      /is not for login\.contoso\.example\. It is for www\.contoso\.example, 203\.0\.113\.9\.$/,
    ],
    [
      "has another key",
      async (authority) => ({ key: (await issueLeaf(authority, [HOST], Date.now())).key }),
      /privkey\.pem does not belong to the certificate .*fullchain\.pem\.$/,
    ],
    [
      "comes after the one that issued it",
      async (authority, leaf) => ({ cert: authority.pem + leaf.cert }),
      /does not belong to the certificate/,
    ],
    ["is empty", async () => ({ cert: "" }), /fullchain\.pem contains no certificate in PEM\.$/],
    [
      "is damaged",
      async (_authority, { cert }) => ({ cert: cert.replace(/\n.{20}/, `\n${"A".repeat(20)}`) }),
      /fullchain\.pem contains a damaged certificate\.$/,
    ],
    ["has a key that is cut off", async (_authority, { key }) => ({ key: key.slice(0, 80) }), /no unencrypted private/],
    [
      "has an encrypted key",
      async () => {
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
        const passphrase = "violet-harbour-1871";
        return {
          key: privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }) as string,
        };
      },
      /privkey\.pem contains no unencrypted private key in PEM\.$/,
    ],
  ];
  for (const [what, change, message] of faults) {
    test(`stops the start with the reason: it ${what}`, async (t) => {
      const authority = await createAuthority([HOST, "www.contoso.example"], Date.now());
      const leaf = await issueLeaf(authority, [HOST], Date.now());
      const certificate = await inFiles(await scratch(t), { ...leaf, ...(await change(authority, leaf)) });
      await assert.rejects(deploymentOf({ publicUrl: PUBLIC, certificate }), (error: Error) => {
        assert.ok(failsWith("certificate_refused")(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test("an unreadable file is named, with the system's reason", async (t) => {
    const authority = await createAuthority([HOST], Date.now());
    const files = await inFiles(await scratch(t), await issueLeaf(authority, [HOST], Date.now()));
    await unlink(files.keyFile);
    await assert.rejects(deploymentOf({ publicUrl: PUBLIC, certificate: files }), {
      code: "certificate_unreadable",
      message: `Cannot read ${files.keyFile} (ENOENT).`,
    });
  });

  test("behind a proxy, it may be for an internal host", async (t) => {
    const authority = await createAuthority(["internal.example"], Date.now());
    const certificate = await inFiles(await scratch(t), await issueLeaf(authority, ["internal.example"], Date.now()));
    const deployment = await deploymentOf({ publicUrl: PUBLIC, certificate, trustedProxies: ["10.0.0.5"] });
    assert.equal(deployment.kind, "public");
  });
});

describe("a certificate that is replaced while the tenant runs", () => {
  /** A tenant with its certificate in files, and what a client needs. */
  async function served(t: TestContext, link?: (folder: string) => Promise<{ certFile: string; keyFile: string }>) {
    const dir = await scratch(t);
    const authority = await createAuthority([HOST], Date.now());
    const folder = join(dir, "tls");
    await mkdir(folder);
    const files = await inFiles(folder, await issueLeaf(authority, [HOST], Date.now()));
    const lines: Record<string, unknown>[] = [];
    const tenant = await startTestTenant({
      publicUrl: PUBLIC,
      certificate: link ? await link(folder) : files,
      port: 0,
      dataDir: join(dir, "data"),
      log: pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    });
    t.after(() => tenant.close());
    const logged = (message: RegExp) => lines.filter(({ msg }) => message.test(String(msg)));
    return { tenant, authority, folder, files, logged, next: () => issueLeaf(authority, [HOST], Date.now()) };
  }

  test("100 connections that poll lose no request, and new connections get the new one", async (t) => {
    const { tenant, authority, folder, next } = await served(t);
    const poll = await pollers(t, tenant, authority.pem, 100);
    await poll.rounds(2);
    const before = poll.answered();
    const replacement = await next();
    const polling = poll.until(async () => (await servedNow(tenant, authority.pem)) === fingerprintOf(replacement));
    await inFiles(folder, replacement);
    await polling;
    await poll.rounds(2);
    assert.ok(poll.answered() >= before + 300, `${poll.answered()} polls`);
    assert.deepEqual(poll.failures, []);
    assert.equal(poll.connections(), 100, "no connection was replaced");
  });

  test("a pair that does not match is logged once, and the previous one is served", async (t) => {
    const { tenant, authority, files, logged, next } = await served(t);
    const first = await servedNow(tenant, authority.pem);
    const replacement = await next();
    writeFileSync(files.certFile, replacement.cert);
    await until(() => logged(/files are not used/).length > 0);
    assert.match(JSON.stringify(logged(/files are not used/)), /privkey\.pem does not belong to the certificate/);
    assert.doesNotMatch(JSON.stringify(logged(/./)), /PRIVATE KEY/);
    assert.equal(await servedNow(tenant, authority.pem), first);
    tenant.checkCertificate();
    assert.equal(logged(/files are not used/).length, 1);

    writeFileSync(files.keyFile, replacement.key);
    await until(async () => (await servedNow(tenant, authority.pem)) === fingerprintOf(replacement));
    assert.equal(logged(/the certificate was replaced/).length, 1);
  });

  test("a file that disappears, or a certificate that has expired, leaves the previous one", async (t) => {
    const { tenant, authority, folder, files, logged } = await served(t);
    const first = await servedNow(tenant, authority.pem);
    await inFiles(folder, await issueLeaf(authority, [HOST], Date.now() - 40 * DAY));
    tenant.checkCertificate();
    await unlink(files.certFile);
    tenant.checkCertificate();
    assert.equal(await servedNow(tenant, authority.pem), first);
    assert.deepEqual(
      logged(/files are not used/).map(({ err }) => (err as { code: string }).code),
      ["certificate_refused", "certificate_unreadable"],
    );
  });

  test("links are followed: those of Kubernetes, to a folder that is replaced as a whole", async (t) => {
    const { tenant, authority, folder, next } = await served(t, async (folder) => {
      await mkdir(join(folder, "..1"));
      for (const name of ["fullchain.pem", "privkey.pem"]) {
        await rename(join(folder, name), join(folder, "..1", name));
        await symlink(`..data/${name}`, join(folder, name));
      }
      await symlink("..1", join(folder, "..data"));
      return { certFile: join(folder, "fullchain.pem"), keyFile: join(folder, "privkey.pem") };
    });
    const replacement = await next();
    await mkdir(join(folder, "..2"));
    await inFiles(join(folder, "..2"), replacement);
    await symlink("..2", join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    await until(async () => (await servedNow(tenant, authority.pem)) === fingerprintOf(replacement));
  });

  test("links are followed: those of certbot, one by one, through a link of the operator's", async (t) => {
    const { tenant, authority, folder, next } = await served(t, async (folder) => {
      for (const name of ["archive", "live", "own"]) await mkdir(join(folder, name));
      for (const name of ["fullchain", "privkey"]) {
        await rename(join(folder, `${name}.pem`), join(folder, "archive", `${name}1.pem`));
        await symlink(`../archive/${name}1.pem`, join(folder, "live", `${name}.pem`));
        await symlink(`../live/${name}.pem`, join(folder, "own", `${name}.pem`));
      }
      return { certFile: join(folder, "own/fullchain.pem"), keyFile: join(folder, "own/privkey.pem") };
    });
    const replacement = await next();
    for (const [name, pem] of [
      ["privkey", replacement.key],
      ["fullchain", replacement.cert],
    ] as const) {
      writeFileSync(join(folder, "archive", `${name}2.pem`), pem);
      await unlink(join(folder, "live", `${name}.pem`));
      await symlink(`../archive/${name}2.pem`, join(folder, "live", `${name}.pem`));
    }
    await until(async () => (await servedNow(tenant, authority.pem)) === fingerprintOf(replacement));
  });
});

async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await met()); tries++) {
    if (tries > 4_000) assert.fail("this did not happen");
    await wait(25);
  }
}

/** The fingerprint of the certificate that a new connection gets. */
function servedNow({ port }: TestTenant, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", ca, servername: HOST }, () => {
      resolve(socket.getPeerX509Certificate()!.fingerprint256);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

const fingerprintOf = ({ cert }: Pair) => new X509Certificate(cert).fingerprint256;

/** Programs that poll with one device code each, each over its own kept connection. */
async function pollers(t: TestContext, tenant: TestTenant, ca: string, count: number) {
  const agents = Array.from({ length: count }, () => new Agent({ ca, keepAlive: true, maxSockets: 1 }));
  t.after(() => {
    for (const agent of agents) agent.destroy();
  });
  const connections = new Set<unknown>();
  const failures: string[] = [];
  let answered = 0;
  const post = (agent: Agent, path: string, form: Record<string, string>) =>
    new Promise<Record<string, string>>((resolve, reject) => {
      const body = new URLSearchParams(form).toString();
      const sent = request(
        {
          ...{ agent, method: "POST", host: "127.0.0.1", port: tenant.port, servername: HOST },
          path: `/${tenant.tenantId}/oauth2/v2.0/${path}`,
          headers: { host: HOST, "content-type": "application/x-www-form-urlencoded", "content-length": body.length },
        },
        (response) => text(response).then((read) => resolve(JSON.parse(read)), reject),
      );
      sent.once("socket", (socket) => connections.add(socket));
      sent.once("error", reject);
      sent.end(body);
    });
  const client_id = tenant.apps[0]!.clientId;
  const codes = await Promise.all(
    agents.map(async (agent) => (await post(agent, "devicecode", { client_id, scope: "openid" })).device_code!),
  );
  const round = async () => {
    const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
    await Promise.all(
      agents.map(async (agent, index) => {
        const device_code = codes[index]!;
        const { error } = await post(agent, "token", { grant_type, client_id, device_code })
          .catch(String)
          .then((read) => (typeof read === "string" ? { error: read } : read));
        if (error === "authorization_pending" || error === "slow_down") answered++;
        else failures.push(String(error));
      }),
    );
  };
  return {
    failures,
    answered: () => answered,
    connections: () => connections.size,
    async rounds(times: number) {
      for (let each = 0; each < times; each++) await round();
    },
    async until(met: () => Promise<boolean>) {
      for (let rounds = 0, isMet = false; !isMet; rounds++) {
        if (rounds > 100) assert.fail("the new certificate was not served");
        await round();
        isMet = await met();
      }
    },
  };
}
