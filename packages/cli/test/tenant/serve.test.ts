import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { connect } from "node:tls";
import { freshDatabase } from "../../../tenant/test/fixtures/postgres.ts";
import { send } from "../../../tenant/test/server/raw-request.ts";
import { servedFolder } from "./served.ts";
import { command, serveProcess } from "./tenant-process.ts";

describe("doorcode tenant serve", () => {
  test("serves the tenant at its public URL, from the file alone", async (t) => {
    const { file, folder, ca } = await servedFolder(t);
    const elsewhere = join(folder, "elsewhere.db");
    const tenant = await serveProcess(t, file, { DOORCODE_STORE: elsewhere, DOORCODE_SMTP: "smtp://other.example" });
    const { ready } = tenant;
    const origin = ready.pages;
    assert.equal(ready.authority, `${origin}/${ready.tenant_id}`);
    assert.deepEqual([ready.ca_file, ready.apps, ready.apis], ["", [], []], "no local CA, no sample apps");
    const to = { secure: true, address: "127.0.0.1", port: Number(ready.port), ca };
    const { host } = new URL(origin);
    const get = (path: string, name = host) => send(to, { path, headers: { host: name } });
    const metadata = await get(`/${ready.tenant_id}/v2.0/.well-known/openid-configuration`);
    assert.equal(JSON.parse(metadata.body).issuer, ready.issuer);
    assert.equal((await get("/device")).status, 200);
    assert.equal((await get("/device", "login.contoso.example")).status, 421, "another Host");
    assert.ok(!(await readdir(folder)).includes("elsewhere.db"), "DOORCODE_STORE has no effect");
    assert.equal(await tenant.stop("SIGTERM"), 143);
  });

  test("finds the file in DOORCODE_CONFIG, and keeps the tenant at the next start", async (t) => {
    const { file } = await servedFolder(t);
    const first = await serveProcess(t, file);
    await first.stop("SIGTERM");
    const shown = await command(["serve"], { env: { DOORCODE_CONFIG: file }, until: /The tenant is running/ });
    assert.equal(shown.exit, 130, shown.stderr);
    assert.match(
      shown.stderr,
      /The tenant is running at https:\/\/localhost:\d+\. Authority: https:\/\/localhost:\d+\/[0-9a-f-]{36}/,
    );
    const again = await serveProcess(t, file);
    assert.equal(again.ready.tenant_id, first.ready.tenant_id);
  });

  test("works on PostgreSQL behind a proxy, with its seal key elsewhere", async (t) => {
    const { file, folder, change } = await servedFolder(t);
    await writeFile(join(folder, "store-url"), `${await freshDatabase()}\n`, { mode: 0o600 });
    await writeFile(join(folder, "seal-key"), Buffer.alloc(32, 7), { mode: 0o600 });
    await change({
      tls: undefined,
      trustedProxies: ["127.0.0.1"],
      sealKeyFile: "seal-key",
      store: { postgres: { urlFile: "store-url", schema: "doorcode" } },
    });
    const { ready } = await serveProcess(t, file);
    const { host } = new URL(ready.pages);
    const to = { secure: false, address: "127.0.0.1", port: Number(ready.port) };
    const path = `/${ready.tenant_id}/v2.0/.well-known/openid-configuration`;
    const ask = async (headers: Record<string, string>) =>
      (await send(to, { path, headers: { host, ...headers } })).status;
    assert.equal(await ask({ "x-forwarded-proto": "https" }), 200);
    assert.equal(await ask({}), 421);
    assert.deepEqual(
      (await readdir(join(folder, "data"))).filter((name) => !name.startsWith("running.lock")),
      [],
      "neither a seal key, a CA nor a socket",
    );
  });

  for (const [store, members] of Object.entries({
    SQLite: {},
    PostgreSQL: { store: { postgres: { urlEnv: "STORE_URL" } } },
  })) {
    test(`an operator's command finds it in the same file, running or not, on ${store}`, async (t) => {
      // Not a mail password: a command needs the store alone.
      const mail = { host: "127.0.0.1", user: "a", passwordEnv: "SMTP_PASSWORD", from: "a@contoso.example" };
      const { file } = await servedFolder(t, { ...members, mail });
      const env = { STORE_URL: store === "PostgreSQL" ? await freshDatabase() : "" };
      const tenant = await serveProcess(t, file, { ...env, SMTP_PASSWORD: "hunter2" });
      const add = await command(["users", "add", "ada@contoso.example", "--config", file], { env });
      assert.equal(add.exit, 0, add.stderr);
      await tenant.stop("SIGTERM");
      const list = await command(["users"], { env: { ...env, DOORCODE_CONFIG: file } });
      assert.match(list.stdout, /^ada@contoso\.example/, list.stderr);
    });
  }

  test("has metrics and health on the port for monitoring, and no metrics at the public URL", async (t) => {
    const { file, ca } = await servedFolder(t, { monitoring: { port: 0 } });
    const { ready } = await serveProcess(t, file);
    const monitoring = `http://127.0.0.1:${ready.monitoring_port}`;
    for (const path of ["/metrics", "/healthz", "/readyz"])
      assert.equal((await fetch(monitoring + path)).status, 200, path);
    const to = { secure: true, address: "127.0.0.1", port: Number(ready.port), ca };
    const { host } = new URL(ready.pages);
    assert.equal((await send(to, { path: "/metrics", headers: { host } })).status, 404);
  });

  test("--config and --data together are an error", async () => {
    const { exit, stderr } = await command(["users", "--config", "x.yaml", "--data", "x"]);
    assert.equal(exit, 2);
    assert.match(stderr, /--config names the data folder and the store/);
  });

  test("SIGHUP reads the certificate again, and keeps the tenant running", async (t) => {
    const { file, ca, renew } = await servedFolder(t);
    const { ready, child, stop } = await serveProcess(t, file);
    const serial = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ port: Number(ready.port), host: "127.0.0.1", ca, servername: "localhost" }, () => {
          resolve(socket.getPeerX509Certificate()!.serialNumber);
          socket.destroy();
        });
        socket.once("error", reject);
      });
    const before = await serial();
    await renew();
    child.kill("SIGHUP");
    for (let tries = 0; (await serial()) === before; tries++) {
      assert.ok(tries < 4_000, "the new certificate was not served");
      await wait(25);
    }
    assert.equal(await stop("SIGTERM"), 143);
  });

  test("SIGTERM lets a request in progress finish", async (t) => {
    const { file, change } = await servedFolder(t);
    // With a drain, what is in progress has ten seconds after it, and not the rest of one.
    await change({ tls: undefined, trustedProxies: ["127.0.0.1"], drain: "1s" });
    const { ready, stop } = await serveProcess(t, file);
    const { host } = new URL(ready.pages);
    const body = "client_id=unknown&scope=openid";
    const socket = connectTcp(Number(ready.port), "127.0.0.1");
    const answer = (async () => {
      let read = "";
      for await (const chunk of socket) read += chunk;
      return read;
    })();
    const head = `POST /${ready.tenant_id}/oauth2/v2.0/devicecode HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Proto: https\r\n`;
    const type = "Content-Type: application/x-www-form-urlencoded\r\n";
    await new Promise<void>((sent) => {
      socket.write(`${head}${type}Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`, () => sent());
    });
    // The server has the request when it asks for the body.
    await new Promise((began) => socket.once("data", began));
    const stopped = stop("SIGTERM");
    const refused = () =>
      fetch(`http://127.0.0.1:${ready.port}/`).then(
        () => false,
        () => true,
      );
    while (!(await refused())) await wait(25);
    socket.write(body);
    assert.match(await answer, /HTTP\/1\.1 401 .*\r\nconnection: close\r\n[\s\S]*"invalid_client"/);
    assert.equal(await stopped, 143);
  });

  test("says what a terminal shows: nothing of it, without a terminal, is a prompt or a secret", async (t) => {
    const { file, change, folder } = await servedFolder(t);
    await writeFile(join(folder, "smtp-password"), "hunter2\n", { mode: 0o644 });
    await change({ mail: { host: "127.0.0.1", user: "doorcode", passwordFile: "smtp-password", from: "a@b.example" } });
    const { exit, stdout, stderr } = await command(["serve", "--config", file], { until: /is running/ });
    assert.equal(exit, 130, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /warning: Every user of this machine can read .*smtp-password\. Run: chmod o-r/);
    assert.doesNotMatch(stderr, /hunter2/);
  });
});

