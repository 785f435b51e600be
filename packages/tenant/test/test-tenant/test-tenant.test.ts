import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { startTestTenant } from "../../src/test-tenant/test-tenant.ts";
import { fetchTrusting } from "../fixtures/fetch-trusting.ts";
import { failsWith } from "../server/scratch.ts";

type Tenant = Awaited<ReturnType<typeof startTestTenant<"ada" | "bob">>>;

const people = {
  ada: "ada@contoso.example",
  bob: { email: "bob@contoso.example", displayName: "Bob", password: "violet-harbour-1871" },
};

interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it expects.
  body: any;
}

/** A program's requests. */
async function withProgram<T>(
  { authority, apps, ca }: Pick<Tenant, "authority" | "apps" | "ca">,
  work: (post: (path: string, form: Record<string, string>) => Promise<Answered>) => Promise<T>,
): Promise<T> {
  const { fetch, close } = fetchTrusting(ca);
  try {
    return await work(async (path, form) => {
      const body = new URLSearchParams({ client_id: apps[0]!.clientId, ...form }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const response = await fetch(`${authority}/oauth2/v2.0/${path}`, { method: "POST", headers, body });
      return { status: response.status, body: await response.json() };
    });
  } finally {
    close();
  }
}

const poll = (device_code: string) => ({ grant_type: "device_code", device_code });

describe("startTestTenant", () => {
  test("starts a tenant with the people of the test, who sign in with their own passwords", async () => {
    await using tenant = await startTestTenant({ people });
    assert.deepEqual(
      [tenant.people.ada.email, tenant.people.ada.name, tenant.people.bob.name],
      ["ada@contoso.example", "ada", "Bob"],
    );
    assert.equal(tenant.people.bob.password, "violet-harbour-1871");
    assert.ok(tenant.people.ada.password.length >= 12);
    assert.equal((await tenant.admin.people.find("ada@contoso.example"))?.id, tenant.people.ada.id);
  });

  test("approves for the first person, or for another one", async () => {
    await using tenant = await startTestTenant({ people });
    await withProgram(tenant, async (post) => {
      for (const [options, email] of [
        [undefined, "ada@contoso.example"],
        [{ as: "bob@contoso.example", mfa: true }, "bob@contoso.example"],
      ] as const) {
        const { body: device } = await post("devicecode", { scope: "openid" });
        assert.equal((await tenant.approve(device.user_code, options)).email, email);
        assert.equal((await post("token", poll(device.device_code))).status, 200);
      }
    });
    await using empty = await startTestTenant();
    assert.throws(() => empty.approve("BCDF-GHJK"), failsWith("usage"));
  });

  test("waits for a mail, gives each one once, and says what came instead", async () => {
    await using tenant = await startTestTenant({ people });
    const { mails } = tenant;
    await withProgram(tenant, async (post) => {
      const waiting = mails.waitFor({ to: "ADA@contoso.example" });
      for (const as of [tenant.people.ada.email, tenant.people.bob.email, tenant.people.bob.email]) {
        const { body: device } = await post("devicecode", { scope: "openid" });
        await tenant.approve(device.user_code, { as });
      }
      assert.equal((await waiting).to, "ada@contoso.example");
    });
    const [first, second] = [await mails.waitFor({ to: "bob@contoso.example" }), await mails.waitFor()];
    assert.deepEqual([first.to, second.to, first === second], ["bob@contoso.example", "bob@contoso.example", false]);
    assert.equal(mails.all().length, 3);
    await assert.rejects(
      mails.waitFor({ to: "ada@contoso.example", timeoutMs: 20 }),
      (error: Error & { code: string; hint: string }) =>
        error.code === "mail_not_received" && error.hint === "No mail is waiting to be read.",
    );
  });

  test("moves the clock, for the tenant and for a program that sleeps with it", async () => {
    await using tenant = await startTestTenant({ people });
    await withProgram(tenant, async (post) => {
      const { body: device } = await post("devicecode", { scope: "openid" });
      await tenant.clock.advance(14 * 60_000);
      assert.equal((await post("token", poll(device.device_code))).body.error, "authorization_pending");
      await tenant.clock.sleep(60_000);
      assert.equal((await post("token", poll(device.device_code))).body.error, "expired_token");
    });
  });

  test("lets an endpoint fail, and returns to a snapshot with its mails", async () => {
    await using tenant = await startTestTenant({ people });
    await using snapshot = await tenant.snapshot();
    await withProgram(tenant, async (post) => {
      await tenant.fault({ endpoint: "devicecode", status: 429 });
      assert.equal((await post("devicecode", { scope: "openid" })).status, 429);
      for (const _ of [1, 2]) {
        const { body: device } = await post("devicecode", { scope: "openid" });
        await tenant.approve(device.user_code);
        await tenant.mails.waitFor({ to: tenant.people.ada.email });
        assert.equal((await post("token", poll(device.device_code))).status, 200);
        assert.equal((await tenant.admin.signIns.list()).length, 1);
        await snapshot.restore();
        assert.deepEqual([await tenant.admin.signIns.list(), tenant.mails.all()], [[], []]);
      }
    });
    assert.equal((await tenant.snapshots.list()).length, 1);
    await snapshot.delete();
    await assert.rejects(snapshot.restore(), failsWith("snapshot_unknown"));
    await tenant.snapshot();
  });

  test("leaves no folder and no port behind, also if it is closed twice or cannot start", async () => {
    const tenant = await startTestTenant({ people });
    const folder = dirname(tenant.caFile);
    assert.ok(existsSync(folder));
    await tenant.close();
    await tenant.close();
    assert.equal(existsSync(folder), false);
    const wrong = { people: { ada: "no address" }, port: tenant.port };
    for (const _ of [1, 2]) await assert.rejects(startTestTenant(wrong), failsWith("email_invalid"));
  });
});
