import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { issueConsoleToken } from "../../src/admin/operator-token.ts";
import { COMMAND_LINE_CLIENT_ID } from "../../src/admin/registered-apps.ts";
import { runRequest } from "../../src/control/operations.ts";
import { operatorOf } from "../../src/control/server.ts";
import { GRAPH_SCOPES } from "../../src/directory/graph-scopes.ts";
import type { GraphCaller } from "../../src/graph/caller.ts";
import { authenticateCaller } from "../../src/graph/caller.ts";
import { GraphError, graphErrorBody } from "../../src/graph/odata/graph-error.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { sampleApp } from "../storage/samples.ts";

const READ_OR_WRITE = ["Application.Read.All", "Application.ReadWrite.All"];

describe("who may call Graph", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
    await tenant.admin.apps.put({ clientId: COMMAND_LINE_CLIENT_ID, administrationByDeviceCode: true });
  });
  after(() => tenant.close());

  let people = 0;
  /** An account with a sign-in approved for these scopes; its tokens are really signed and stored. */
  async function signedIn(scope: string, { administrator = true, clientId = COMMAND_LINE_CLIENT_ID } = {}) {
    const email = `person${++people}@contoso.example`;
    const password = "violet-harbour-1871";
    const { id } = await tellTenant({ do: "add_user", email, name: null, password, administrator });
    const { user_code, device_code } = await post("devicecode", { client_id: clientId, scope });
    await tellTenant({ do: "approve", code: user_code!, as: email });
    const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
    const { access_token } = await post("token", { grant_type, device_code: device_code!, client_id: clientId });
    return { userId: id, token: access_token! };
  }
  // biome-ignore lint/suspicious/noExplicitAny: each command answers with its own members.
  const tellTenant = (request: Parameters<typeof runRequest>[1]): Promise<any> =>
    runRequest(operatorOf(tenant.context), request);
  async function post(path: string, parameters: Record<string, string>): Promise<Record<string, string>> {
    const url = `${tenant.authority}/oauth2/v2.0/${path}`;
    const response = await tenant.fetch(url, { method: "POST", body: new URLSearchParams(parameters) });
    return JSON.parse((await response.text()) || "{}");
  }
  const call = (
    authorization: string | undefined,
    anyOf = READ_OR_WRITE,
    options?: { ofThemselves?: boolean },
  ): Promise<GraphCaller> =>
    authenticateCaller(tenant.context, { headers: { authorization }, ip: "192.0.2.7" }, anyOf, options);
  const refusal = async (answer: Promise<unknown>): Promise<GraphError> => {
    const error = await answer.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof GraphError, "it is refused");
    return error;
  };
  const unauthenticated = async (answer: Promise<unknown>, challenge: RegExp) => {
    const { status, code, headers } = await refusal(answer);
    assert.deepEqual([status, code], [401, "InvalidAuthenticationToken"]);
    assert.match(headers["www-authenticate"] ?? "", challenge);
  };
  const denied = async (answer: Promise<unknown>, message: RegExp) => {
    const error = await refusal(answer);
    assert.deepEqual([error.status, error.code], [403, "Authorization_RequestDenied"]);
    assert.match(error.message, message);
    return error;
  };

  test("an administrator, by a token with one of the scopes", async () => {
    const { userId, token } = await signedIn("openid Application.ReadWrite.All Group.Read.All");
    const { scopes, ...caller } = await call(`Bearer ${token}`);
    assert.deepEqual(caller, { actor: "user", userId, clientId: COMMAND_LINE_CLIENT_ID, ip: "192.0.2.7" });
    assert.deepEqual([...scopes].sort(), ["Application.ReadWrite.All", "Group.Read.All", "openid"]);
  });

  test("without a token, the response names the scheme and no error", async () => {
    await unauthenticated(call(undefined), /^Bearer$/);
    await unauthenticated(call("Basic YTpi"), /^Bearer$/);
  });

  test("a token that is malformed, changed, expired, of another kind or for another audience is refused", async () => {
    const invalid = /^Bearer error="invalid_token"/;
    const { token } = await signedIn("openid Application.Read.All");
    const [header, payload, signature] = token.split(".") as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, idtyp: "operator", sub: "operator" })).toString("base64url");
    for (const bad of ["", "x", "a b", `${token}x`, `${header}.${forged}.${signature}`, `${header}.${payload}.`]) {
      await unauthenticated(call(`Bearer ${bad}`), invalid);
    }
    const signed = (changes: Record<string, unknown>) =>
      tenant.context.signingKeys.sign({ ...claims, ...changes }, "JWT");
    await unauthenticated(call(`Bearer ${await signed({ aud: tenant.apis[0]!.clientId })}`), invalid);
    await unauthenticated(call(`Bearer ${await signed({ iss: "https://elsewhere.example/v2.0" })}`), invalid);
    await unauthenticated(call(`Bearer ${await signed({ scp: undefined })}`), invalid);
    await unauthenticated(call(`Bearer ${await signed({ sid: undefined })}`), invalid);
    // One claim must never turn a user's token into the operator's.
    await unauthenticated(call(`Bearer ${await signed({ idtyp: "operator", scp: undefined })}`), invalid);
    assert.equal((await call(`Bearer ${token}`)).actor, "user");
    tenant.clock.advance(60 * 60 * 1000);
    await unauthenticated(call(`Bearer ${token}`), invalid);
  });

  test("without the scope, the error names the required one", async () => {
    const { token } = await signedIn("openid Group.ReadWrite.All");
    const error = await denied(
      call(`Bearer ${token}`),
      /requires the scope Application\.Read\.All or Application\.ReadWrite\.All/,
    );
    assert.equal(
      error.headers["www-authenticate"],
      'Bearer error="insufficient_scope", scope="Application.Read.All Application.ReadWrite.All"',
    );
    await denied(call(`Bearer ${token}`, []), /requires the scope/);
  });

  test("an account that is not an administrator is refused, whatever it was granted before", async () => {
    const { userId, token } = await signedIn("openid Application.Read.All");
    await seed(tenant.context.store).setUserAdministrator(userId, false);
    await denied(call(`Bearer ${token}`), /the account is not an administrator/);
    await seed(tenant.context.store).setUserAdministrator(userId, true);
    assert.equal((await call(`Bearer ${token}`)).userId, userId);
  });

  test("all users may read their own account, if the call allows it", async () => {
    const { userId, token } = await signedIn("openid User.Read", { administrator: false });
    assert.equal((await call(`Bearer ${token}`, ["User.Read"], { ofThemselves: true })).userId, userId);
    await denied(call(`Bearer ${token}`, ["User.Read"]), /not an administrator/);
    await denied(call(`Bearer ${token}`, ["User.Read.All"], { ofThemselves: true }), /requires the scope/);
  });

  test("it ends at once with the account, the sign-in and the app", async () => {
    const revoked = /error="invalid_token".*revoked/;
    const { store, clock } = tenant.context;
    const disabled = await signedIn("openid Application.Read.All");
    await seed(store).setUserDisabled(disabled.userId, clock.now(), clock.now());
    await unauthenticated(call(`Bearer ${disabled.token}`), revoked);

    const signedOut = await signedIn("openid Application.Read.All");
    await post("revoke", { client_id: COMMAND_LINE_CLIENT_ID, token: signedOut.token });
    await unauthenticated(call(`Bearer ${signedOut.token}`), revoked);

    const app = sampleApp();
    await seed(store).putApp(app);
    const byApp = await signedIn("openid Application.Read.All", { clientId: app.clientId });
    assert.equal((await call(`Bearer ${byApp.token}`)).clientId, app.clientId);
    await seed(store).putApp({ ...app, disabledAt: clock.now() });
    await unauthenticated(call(`Bearer ${byApp.token}`), revoked);
  });

  test("an assignment or second factor required since then applies to the next token: a run that sets up a policy can finish", async () => {
    const app = sampleApp();
    await seed(tenant.context.store).putApp(app);
    const { token, userId } = await signedIn("openid Application.Read.All", { clientId: app.clientId });
    for (const changes of [{ assignmentRequired: true }, { requireMfa: true }]) {
      await seed(tenant.context.store).putApp({ ...app, ...changes });
      assert.equal((await call(`Bearer ${token}`)).userId, userId);
    }
  });

  test("the console, to read: nothing else, for a minute, and without a record", async () => {
    const latest = async () => (await tenant.context.store.audit.list({ limit: 1 }))[0];
    const before = await latest();
    const { token } = await issueConsoleToken(tenant.context, "read");
    assert.deepEqual(await latest(), before);
    const reading = (method: string) => {
      const request = { headers: { authorization: `Bearer ${token}` }, ip: "192.0.2.7", method };
      return authenticateCaller(tenant.context, request, READ_OR_WRITE);
    };
    assert.equal((await reading("GET")).actor, "operator");
    for (const method of ["POST", "PATCH", "DELETE"]) {
      assert.equal((await refusal(reading(method))).code, "Authorization_RequestDenied");
    }
    assert.equal((await refusal(call(`Bearer ${token}`))).status, 403, "a call that does not say what it is");
    tenant.clock.advance(60_000);
    await unauthenticated(reading("GET"), /invalid_token/);
  });

  test("the operator, by their own token, with every scope, for ten minutes", async () => {
    const token = await tenant.operatorToken();
    const { scopes, ...caller } = await call(`bearer ${token}`);
    assert.deepEqual(caller, { actor: "operator", userId: null, clientId: null, ip: "192.0.2.7" });
    assert.deepEqual([...scopes], [...GRAPH_SCOPES]);
    const [issued] = await tenant.context.store.audit.list({ event: "operator_token.issued", limit: 1 });
    assert.equal(issued?.actor, "operator");
    assert.equal(JSON.stringify(issued).includes(token), false);
    tenant.clock.advance(599_000);
    assert.equal((await call(`Bearer ${token}`)).actor, "operator");
    tenant.clock.advance(1_000);
    await unauthenticated(call(`Bearer ${token}`), /invalid_token/);
  });
});

test("a GraphError has Graph's error body", () => {
  const error = new GraphError(404, "Request_ResourceNotFound", "There is no such application.");
  const ids = { requestId: "r", clientRequestId: "c" };
  assert.deepEqual(graphErrorBody(error, ids, Date.UTC(2026, 10, 26, 9, 8, 7, 654)), {
    error: {
      code: "Request_ResourceNotFound",
      message: "There is no such application.",
      innerError: { date: "2026-11-26T09:08:07", "request-id": "r", "client-request-id": "c" },
    },
  });
});
