import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { askTenant } from "../../src/control/client.ts";
import { authenticateCaller } from "../../src/graph/caller.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { scratch } from "../server/scratch.ts";

const MINUTE = 60_000;

describe("the operator's token", () => {
  test("comes with everything a program needs to use it, and is recorded", async (t) => {
    const { tenant, dir, issue } = await running(t);
    const issued = await issue();
    assert.equal(issued.graph, tenant.graph);
    assert.equal(issued.graph, `${new URL(tenant.authority).origin}/graph/v1.0`);
    assert.equal(issued.ca_file, join(dir, "ca.pem"));
    assert.equal(Date.parse(issued.expires_at), Math.floor(tenant.clock.now() / 1000) * 1000 + 10 * MINUTE);
    const request = { headers: { authorization: `Bearer ${issued.token}` }, ip: "127.0.0.1" };
    assert.equal((await authenticateCaller(tenant.context, request, ["User.ReadWrite.All"])).actor, "operator");
    const records = await tenant.context.store.audit.list({ event: "operator_token.issued", limit: 9 });
    assert.deepEqual(
      records.map(({ actor }) => actor),
      ["operator"],
    );
  });

  test("for an export reads and changes nothing, and the audit log says what it is for", async (t) => {
    const { tenant, dir } = await running(t);
    const { token } = await askTenant(dir, { do: "administrator_token", purpose: "export" });
    const call = (method: string) =>
      authenticateCaller(tenant.context, { headers: { authorization: `Bearer ${token}` }, ip: "127.0.0.1", method }, [
        "User.ReadWrite.All",
      ]);
    assert.equal((await call("GET")).actor, "operator");
    for (const method of ["POST", "PATCH", "PUT", "DELETE"]) await assert.rejects(call(method), /only reads/);
    const [record] = await tenant.context.store.audit.list({ event: "operator_token.issued", limit: 1 });
    assert.equal(record?.detail.purpose, "export");
    assert.equal(JSON.stringify(record).includes(token), false);
  });

  test("opens nothing but Graph", async (t) => {
    const { tenant, issue } = await running(t);
    const { token } = await issue();
    const send = (path: string, init: RequestInit) => tenant.fetch(`${tenant.authority}${path}`, init);
    const userinfo = await send("/openid/userinfo", { headers: { authorization: `Bearer ${token}` } });
    assert.equal(userinfo.status, 401);
    assert.match(userinfo.headers.get("www-authenticate") ?? "", /invalid_token/);
    const client_id = tenant.apps[0]!.clientId;
    const form = (fields: Record<string, string>) => ({ method: "POST", body: new URLSearchParams(fields) });
    const renewal = { grant_type: "refresh_token", refresh_token: token, client_id };
    assert.equal((await send("/oauth2/v2.0/token", form(renewal))).status, 400);
    const code = { grant_type: "device_code", device_code: token, client_id };
    assert.equal((await send("/oauth2/v2.0/token", form(code))).status, 400);
    // There is nothing to revoke, as with any unknown token (RFC 7009 §2.2).
    assert.equal((await send("/oauth2/v2.0/revoke", form({ token, client_id }))).status, 200);
    const leaving = new URLSearchParams({ id_token_hint: token, post_logout_redirect_uri: "https://a.example/" });
    const location = (await send(`/oauth2/v2.0/logout?${leaving}`, {})).headers.get("location");
    assert.equal(location, `${tenant.pages}/sign-out`);
    const inbox = await tenant.fetch(`${tenant.pages}/inbox/messages`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(inbox.status, 401);
  });
});

async function running(t: TestContext) {
  const dir = join(await scratch(t), "tenant");
  const tenant = await startTestTenant({ dataDir: dir });
  t.after(() => tenant.close());
  return { tenant, dir, issue: () => askTenant(dir, { do: "administrator_token" }) };
}
