import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addUser, approve } from "../../../../tests/fixtures/approval.ts";
import { poll, post, refresh, requestCode } from "../../../../tests/fixtures/device.ts";
import type { AppInput } from "../../src/admin/tenant-admin.ts";
import type { GrantType } from "../../src/directory/entities.ts";
import { authorizationQuery, program } from "../fixtures/program.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

const NOT_ALLOWED = [400, "unauthorized_client", [70003]];

describe("attack: a client that gets tokens in a way that it is not registered for", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  const said = ({ status, body }: Awaited<ReturnType<typeof post>>) => [status, body.error, body.error_codes];
  const confidential = async (more: AppInput = {}) => {
    const redirectUris = ["https://web.contoso.example/back"];
    const app = await tenant.admin.apps.put({ name: "Web", redirectUris, ...more });
    const { secret } = await tenant.admin.apps.addSecret(app.clientId);
    return { app, by: { client_id: app.clientId, client_secret: secret } };
  };
  const scope = "openid offline_access";
  const token = (form: Record<string, string>) => post(tenant, "/oauth2/v2.0/token", form);

  test("a confidential web app gets no device codes, unless it is named for them", async () => {
    const { app, by: proof } = await confidential();
    const by = { ...proof, scope };
    assert.deepEqual(said(await requestCode(tenant, by)), NOT_ALLOWED);
    assert.deepEqual(said(await poll(tenant, "anything", by)), NOT_ALLOWED);
    // Entra's answer to a client that does not authenticate remains.
    assert.deepEqual(said(await requestCode(tenant, { client_id: app.clientId, scope })), [
      401,
      "invalid_client",
      [7000218],
    ]);
    await tenant.admin.apps.put({ clientId: app.clientId, grantTypes: ["device_code", "refresh_token"] });
    assert.equal((await requestCode(tenant, by)).status, 200);
  });

  test("a code that was approved gives nothing once the app may not use it any more", async () => {
    const app = await tenant.admin.apps.put({ name: "TV", publicClient: true });
    const by = { client_id: app.clientId, scope };
    const { body } = await requestCode(tenant, by);
    const other = (await requestCode(tenant, by)).body;
    const user = await addUser(tenant);
    await approve(tenant, body.user_code, user);
    const first = (await poll(tenant, body.device_code, by)).body;
    await approve(tenant, other.user_code, user);
    await tenant.admin.apps.put({ clientId: app.clientId, grantTypes: ["authorization_code"] });
    assert.deepEqual(said(await poll(tenant, other.device_code, by)), NOT_ALLOWED);
    assert.deepEqual(said(await refresh(tenant, first.refresh_token, by)), NOT_ALLOWED);
  });

  test("a sign-in renews as long as the app may get one in that way, and again once it may", async () => {
    const app = await tenant.admin.apps.put({ name: "TV", publicClient: true });
    const by = { client_id: app.clientId, scope };
    const { body: code } = await requestCode(tenant, by);
    await approve(tenant, code.user_code, await addUser(tenant));
    const { body: first } = await poll(tenant, code.device_code, by);
    const allow = (...grantTypes: GrantType[]) => tenant.admin.apps.put({ clientId: app.clientId, grantTypes });
    await allow("authorization_code", "refresh_token");
    assert.deepEqual(said(await refresh(tenant, first.refresh_token, by)), NOT_ALLOWED);
    await allow("device_code", "refresh_token");
    const { body: second } = await refresh(tenant, first.refresh_token, by);
    assert.ok(second.refresh_token);
    // By default a confidential client has no device code.
    await tenant.admin.apps.put({ clientId: app.clientId, publicClient: false, grantTypes: null });
    const { secret } = await tenant.admin.apps.addSecret(app.clientId);
    assert.deepEqual(said(await refresh(tenant, second.refresh_token, { ...by, client_secret: secret })), NOT_ALLOWED);
  });

  test("without refresh_token no refresh token is issued; without authorization_code the program gets an error", async () => {
    const app = await tenant.admin.apps.put({ name: "Kiosk", publicClient: true, grantTypes: ["device_code"] });
    const by = { client_id: app.clientId, scope };
    const { body } = await requestCode(tenant, by);
    await approve(tenant, body.user_code, await addUser(tenant));
    const tokens = (await poll(tenant, body.device_code, by)).body;
    assert.deepEqual([typeof tokens.access_token, tokens.refresh_token], ["string", undefined]);

    await tenant.admin.apps.put({ clientId: app.clientId, redirectUris: ["http://localhost/callback"] });
    const query = authorizationQuery(program(app.clientId));
    const page = await fetch(`${tenant.pages}/authorize?${query}`, { redirect: "manual" });
    const back = new URL(page.headers.get("location") ?? "");
    assert.equal(back.searchParams.get("error"), "unauthorized_client");
    assert.deepEqual(
      said(await token({ grant_type: "authorization_code", client_id: app.clientId, code: "anything" })),
      NOT_ALLOWED,
    );
  });

  test("an app that is not named for client credentials gets no token of its own", async () => {
    const { app, by } = await confidential({ grantTypes: ["authorization_code"] });
    const form = { ...by, grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" };
    assert.deepEqual(said(await token(form)), NOT_ALLOWED);
    await tenant.admin.apps.put({ clientId: app.clientId, grantTypes: null });
    assert.deepEqual((await token(form)).body.error_codes, [501051]);
  });
});
