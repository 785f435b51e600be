import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, stat } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, type TestContext, test } from "node:test";
import { askTenant } from "../../src/control/client.ts";
import type { ControlRequest } from "../../src/control/messages.ts";
import type { User } from "../../src/directory/entities.ts";
import { type Approver, loadFacts } from "../../src/oauth/approval.ts";
import { claimGrant } from "../../src/oauth/device-authorization/decisions.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { failsWith, scratch } from "../server/scratch.ts";

const MINUTE = 60_000;
const PASSWORD = "violet-harbour-1871";

describe("approving as the operator", () => {
  test("signs the device in as that user, without a factor, and records who approved", async (t) => {
    const { tenant, ask } = await running(t);
    const ada = await addUser(tenant, ask, "ada@contoso.example");
    const device = await deviceCode(tenant);
    const spelled = device.user_code.toLowerCase().replace("-", " ");
    const done = await ask({ do: "approve", code: spelled, as: "ADA@contoso.example " });
    assert.deepEqual(done, {
      app: "ciam-client-app",
      email: "ada@contoso.example",
      permissions: [
        "Know your name and email",
        "Read your to-do lists",
        "Read and change your to-do lists",
        "Stay signed in for up to 365 days, or until unused for 90 days",
      ],
      by_renewal: ["Read and change your to-do lists"],
    });
    const grant = await tenant.context.store.grants.findByUserCode(device.user_code.replace("-", ""));
    assert.equal(grant?.decidedBy, "operator");
    assert.deepEqual(grant?.methods, ["operator"]);
    const { status, body } = await poll(tenant, device.device_code);
    assert.equal(status, 200);
    const claims = JSON.parse(Buffer.from(body.id_token.split(".")[1], "base64url").toString());
    assert.equal(claims.oid, ada.id);
    assert.ok(claims.amr === undefined || claims.amr.length === 0, "no factor was shown");
    const [approved] = await tenant.context.store.audit.list({ event: "device_grant.approved", limit: 1 });
    assert.equal(approved?.actor, "operator");
    assert.equal(approved?.userId, ada.id);
    const [notice, ...others] = await tenant.mailsTo("ada@contoso.example");
    assert.deepEqual(others, []);
    assert.match(notice?.text ?? "", /Approved for you by the people who run this service\./);
    assert.match(notice?.text ?? "", /\/not-me\?token=/);
  });

  test("an app that requires assignment refuses an unassigned user: nothing is claimed, and the code stays valid", async (t) => {
    const { tenant, ask } = await running(t);
    const ada = await addUser(tenant, ask, "ada@contoso.example");
    const { directory } = tenant.context.store;
    const { clientId } = tenant.apps[0]!;
    await seed(tenant.context.store).putApp({ ...(await directory.findApp(clientId))!, assignmentRequired: true });
    const device = await deviceCode(tenant);
    const approve = () => ask({ do: "approve", code: device.user_code, as: "ada@contoso.example" });
    await assert.rejects(approve(), failsWith("not_assigned"));
    assert.equal((await poll(tenant, device.device_code)).body.error, "authorization_pending");
    await seed(tenant.context.store).assign(clientId, ada.id);
    await approve();
    tenant.clock.advance(6_000);
    assert.equal((await poll(tenant, device.device_code)).status, 200);
  });

  test("only an administrator can be granted administrative scopes; the code stays valid", async (t) => {
    const { tenant, ask } = await running(t);
    const ada = await addUser(tenant, ask, "ada@contoso.example");
    const clientId = tenant.apps[0]!.clientId;
    const allow = { do: "allow_administration", client_id: clientId, by_device_code: true } as const;
    const scopes = ["User.ReadWrite.All", "Application.ReadWrite.All"];
    await assert.rejects(ask({ ...allow, scopes: ["Mail.Read"] }), failsWith("scope_unknown"));
    await assert.rejects(ask({ ...allow, client_id: randomUUID(), scopes }), failsWith("app_unknown"));
    const allowed = { client_id: clientId, app: tenant.apps[0]!.name, scopes: scopes.toReversed() };
    assert.deepEqual(await ask({ ...allow, scopes }), { ...allowed, by_device_code: true });
    const device = await deviceCode(tenant, "openid Application.ReadWrite.All User.ReadWrite.All");
    const approve = () => ask({ do: "approve", code: device.user_code, as: "ada@contoso.example" });
    await assert.rejects(approve(), failsWith("administrator_needed"));
    assert.equal((await poll(tenant, device.device_code)).body.error, "authorization_pending");
    await seed(tenant.context.store).setUserAdministrator(ada.id, true);
    assert.deepEqual((await approve()).permissions, [
      "Know that it is you",
      "See, change, and delete all apps and APIs in this tenant",
      "See, change, and delete everyone’s account and groups",
      "Stay signed in for one hour",
    ]);
    tenant.clock.advance(6_000);
    assert.equal((await poll(tenant, device.device_code)).status, 200);
    const late = await deviceCode(tenant, "openid Application.ReadWrite.All");
    await ask({ ...allow, scopes, by_device_code: false });
    await assert.rejects(
      ask({ do: "approve", code: late.user_code, as: "ada@contoso.example" }),
      failsWith("administration_not_allowed"),
    );
  });

  test("unknown, expired and used codes have different errors", async (t) => {
    const { tenant, ask } = await running(t);
    await addUser(tenant, ask, "ada@contoso.example");
    const as = "ada@contoso.example";
    await assert.rejects(ask({ do: "approve", code: "BCDF-GHJK", as }), failsWith("code_unknown"));
    await assert.rejects(ask({ do: "approve", code: "", as }), failsWith("code_unknown"));
    const [used, expired] = [await deviceCode(tenant), await deviceCode(tenant)];
    await ask({ do: "approve", code: used.user_code, as });
    await assert.rejects(ask({ do: "approve", code: used.user_code, as }), failsWith("code_used"));
    await assert.rejects(ask({ do: "deny", code: used.user_code }), failsWith("code_used"));
    tenant.clock.advance(16 * MINUTE);
    await assert.rejects(ask({ do: "approve", code: expired.user_code, as }), failsWith("code_expired"));
    await assert.rejects(ask({ do: "deny", code: expired.user_code }), failsWith("code_expired"));
  });

  test("an unknown or disabled user cannot decide", async (t) => {
    const { tenant, ask } = await running(t);
    const ada = await addUser(tenant, ask, "ada@contoso.example");
    const device = await deviceCode(tenant);
    const approve = (as: string) => ask({ do: "approve", code: device.user_code, as });
    await assert.rejects(approve("eve@contoso.example"), failsWith("user_unknown"));
    await seed(tenant.context.store).setUserDisabled(ada.id, tenant.clock.now(), tenant.clock.now());
    await assert.rejects(approve("ada@contoso.example"), failsWith("user_disabled"));
    const grant = await tenant.context.store.grants.findByUserCode(device.user_code.replace("-", ""));
    assert.equal(grant?.status, "pending");
  });

  test("an app that was disabled after its request gets no approval", async (t) => {
    const { tenant, ask } = await running(t);
    await addUser(tenant, ask, "ada@contoso.example");
    const device = await deviceCode(tenant);
    const { directory } = tenant.context.store;
    const app = await directory.findApp(tenant.apps[0]!.clientId);
    await seed(tenant.context.store).putApp({ ...app!, disabledAt: tenant.clock.now() });
    const approving = ask({ do: "approve", code: device.user_code, as: "ada@contoso.example" });
    await assert.rejects(approving, failsWith("app_unavailable"));
  });

  test("an app that requires a second factor gets no approval, and its code stays valid for a browser", async (t) => {
    const { tenant, ask } = await running(t);
    await addUser(tenant, ask, "ada@contoso.example");
    const { directory } = tenant.context.store;
    const app = (await directory.findApp(tenant.apps[0]!.clientId))!;
    const device = await deviceCode(tenant);
    const approving = () => ask({ do: "approve", code: device.user_code, as: "ada@contoso.example" });
    await seed(tenant.context.store).putApp({ ...app, requireMfa: true });
    await assert.rejects(approving(), failsWith("mfa_required"));
    const grant = await tenant.context.store.grants.findByUserCode(device.user_code.replace("-", ""));
    assert.equal(grant?.status, "pending");
    await seed(tenant.context.store).putApp(app);
    await approving();
    const { body } = await poll(tenant, device.device_code);
    const claims = JSON.parse(Buffer.from(body.id_token.split(".")[1], "base64url").toString());
    assert.deepEqual([claims.acr, claims.amr], ["0", []]);
  });

  test("a code that a different user has claimed in a browser is denied for both", async (t) => {
    const { tenant, ask } = await running(t);
    const ada = await addUser(tenant, ask, "ada@contoso.example");
    await addUser(tenant, ask, "bob@contoso.example");
    const device = await deviceCode(tenant);
    await claimInBrowser(tenant, device.user_code, ada.id);
    const approving = ask({ do: "approve", code: device.user_code, as: "bob@contoso.example" });
    await assert.rejects(approving, failsWith("code_used_twice"));
    assert.equal((await poll(tenant, device.device_code)).body.error, "access_denied");
  });

  test("a code that the same user has claimed in a browser is taken over", async (t) => {
    const { tenant, ask } = await running(t);
    const ada = await addUser(tenant, ask, "ada@contoso.example");
    const device = await deviceCode(tenant);
    await claimInBrowser(tenant, device.user_code, ada.id);
    await ask({ do: "approve", code: device.user_code, as: "ada@contoso.example" });
    assert.equal((await poll(tenant, device.device_code)).status, 200);
  });

  test("of a concurrent approval and denial one wins, and the device gets that one", async (t) => {
    const { tenant, ask } = await running(t);
    await addUser(tenant, ask, "ada@contoso.example");
    for (let round = 0; round < 10; round++) {
      const { user_code: code, device_code } = await deviceCode(tenant);
      const both = [ask({ do: "approve", code, as: "ada@contoso.example" }), ask({ do: "deny", code })];
      const [approved, denied] = await Promise.allSettled(both);
      assert.notEqual(approved?.status, denied?.status);
      const { body } = await poll(tenant, device_code);
      assert.equal(body.error, approved?.status === "fulfilled" ? undefined : "access_denied");
    }
  });
});

