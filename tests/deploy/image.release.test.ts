// The image of deploy/docker: it builds, and a tenant runs in it as compose.yaml runs it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createAuthority, issueLeaf } from "../../packages/tenant/src/server/certificates.ts";
import { send } from "../../packages/tenant/test/server/raw-request.ts";
import { freePort } from "../fixtures/free-port.ts";
import type { Running } from "../packaging/run-command.ts";
import { buildImage, type Image, withoutBuildah } from "./image.ts";
import { HOST, shipped } from "./proxies.ts";

describe("the image", { skip: withoutBuildah, timeout: 15 * 60_000, concurrency: false }, () => {
  let image: Image;
  let folder: string;
  let mounts: Record<string, string>;
  let ca: string;
  let port: number;
  let monitoringPort: number;
  let tenant: Running | undefined;

  before(async () => {
    image = await buildImage();
    folder = await mkdtemp(join(tmpdir(), "doorcode-image-run-"));
    [port, monitoringPort] = [await freePort(), await freePort()];
    mounts = Object.fromEntries(
      ["/etc/doorcode", "/run/tls", "/run/secrets", "/var/lib/doorcode"].map((path) => [
        path,
        join(folder, path.replaceAll("/", "_")),
      ]),
    );
    for (const path of Object.values(mounts)) await mkdir(path, { mode: 0o700 });
    const authority = await createAuthority([HOST], Date.now());
    const leaf = await issueLeaf(authority, [HOST], Date.now());
    ca = authority.pem;
    const files: Record<string, string> = {
      "/run/tls/fullchain.pem": leaf.cert,
      "/run/tls/privkey.pem": leaf.key,
      "/run/secrets/smtp-password": "wattle-of-the-mail-server",
      "/etc/doorcode/doorcode.server.yaml": await shipped("docker/doorcode.server.yaml", {
        "port: 8443": `port: ${port}`,
        "port: 9464": `port: ${monitoringPort}`,
        "postgres: { urlFile: /run/secrets/store-url }": "sqlite: tenant.db",
      }),
    };
    for (const [path, text] of Object.entries(files)) {
      const [mount, to] = Object.entries(mounts).find(([each]) => path.startsWith(each))!;
      await writeFile(join(to, path.slice(mount.length)), text, { mode: 0o600 });
      await chown(join(to, path.slice(mount.length)), 1000, 1000);
    }
    for (const path of Object.values(mounts)) await chown(path, 1000, 1000);
  });
  after(async () => {
    tenant?.child.kill("SIGKILL");
    await tenant?.ended;
    if (folder) await rm(folder, { recursive: true });
    await image?.[Symbol.asyncDispose]();
  });

  const health = () => {
    const [kind, ...command] = image.config.Healthcheck.Test;
    assert.equal(kind, "CMD");
    const here = command.map((each) => each.replace("127.0.0.1:9464", `127.0.0.1:${monitoringPort}`));
    assert.notDeepEqual(here, command);
    return image.run(here, {}).ended;
  };

  test("is not root's, and cannot change its own files", async () => {
    assert.equal(image.config.User, "1000:1000");
    assert.deepEqual(Object.keys(image.config.Volumes), ["/var/lib/doorcode"]);
    const id = await image.run(["id", "-u"], {}).ended;
    assert.equal(id.stdout.trim(), "1000", id.stderr);
    for (const path of ["/app/x", "/var/lib/doorcode/x"]) {
      const { exit, stderr } = await image.run(["touch", path], {}).ended;
      assert.notEqual(exit, 0);
      assert.match(stderr, /Read-only file system/);
    }
  });

  test("is unhealthy until a tenant answers", async () => {
    assert.equal((await health()).exit, 1);
  });

  test("serves the tenant of its configuration, and is healthy", async () => {
    const { Entrypoint, Cmd } = image.config;
    tenant = image.run([...Entrypoint, ...Cmd], mounts);
    await tenant.says(/The tenant is running/, "stderr");
    const to = { secure: true, address: "127.0.0.1", port, ca, name: HOST };
    assert.equal((await send(to, { path: "/device", headers: { host: HOST } })).status, 200);
    const { exit, stdout, stderr } = await health();
    assert.equal(exit, 0, stdout + stderr);
  });

  test("has the operator's commands", async () => {
    const users = await image.run(["doorcode", "tenant", "users"], mounts).ended;
    assert.equal(users.exit, 0, users.stdout + users.stderr);
  });

  test("stops at its signal", async () => {
    assert.equal(image.config.StopSignal, "SIGTERM");
    tenant?.child.kill("SIGTERM");
    assert.equal((await tenant?.ended)?.exit, 143);
    assert.equal((await health()).exit, 1);
  });

  test("serves with the volumes and secrets that Kubernetes gives it", async () => {
    const volumes: Record<string, string> = {};
    // As Kubernetes makes them for fsGroup: root's, with everything that user 1000 needs through its group.
    const volume = async (path: string, mode: number, files: Record<string, string | Buffer> = {}) => {
      volumes[path] = await mkdtemp(join(folder, "volume-"));
      for (const [name, content] of Object.entries(files)) {
        await writeFile(join(volumes[path], name), content, { mode: 0o440 });
        await chown(join(volumes[path], name), 0, 1000);
      }
      await chown(volumes[path], 0, 1000);
      await chmod(volumes[path], mode);
    };
    await volume("/etc/doorcode", 0o750, {
      "doorcode.server.yaml": await shipped("kubernetes/doorcode.server.yaml", {
        "port: 8443": `port: ${port}`,
        "port: 9464": `port: ${monitoringPort}`,
        "10.42.7.0/24": "127.0.0.1",
        "postgres: { urlFile: /run/secrets/doorcode/store-url }": "sqlite: tenant.db",
      }),
    });
    await volume("/run/secrets/doorcode", 0o750, { "seal-key": randomBytes(32), "smtp-password": "none" });
    await volume("/var/lib/doorcode", 0o2777);
    tenant = image.run([...image.config.Entrypoint, ...image.config.Cmd], volumes);
    await tenant.says(/The tenant is running/, "stderr");
    const probe = { secure: false, address: "127.0.0.1", port: monitoringPort };
    assert.equal((await send(probe, { path: "/readyz" })).status, 200);
    const ingress = { secure: false, address: "127.0.0.1", port };
    const headers = { host: HOST, "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9" };
    assert.equal((await send(ingress, { path: "/device", headers })).status, 200);
    tenant.child.kill("SIGTERM");
    assert.equal((await tenant.ended).exit, 143);
  });
});