describe("nothing of the embedded tenant's conveniences is on a served tenant:", () => {
  const options = [["--lan"], ["--https"], ["--port", "1"], ["--pages-port", "1"], ["--data", "x"], ["--file", "x"]];
  for (const [option = "", ...value] of [...options, ["--no-sign-up"], ["--store-file", "x"]]) {
    test(`serve has no ${option}`, async () => {
      const { exit, stderr } = await command(["serve", option, ...value]);
      assert.equal(exit, 2);
      assert.match(stderr, new RegExp(`unknown option.*${option}`, "i"));
    });
  }

  for (const [store, members] of [
    ["SQLite", async () => ({})],
    ["PostgreSQL", async () => ({ store: { postgres: { urlEnv: "STORE_URL" } } })],
  ] as const) {
    test(`no inbox, no second port and no local CA, on ${store}`, async (t) => {
      const { file, ca, data, change } = await servedFolder(t);
      await change(await members());
      const { ready } = await serveProcess(t, file, store === "PostgreSQL" ? { STORE_URL: await freshDatabase() } : {});
      assert.equal(ready.inbox, undefined);
      assert.equal(ready.pages, new URL(ready.issuer).origin, "the pages have the issuer's port");
      const to = { secure: true, address: "127.0.0.1", port: Number(ready.port), ca };
      const { host } = new URL(ready.pages);
      for (const path of ["/inbox", "/inbox/messages"]) {
        assert.equal((await send(to, { path, headers: { host } })).status, 404, path);
        const bearer = { host, authorization: "Bearer guessed" };
        assert.equal((await send(to, { path, method: "DELETE", headers: bearer })).status, 404, path);
      }
      await assert.rejects(send({ ...to, secure: false, port: Number(ready.port) + 1 }, { path: "/device" }));
      const files = await readdir(data);
      for (const name of ["ca.pem", "ca-key.pem"]) assert.ok(!files.includes(name), name);
    });
  }
});
