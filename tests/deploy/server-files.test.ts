// The server files of deploy/ are accepted by `doorcode tenant serve`.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HOST, shipped } from "./proxies.ts";
import { readServerText, SECRETS } from "./read-server-text.ts";

describe("the server file for", () => {
  for (const target of ["docker", "kubernetes", "systemd"]) {
    test(`${target} is valid, and its secrets are files`, async () => {
      const server = await readServerText(await shipped(`${target}/doorcode.server.yaml`, {}));
      assert.equal(server.publicUrl, `https://${HOST}`);
      assert.equal(server.mail.password, SECRETS["smtp-password"]);
      assert.deepEqual(server.warnings, []);
      assert.equal(server.monitoring?.port, 9464);
      const isPostgres = target !== "systemd";
      assert.equal("postgres" in server.store && server.store.postgres, isPostgres && SECRETS["store-url"]);
      assert.equal(server.tls === undefined, server.trustedProxies.length > 0);
    });
  }
});
