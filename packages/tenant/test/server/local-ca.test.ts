import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { type AddressInfo, isIP } from "node:net";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { checkServerIdentity, connect } from "node:tls";
import { type Authority, issueLeaf, type Leaf, leafIsDue } from "../../src/server/certificates.ts";
import { loadLocalCa } from "../../src/server/local-ca.ts";
import { failsWith, scratch } from "./scratch.ts";

const DAY = 24 * 60 * 60 * 1000;
const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

describe("the local CA", () => {
  test("issues for localhost and both loopback addresses, over real TLS", async (t) => {
    const ca = await loadLocalCa(await scratch(t), undefined, Date.now());
    const port = await serve(t, await issueLeaf(ca, ca.hosts, Date.now()));
    for (const host of LOOPBACK) assert.equal(await connectAs(host, port, ca.pem), "trusted", host);
  });

  test("is useless to a client that does not trust it", async (t) => {
    const ca = await loadLocalCa(await scratch(t), undefined, Date.now());
    const other = await loadLocalCa(await scratch(t), undefined, Date.now());
    const port = await serve(t, await issueLeaf(ca, ca.hosts, Date.now()));
    assert.match(await connectAs("localhost", port, undefined), /UNABLE_TO_VERIFY|SELF_SIGNED/);
    assert.match(await connectAs("localhost", port, other.pem), /UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER/);
  });

  test("a certificate for localhost is refused under another name", async (t) => {
    const ca = await loadLocalCa(await scratch(t), undefined, Date.now());
    const port = await serve(t, await issueLeaf(ca, ca.hosts, Date.now()));
    assert.match(await connectAs("login.contoso.example", port, ca.pem), /^ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  for (const host of ["login.contoso.example", "192.0.2.7", "2001:db8::7", "notlocalhost"]) {
    test(`a certificate that its key signs for ${host} is refused: the name is outside its constraints`, async (t) => {
      const ca = await loadLocalCa(await scratch(t), undefined, Date.now());
      const port = await serve(t, await issueLeaf(ca, [host], Date.now()));
      assert.match(await connectAs(host, port, ca.pem), /permitted subtree violation/);
    });
  }

  test("also issues for the configured host, if there is one", async (t) => {
    for (const host of ["tenant.lan", "192.0.2.7", "2001:db8::7"]) {
      const ca = await loadLocalCa(await scratch(t), host, Date.now());
      const port = await serve(t, await issueLeaf(ca, ca.hosts, Date.now()));
      assert.equal(await connectAs(host, port, ca.pem), "trusted", host);
      assert.equal(await connectAs("localhost", port, ca.pem), "trusted");
    }
  });

  test("cannot make another CA: pathlen is 0, and openssl agrees with all of it", async (t) => {
    const dir = await scratch(t);
    const ca = await loadLocalCa(dir, undefined, Date.now());
    const leaf = await issueLeaf(ca, ca.hosts, Date.now());
    await writeFile(join(dir, "leaf.pem"), leaf.cert);
    const text = openssl(dir, "x509", "-in", "ca.pem", "-noout", "-text");
    assert.match(text, /CA:TRUE, pathlen:0/);
    assert.match(text, /X509v3 Name Constraints: critical/);
    assert.match(text, /DNS:localhost/);
    assert.match(text, /IP:127\.0\.0\.1\/255\.255\.255\.255/);
    assert.match(
      openssl(dir, "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem", "leaf.pem"),
      /OK/,
    );
  });

  test("is created once: a restart finds the same, and its key is readable by its owner only", async (t) => {
    const dir = await scratch(t);
    const first = await loadLocalCa(dir, undefined, Date.now());
    const again = await loadLocalCa(dir, undefined, Date.now());
    assert.equal(again.pem, first.pem);
    assert.equal((await stat(join(dir, "ca-key.pem"))).mode & 0o777, 0o600);
    const port = await serve(t, await issueLeaf(again, again.hosts, Date.now()));
    assert.equal(await connectAs("localhost", port, first.pem), "trusted");
  });

  test("a first start that was killed between its two files starts over", async (t) => {
    const dir = await scratch(t);
    await loadLocalCa(dir, undefined, Date.now());
    await rm(join(dir, "ca.pem"));
    const ca = await loadLocalCa(dir, undefined, Date.now());
    const port = await serve(t, await issueLeaf(ca, ca.hosts, Date.now()));
    assert.equal(await connectAs("localhost", port, ca.pem), "trusted");
  });

  const damage: Record<string, (dir: string) => Promise<void>> = {
    "its key is missing": (dir) => rm(join(dir, "ca-key.pem")),
    "its key is cut off": async (dir) => {
      const file = join(dir, "ca-key.pem");
      await writeFile(file, (await readFile(file, "utf8")).slice(0, 80));
    },
    "its certificate is empty": (dir) => writeFile(join(dir, "ca.pem"), ""),
    "its key belongs to another CA": async (dir) => {
      const keep = await readFile(join(dir, "ca.pem"));
      await rm(join(dir, "ca.pem"));
      await loadLocalCa(dir, undefined, Date.now());
      await writeFile(join(dir, "ca.pem"), keep);
    },
  };
  for (const [what, harm] of Object.entries(damage)) {
    test(`says so, and replaces nothing, when ${what}`, async (t) => {
      const dir = await scratch(t);
      await loadLocalCa(dir, undefined, Date.now());
      await harm(dir);
      const before = await readFile(join(dir, "ca.pem"), "utf8");
      await assert.rejects(loadLocalCa(dir, undefined, Date.now()), failsWith("ca_damaged"));
      assert.equal(await readFile(join(dir, "ca.pem"), "utf8"), before);
    });
  }

  test("refuses to serve a host it was not created for", async (t) => {
    const dir = await scratch(t);
    await loadLocalCa(dir, undefined, Date.now());
    await assert.rejects(loadLocalCa(dir, "tenant.lan", Date.now()), failsWith("ca_does_not_cover_host"));
  });

  test("a certificate is renewed when a third of its lifetime is left", async (t) => {
    const ca = await loadLocalCa(await scratch(t), undefined, Date.now());
    const now = Date.now();
    const leaf = await issueLeaf(ca, ca.hosts, now);
    assert.equal(new X509Certificate(leaf.cert).validToDate.getTime(), Math.floor(leaf.notAfter / 1000) * 1000);
    assert.equal(leafIsDue(leaf, now + 19 * DAY), false);
    assert.equal(leafIsDue(leaf, now + 21 * DAY), true);
  });

  test("no two certificates of one CA have the same serial number", async (t) => {
    const ca: Authority = await loadLocalCa(await scratch(t), undefined, Date.now());
    const leaves = await Promise.all(Array.from({ length: 16 }, () => issueLeaf(ca, LOOPBACK, Date.now())));
    assert.equal(new Set(leaves.map(({ cert }) => new X509Certificate(cert).serialNumber)).size, 16);
  });
});

async function serve(t: TestContext, leaf: Leaf): Promise<number> {
  const server = createServer({ key: leaf.key, cert: leaf.cert }, (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** What a client gets that believes it is talking to `host`. */
function connectAs(host: string, port: number, ca: string | undefined): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({
      host: "127.0.0.1",
      port,
      ...(ca === undefined ? {} : { ca }),
      servername: isIP(host) ? "" : host,
      checkServerIdentity: (_connectedTo, certificate) => checkServerIdentity(host, certificate),
    });
    socket.once("secureConnect", () => {
      socket.destroy();
      resolve("trusted");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(`${error.code}: ${error.message}`));
  });
}

function openssl(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("openssl", args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}
