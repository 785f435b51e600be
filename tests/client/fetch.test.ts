import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type RunningTodoList, startTodoListApi } from "../../examples/todolist-api/src/start.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { grants, startEnv, type TestEnv } from "./test-env.ts";

describe("a session's fetch, against a web API behind the guard", () => {
  let testEnv: TestEnv;
  let api: RunningTodoList;
  before(async () => {
    testEnv = await startEnv({ clock: "moving" });
    const { tenant } = testEnv;
    api = await startTodoListApi({
      issuer: tenant.issuer,
      audience: tenant.apis[0]!.clientId,
      tenantId: tenant.tenantId,
      ca: tenant.ca,
      port: 0,
      clock: tenant.clock,
    });
  });
  after(async () => {
    await api.close();
    await testEnv[Symbol.asyncDispose]();
  });

  const signedIn = (store = memoryStore(), scopes = [testEnv.scopes.readWrite]) =>
    testEnv.client({ store, apis: [{ origin: api.url, scopes }], scopes }).signIn();
  const toDos = () => `${api.url}/api/todolist`;
  const renewals = () => grants(testEnv.requests, "refresh_token").length;

  test("reads and writes", async () => {
    const session = await signedIn();
    const created = await session.fetch(toDos(), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ description: "Buy oat milk" }),
    });
    assert.equal(created.status, 201);
    const items = (await (await session.fetch(toDos())).json()) as { description: string }[];
    assert.deepEqual(
      items.map(({ description }) => description),
      ["Buy oat milk"],
    );
  });

  test("renews a token that the API no longer accepts, once and silently", async () => {
    const store = memoryStore();
    const session = await signedIn(store);
    const spoilt = [...(await store.read()).records].filter(([key]) => key.startsWith("access:"));
    assert.equal(spoilt.length, 1);
    const [key, value] = spoilt[0]!;
    await store.change([{ put: key, value: { ...(value as object), token: "not.a.token" } }]);
    const before = renewals();
    assert.equal((await session.fetch(toDos())).status, 200);
    assert.equal(renewals(), before + 1);
    assert.equal((await session.fetch(toDos())).status, 200);
    assert.equal(renewals(), before + 1);
  });

  test("asks for a new sign-in when only the user can resolve the error", async () => {
    const session = await signedIn(memoryStore(), [testEnv.scopes.calendar]);
    // The API rejects a token for another API, even a new one.
    await assert.rejects(session.fetch(toDos()), { code: "sign_in_again" });
  });

  test("stops working when the session ends", async () => {
    const session = await signedIn();
    await session.signOut();
    await assert.rejects(session.fetch(toDos()), { code: "sign_in_needed" });
  });
});