test("denying as the operator needs no claim, and the device gets the denial", async (t) => {
  const { tenant, ask } = await running(t);
  const device = await deviceCode(tenant);
  assert.deepEqual(await ask({ do: "deny", code: device.user_code }), { app: "ciam-client-app" });
  assert.equal((await poll(tenant, device.device_code)).body.error, "access_denied");
});

describe("people", () => {
  test("can be added with the password they sign in with, once for each address", async (t) => {
    const { tenant, ask } = await running(t);
    const added = await addUser(tenant, ask, "Ada@Contoso.example");
    assert.equal(added.displayName, "Ada");
    assert.match(added.passwordHash ?? "", /^\$argon2id\$/);
    const again = ask({ do: "add_user", email: "ada@contoso.example", name: "Another", password: PASSWORD });
    await assert.rejects(again, failsWith("email_taken"));
    assert.deepEqual(
      (await ask({ do: "list_users" })).map(({ email, name }) => [email, name]),
      [["Ada@Contoso.example", "Ada"]],
    );
  });

  test("are administrators only if added as such, which is recorded", async (t) => {
    const { tenant, ask } = await running(t);
    const add = (email: string, administrator?: boolean) =>
      ask({ do: "add_user", email, name: null, password: PASSWORD, ...(administrator ? { administrator } : {}) });
    assert.equal((await add("ada@contoso.example")).administrator, false);
    const { id } = await add("root@contoso.example", true);
    assert.deepEqual(
      (await ask({ do: "list_users" })).map(({ email, administrator }) => [email, administrator]),
      [
        ["ada@contoso.example", false],
        ["root@contoso.example", true],
      ],
    );
    for (const event of ["user.created", "user.made_administrator"]) {
      const records = await tenant.context.store.audit.list({ event, limit: 9 });
      const ofRoot = records.filter(({ userId }) => userId === id);
      assert.deepEqual(
        ofRoot.map(({ actor }) => actor),
        ["operator"],
        event,
      );
    }
  });

  test("no address, name or password passes that the pages would refuse", async (t) => {
    const { ask } = await running(t);
    const add = (email: string, name: string | null, password: string) =>
      ask({ do: "add_user", email, name, password });
    for (const email of [
      "",
      "ada",
      "ada@",
      "@contoso.example",
      "a b@contoso.example",
      `${"a".repeat(300)}@b.example`,
    ]) {
      await assert.rejects(add(email, null, PASSWORD), failsWith("email_invalid"), email);
    }
    await assert.rejects(add("a@b.example", "\u202e\u0007 ", PASSWORD), failsWith("name_invalid"));
    await assert.rejects(add("a@b.example", "n".repeat(101), PASSWORD), failsWith("name_invalid"));
    await assert.rejects(add("a@b.example", null, "seven77"), failsWith("password_short"));
    await assert.rejects(add("a@b.example", null, "x".repeat(129)), failsWith("password_long"));
    await assert.rejects(add("a@b.example", null, "password123"), failsWith("password_common"));
    assert.deepEqual(await ask({ do: "list_users" }), []);
  });
});

