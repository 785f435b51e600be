import assert from "node:assert/strict";
import { applyPlan } from "../../packages/prepare/src/index.ts";
import { EVERYTHING, failure, PASSWORDS, PreparedTenant } from "./prepared-tenant.ts";

const env = PASSWORDS;

/** An apply that is killed after 0, `every`, 2 × `every` … changes, and the run that finishes it. */
export async function killedApplies(every: number): Promise<void> {
  await using whole = await PreparedTenant.start();
  await whole.prepare(EVERYTHING, { env });
  assert.deepEqual(await whole.differences(EVERYTHING), []);
  const expected = await whole.export();
  for (let changes = 0; changes < whole.changes; changes += every) {
    await using prepared = await PreparedTenant.start();
    const plan = await prepared.plan(EVERYTHING, { env });
    const killed = applyPlan(plan, prepared.dyingAccess(changes), { env, clock: prepared.clock });
    const error = await failure(killed);
    assert.equal(error.code, "graph_unreachable");
    assert.equal(prepared.changes, changes);
    await prepared.prepare(EVERYTHING, { env });
    assert.deepEqual(await prepared.export(), expected, `killed after ${changes} changes`);
  }
}
