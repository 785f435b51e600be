import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import { startTenant } from "../../src/server/start-tenant.ts";
import { operated } from "../fixtures/operated.ts";
import { send } from "../server/raw-request.ts";
import { failsWith, scratch } from "../server/scratch.ts";

describe("nothing of the embedded tenant's conveniences is on a served tenant", () => {
  for (const state of ["served SQLite", "PostgreSQL"] as const) {
    test(`${state}: no inbox on any of its origins, for anyone`, async (t) => {
      const { look } = await operated(t, state);
      const tenant = await look();
      assert.deepEqual([tenant.inbox, tenant.inboxToken], [null, null]);
      await assert.rejects(tenant.mails({ to: "ada@contoso.example" }), failsWith("inbox_missing"));
      const token = await tenant.operatorToken();
      for (const path of ["/inbox", "/inbox/messages", "/inbox/messages/1"]) {
        for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
          // A proxy on this machine may be trusted, which changes nothing.
          const host = new URL(tenant.issuer).host;
          const to = { secure: false, address: "127.0.0.1", port: tenant.port };
          const response = await send(to, { path, headers: { host, ...headers, "x-forwarded-proto": "https" } });
          assert.equal(response.status, 404, path);
        }
      }
    });

    test(`${state}: no pages on the local network`, async (t) => {
      const { location } = await operated(t, state);
      const started = startTenant({
        store: location.store,
        dataDir: join(await scratch(t), "other"),
        publicUrl: "https://login.contoso.example",
        trustedProxies: ["127.0.0.1"],
        lan: {},
      });
      await assert.rejects(started, failsWith("lan_refused"));
    });
  }

  test("served SQLite: the socket itself refuses to approve and deny", async (t) => {
    const { data } = await operated(t, "served SQLite", ({ admin }) =>
      admin.people.add({ email: "ada@contoso.example" }),
    );
    for (const request of [
      { do: "approve", code: "BCDF-GHJK", as: "ada@contoso.example" },
      { do: "deny", code: "BCDF-GHJK" },
    ]) {
      const socket = connect(join(data, "control.sock"));
      socket.write(`${JSON.stringify(request)}\n`);
      const { ok, error } = JSON.parse(await text(socket));
      assert.deepEqual([ok, error.code], [false, "embedded_only"]);
    }
  });

  test("PostgreSQL: there is no socket", async (t) => {
    const { data } = await operated(t, "PostgreSQL");
    assert.equal(existsSync(join(data, "control.sock")), false);
    assert.equal(existsSync(join(data, "control.path")), false);
  });
});
