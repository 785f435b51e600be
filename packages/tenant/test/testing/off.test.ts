// No power of a tester over a tenant that is not the embedded default, or that turned them off: a test for each.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { poll, requestCode } from "../../../../tests/fixtures/device.ts";
import { askTenant } from "../../src/control/client.ts";
import type { ControlRequest } from "../../src/control/messages.ts";
import { operate } from "../../src/operator/operate.ts";
import type { Testing } from "../../src/testing/testing.ts";
import { operated } from "../fixtures/operated.ts";
import { startTestTenant, type TestTenant, type TestTenantOptions } from "../fixtures/start-test-tenant.ts";
import { failsWith, scratch } from "../server/scratch.ts";

const token = { as: "ada@contoso.example", app: "ciam-client-app", scopes: ["openid"] };

/** Each power, from TypeScript. */
const powers: Record<string, (testing: Testing) => Promise<unknown>> = {
  "advance the clock": ({ clock }) => clock.advance(1),
  "wait with the clock": ({ clock }) => clock.sleep(1),
  "set the clock": ({ clock }) => clock.set(Date.now() + 1_000_000, { back: true }),
  "reset the clock": ({ clock }) => clock.reset(),
  "add a fault": ({ faults }) => faults.add({ endpoint: "token", status: 503 }),
  "clear faults": ({ faults }) => faults.clear(),
  "list snapshots": ({ snapshots }) => snapshots.list(),
  "create a snapshot": ({ snapshots }) => snapshots.create("one"),
  "restore a snapshot": ({ snapshots }) => snapshots.restore("one"),
  "delete a snapshot": ({ snapshots }) => snapshots.delete("one"),
  "issue a token": (testing) => testing.issueToken(token),
  "check a token": (testing) => testing.checkToken("token", { api: "ciam-ToDoList-api" }),
};

/** Each request over the socket. */
const requests: ControlRequest[] = [
  { do: "read_clock" },
  { do: "advance_clock", ms: 1 },
  { do: "set_clock", time: "2100-01-01T00:00:00Z", back: true },
  { do: "reset_clock" },
  { do: "list_faults" },
  { do: "add_fault", endpoint: "token", status: 503 },
  { do: "clear_faults" },
  { do: "list_snapshots" },
  { do: "create_snapshot", name: "one", replace: true },
  { do: "restore_snapshot", name: "one" },
  { do: "delete_snapshot", name: "one" },
  { do: "issue_token", ...token, mfa: true },
  { do: "check_token", token: "token", api: "ciam-ToDoList-api" },
];

const publicUrl = { publicUrl: "https://login.contoso.example", trustedProxies: ["127.0.0.1"] };

/** Where they are off. */
const elsewhere: Record<string, TestTenantOptions> = {
  "with the option": { testing: false },
  "with the option set, at a public URL": { ...publicUrl, testing: true },
  "at a public URL, on SQLite": publicUrl,
  "on another host": { host: "127.0.0.2" },
  "on PostgreSQL": { store: "postgres" },
  "on PostgreSQL, at a public URL": { store: "postgres", ...publicUrl },
};

for (const [where, options] of Object.entries(elsewhere)) {
  describe(`without powers for testers: ${where}`, () => {
    let tenant: TestTenant;
    before(async () => {
      tenant = await startTestTenant(options);
    });
    after(() => tenant.close());

    for (const [name, use] of Object.entries(powers)) {
      test(`a program cannot ${name}`, async () => {
        assert.equal(tenant.testing.allowed, false);
        await assert.rejects(use(tenant.testing), failsWith("testing_off"));
      });
    }

    test("the clock is the one that the tenant was started with, and nothing is recorded", async () => {
      assert.deepEqual(tenant.testing.clock.read(), { now: tenant.clock.now(), aheadMs: 0, wentBack: false });
      const records = await tenant.context.store.audit.list({ limit: 99 });
      assert.deepEqual(
        records.filter(({ event }) => event.startsWith("testing.")),
        [],
      );
    });
  });
}

for (const [where, more] of Object.entries({
  "with the option": { testing: false },
  "at a public URL": publicUrl,
  "on another host": { host: "127.0.0.2" },
})) {
  describe(`without powers for testers, on the socket of a tenant ${where}`, () => {
    let tenant: TestTenant;
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "doorcode-test-"));
      tenant = await startTestTenant({ dataDir: folder, sqliteFile: join(folder, "tenant.db"), ...more });
    });
    after(async () => {
      await tenant?.close();
      await rm(folder, { recursive: true, force: true });
    });

    for (const request of requests) {
      test(`${request.do} is refused`, () => assert.rejects(askTenant(folder, request), failsWith("testing_off")));
    }
  });
}

describe("without powers for testers, the operator's commands", () => {
  const place = async (t: TestContext) => {
    const dataDir = join(await scratch(t), "tenant");
    return { dataDir, sqliteFile: join(dataDir, "tenant.db") };
  };

  test("all are refused in the store of a tenant on PostgreSQL, and by a stopped one on SQLite", async (t) => {
    const postgres = await operated(t, "PostgreSQL");
    const stopped = await operated(t, "stopped SQLite");
    for (const request of requests) {
      await assert.rejects(operate(postgres.location, request), failsWith("testing_off"), request.do);
      await assert.rejects(operate(stopped.location, request), failsWith("tenant_not_running"), request.do);
    }
  });

  test("a store whose clock was moved is in real time again, wherever else it is opened", async (t) => {
    for (const more of [{ testing: false }, publicUrl]) {
      const where = await place(t);
      {
        await using tenant = await startTestTenant(where);
        await tenant.testing.clock.advance(365 * 24 * 60 * 60_000);
      }
      await using tenant = await startTestTenant({ ...where, ...more });
      assert.equal(tenant.context.clock.now(), tenant.clock.now());
    }
  });

  test("no address leads to a power without the console's key, even where there are powers", async () => {
    await using tenant = await startTestTenant();
    const guesses = ["/testing", "/testing/clock", "/clock", "/fault", "/faults", "/snapshots", "/console/clock"];
    const pages = ["/console/testing", "/console/tokens"];
    const body = new URLSearchParams({ action: "advance", by: "86400" });
    for (const base of [new URL(tenant.authority).origin, tenant.pages]) {
      for (const path of [...guesses, ...pages]) {
        for (const options of [{}, { method: "POST" }, { method: "POST", body, headers: { origin: base } }]) {
          const { status } = await tenant.fetch(`${base}${path}`, options);
          const isShut = [302, 403, 404, 405, 415, 421].includes(status);
          assert.ok(isShut, `${options.method ?? "GET"} ${base}${path}: ${status}`);
        }
      }
    }
    assert.equal(tenant.testing.clock.read().aheadMs, 0);
    const { body: device } = await requestCode(tenant);
    assert.equal((await poll(tenant, device.device_code)).body.error, "authorization_pending");
  });
});