describe("the control socket", () => {
  test("is accessible to its owner only, and deleted with the tenant", async (t) => {
    const { tenant, dir, ask } = await running(t);
    assert.equal((await stat(dir)).mode & 0o777, 0o700);
    const socket = await stat(join(dir, "control.sock"));
    assert.ok(socket.isSocket());
    assert.equal(socket.mode & 0o777, 0o600);
    await tenant.close();
    assert.equal(existsSync(join(dir, "control.sock")), false);
    await assert.rejects(ask({ do: "list_users" }), failsWith("tenant_not_running"));
  });

  test("moves to a separate short path when the data folder's is too long, and leaves nothing behind", async (t) => {
    const deep = join(await scratch(t), "d".repeat(60), "e".repeat(60));
    await mkdir(dirname(deep), { recursive: true });
    const { tenant, dir, ask } = await running(t, deep);
    assert.deepEqual(await ask({ do: "list_users" }), []);
    const address = await readFile(join(dir, "control.path"), "utf8");
    assert.ok(address.length < 104);
    assert.equal((await stat(dirname(address))).mode & 0o777, 0o700);
    assert.equal((await stat(address)).mode & 0o777, 0o600);
    await tenant.close();
    assert.equal(existsSync(dirname(address)), false);
    assert.equal(existsSync(join(dir, "control.path")), false);
  });

  test("is not used in a folder where others could have put it", async (t) => {
    const { dir, ask } = await running(t);
    await chmod(dir, 0o777);
    await assert.rejects(ask({ do: "list_users" }), failsWith("data_folder_refused"));
  });

  test("answers an unknown request with an error, and continues", async (t) => {
    const { dir, ask } = await running(t);
    const lines = [
      "\n",
      "{}\n",
      "null\n",
      '{"do":"drop"}\n',
      '{"do":"approve","code":1,"as":2}\n',
      `${"x".repeat(40_000)}\n`,
      "x".repeat(25_000),
    ];
    for (const line of lines) {
      const socket = connect(join(dir, "control.sock"));
      socket.write(line);
      const answer = JSON.parse(await text(socket));
      assert.equal(answer.ok, false);
      assert.equal(answer.error.code, "control_failed");
    }
    const gone = connect(join(dir, "control.sock"));
    gone.end('{"do":');
    await text(gone);
    assert.deepEqual(await ask({ do: "list_users" }), []);
  });
});

