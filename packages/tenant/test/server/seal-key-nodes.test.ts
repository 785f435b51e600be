import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { freshSchema } from "../fixtures/postgres.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { scratch } from "./scratch.ts";

/** Starts nodes on one empty database, each in a folder of its own without a seal key. */
async function places(t: TestContext) {
  const { url, schema, drop } = await freshSchema();
  t.after(drop);
  const folder = await scratch(t);
  const start = (name: string) =>
    startTestTenant({ store: { postgres: url, schema }, dataDir: join(folder, name), clock: "moving" });
  return { start };
}

test("of two nodes that start at once without a seal key, one starts, and the other has sealed nothing", async (t) => {
  for (let round = 0; round < 3; round++) {
    const { start } = await places(t);
    const outcomes = await Promise.allSettled([start("one"), start("two")]);
    const started = outcomes.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const refused = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    for (const node of started) t.after(() => node.close());
    assert.deepEqual([started.length, refused.length], [1, 1]);
    // The second code if the other node was there first by far.
    assert.ok(["seal_key_differs", "seal_key_missing"].includes(refused[0].code), String(refused[0]));
    const [node] = started;
    await node!.context.signingKeys.reload();
    assert.equal((await node!.context.signingKeys.published()).length, 2, "its own key opens every signing key");
    await node!.close();
  }
});

test("a node with another seal key than the others is refused, and changes nothing", async (t) => {
  const { start } = await places(t);
  const node = await start("one");
  t.after(() => node.close());
  const before = await node.context.store.keys.list();
  await assert.rejects(start("two"), { code: "seal_key_missing", hint: /another node/ });
  await assert.rejects(start("two"), { code: "seal_key_missing" });
  assert.deepEqual(await node.context.store.keys.list(), before);
});
