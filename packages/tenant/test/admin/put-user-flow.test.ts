import assert from "node:assert/strict";
import { test } from "node:test";
import { putUserFlow } from "../../src/admin/put-user-flow.ts";
import { DEFAULT_USER_FLOW } from "../../src/directory/user-flow.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";

test("a user flow is kept with what it says, and as the default where it says nothing; one that cannot work is refused", async () => {
  const store = await openSqliteStore(":memory:");
  const ctx = { store, clock: { now: () => 7 } };
  const kept = await putUserFlow(ctx, { name: "Codes only", methods: ["email_code"] });
  assert.deepEqual(await store.directory.findUserFlow(kept.id), {
    ...DEFAULT_USER_FLOW,
    id: kept.id,
    name: "Codes only",
    methods: ["email_code"],
    createdAt: 7,
  });
  await putUserFlow(ctx, { ...kept, signUpAllowed: false });
  assert.equal((await store.directory.findUserFlow(kept.id))?.signUpAllowed, false);

  await assert.rejects(putUserFlow(ctx, { name: "Codes only" }), { code: "user_flow_name_taken" });
  await assert.rejects(putUserFlow(ctx, { name: "Nobody", methods: [] }), {
    code: "user_flow_invalid",
    hint: /no way to sign in/,
  });
  assert.equal((await store.directory.listUserFlows()).length, 1);
  await store.close();
});