async function running(t: TestContext, dataDir?: string) {
  const dir = dataDir ?? join(await scratch(t), "tenant");
  const tenant = await startTestTenant({ dataDir: dir });
  t.after(() => tenant.close());
  return { tenant, dir, ask: <R extends ControlRequest>(request: R) => askTenant(dir, request) };
}

async function addUser(
  tenant: TestTenant,
  ask: Awaited<ReturnType<typeof running>>["ask"],
  email: string,
): Promise<User> {
  const { id } = await ask({ do: "add_user", email, name: null, password: PASSWORD });
  return (await tenant.context.store.directory.findUser(id))!;
}

async function claimInBrowser(tenant: TestTenant, userCode: string, userId: string): Promise<void> {
  const { store, clock } = tenant.context;
  const grant = await store.grants.findByUserCode(userCode.replace("-", ""));
  const user = await store.directory.findUser(userId);
  const browser: Approver = {
    sessionId: "a browser",
    user: user!,
    methods: ["password"],
    authTime: clock.now(),
    by: "user",
    ip: null,
  };
  const facts = await loadFacts(tenant.context, grant!, userId);
  assert.equal((await claimGrant(tenant.context, grant!, browser, facts)).outcome, "claimed");
}

async function deviceCode(
  tenant: TestTenant,
  scope = `api://${tenant.apis[0]!.clientId}/ToDoList.Read openid profile offline_access`,
): Promise<{ user_code: string; device_code: string }> {
  const body = new URLSearchParams({ client_id: tenant.apps[0]!.clientId, scope });
  const response = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, { method: "POST", body });
  return (await response.json()) as { user_code: string; device_code: string };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads any member it expects.
async function poll(tenant: TestTenant, device_code: string): Promise<{ status: number; body: any }> {
  const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
  const body = new URLSearchParams({ grant_type, device_code, client_id: tenant.apps[0]!.clientId });
  const response = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, { method: "POST", body });
  return { status: response.status, body: await response.json() };
}
