import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addUser } from "../../../../tests/fixtures/approval.ts";
import { clientIdOf, poll, refresh, requestCode, revoke } from "../../../../tests/fixtures/device.ts";
import type { Activity } from "../../src/server/activity.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

const SECOND = 1_000;

describe("the activity of a tenant", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  /** Watches until the end of the test. `until` resolves with everything up to the first entry of this name. */
  async function watched(t: { after(done: () => void): void }) {
    const seen: Activity[] = [];
    let check = (): void => undefined;
    const end = await tenant.activity((entry) => {
      seen.push(entry);
      check();
    });
    t.after(end);
    return {
      seen,
      until: (event: string) =>
        new Promise<Activity[]>((resolve) => {
          check = () => seen.some((entry) => entry.event === event) && resolve(seen);
          check();
        }),
    };
  }

  test("is one entry for each step of a sign-in, in order, with the names of app and user", async (t) => {
    const { email } = await addUser(tenant);
    const { until } = await watched(t);
    const { body: code } = await requestCode(tenant, { device_name: "Kitchen TV", device_platform: "webOS" });
    assert.equal((await poll(tenant, code.device_code)).body.error, "authorization_pending");
    await tenant.approve(code.user_code, { as: email });
    tenant.clock.advance(5_000);
    const { body: tokens } = await poll(tenant, code.device_code);
    const { body: renewed } = await refresh(tenant, tokens.refresh_token);
    await revoke(tenant, renewed.refresh_token);
    const entries = await until("sign_in.revoked");
    // Nothing orders the mail and the program's next requests.
    await until("mail.sent");
    assert.deepEqual(
      entries.map(({ event, app, user }) => [event, app, user]).filter(([event]) => event !== "mail.sent"),
      [
        ["device_grant.requested", "ciam-client-app", null],
        ["device_grant.approved", "ciam-client-app", email],
        ["device_grant.redeemed", "ciam-client-app", email],
        ["refresh_token.rotated", "ciam-client-app", email],
        ["sign_in.revoked", "ciam-client-app", email],
      ],
    );
    const [requested, approved] = entries;
    assert.deepEqual(requested?.detail, {
      user_code: code.user_code,
      device_name: "Kitchen TV",
      device_platform: "webOS",
    });
    assert.equal(requested?.grant_id, approved?.grant_id);
    assert.ok(entries.some(({ event, detail }) => event === "mail.sent" && detail.to === email));
  });

  test("has each refusal with its reason, and the same one once in two seconds", async (t) => {
    const { seen, until } = await watched(t);
    const scope = `api://${tenant.apis[0]!.clientId}/ToDoList.Delete`;
    for (let time = 0; time < 3; time++) await requestCode(tenant, { scope });
    tenant.clock.advance(2 * SECOND);
    await requestCode(tenant, { scope });
    await requestCode(tenant);
    await until("device_grant.requested");
    const refused = seen.filter(({ event }) => event === "request.refused");
    assert.equal(refused.length, 2);
    const { detail, app, client_id } = refused[0]!;
    assert.deepEqual(
      [detail.why, detail.aadsts, app, client_id],
      [...["scope_invalid", 70011, "ciam-client-app"], clientIdOf(tenant)],
    );
    assert.match(String(detail.message), /ToDoList\.Delete is not a scope/);
  });

  test("has one entry for each refusal that the audit log has, too", async (t) => {
    const { email } = await addUser(tenant);
    const approved = async () => {
      const { body: code } = await requestCode(tenant);
      await tenant.approve(code.user_code, { as: email });
      tenant.clock.advance(5 * SECOND);
      return code.device_code;
    };
    const { body: first } = await poll(tenant, await approved());
    const { body: second } = await refresh(tenant, first.refresh_token);
    await refresh(tenant, second.refresh_token);
    const deviceCode = await approved();
    const app = (await tenant.context.store.directory.findApp(clientIdOf(tenant)))!;
    await seed(tenant.context.store).putApp({ ...app, requireMfa: true });
    t.after(() => seed(tenant.context.store).putApp(app));
    const { seen, until } = await watched(t);
    assert.equal((await poll(tenant, deviceCode)).body.error, "interaction_required");
    assert.equal((await refresh(tenant, first.refresh_token)).body.error, "invalid_grant");
    // The audit log has the reuse that ended the sign-in, and not what is asked after it.
    assert.equal((await refresh(tenant, first.refresh_token)).body.error, "invalid_grant");
    await until("request.refused");
    assert.deepEqual(
      seen.map(({ event }) => event).filter((event) => event !== "mail.sent"),
      ["device_grant.refused", "refresh_token.reused", "request.refused"],
    );
  });

  test("names no app for a client ID that is not registered", async (t) => {
    const { until } = await watched(t);
    await requestCode(tenant, { client_id: "11111111-2222-3333-4444-555555555555" });
    const [entry] = await until("request.refused");
    assert.deepEqual([entry?.app, entry?.detail.why], [null, "app_unknown"]);
    assert.equal(entry?.client_id, "11111111-2222-3333-4444-555555555555");
  });

  test("says nothing of a change that is rolled back, and reports the next one", async (t) => {
    await addUser(tenant, "ada@contoso.example");
    const { seen, until } = await watched(t);
    await assert.rejects(tenant.admin.people.add({ email: "ada@contoso.example" }), /already/);
    await tenant.admin.people.add({ email: "bob@contoso.example" });
    await until("user.created");
    assert.deepEqual(
      seen.map(({ event, user }) => [event, user]),
      [["user.created", "bob@contoso.example"]],
    );
  });

  test("of the audit log is complete, however much happens at once", async (t) => {
    const { seen, until } = await watched(t);
    const emails = Array.from({ length: 250 }, (_, n) => `user${n}@contoso.example`);
    await Promise.all(emails.map((email) => tenant.admin.people.add({ email })));
    await tenant.admin.changeBranding({ colour: "#0b6e4f" });
    await until("branding.changed");
    const created = seen.filter(({ event }) => event === "user.created").map(({ user }) => String(user));
    assert.deepEqual(created.sort(), emails.sort());
  });

  test("ends with its listener", async (t) => {
    const { seen } = await watched(t);
    const ended: Activity[] = [];
    const end = await tenant.activity((entry) => ended.push(entry));
    end();
    await requestCode(tenant);
    await tenant.admin.people.add({ email: "cy@contoso.example" });
    await tenant.close();
    assert.deepEqual([ended.length, seen.map(({ event }) => event)], [0, ["device_grant.requested", "user.created"]]);
    tenant = await startTestTenant();
  });
});

test("on PostgreSQL it is this node's device codes and refusals", async () => {
  await using tenant = await startTestTenant({ store: "postgres" });
  const seen: string[] = [];
  await tenant.activity(({ event }) => seen.push(event));
  await requestCode(tenant);
  await requestCode(tenant, { scope: "nothing" });
  await tenant.admin.people.add({ email: "ada@contoso.example" });
  await tenant.context.store.audit.list({ limit: 1 });
  await tenant.close();
  assert.deepEqual(seen, ["device_grant.requested", "request.refused"]);
});
