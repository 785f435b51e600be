import assert from "node:assert/strict";
import { applyPlan } from "../../src/index.ts";
import { Entra, failure } from "./fixtures/entra.ts";
import { FakeClock } from "./fixtures/fake-clock.ts";
import { EVERYTHING } from "./fixtures/models.ts";

/**
 * An apply that is killed after 0, `every`, 2 × `every` … calls, with and without their response, and the run that
 * completes it.
 */
export async function killedCalls(every: number): Promise<void> {
  await using whole = await Entra.start();
  const plan = await whole.plan(EVERYTHING);
  whole.requests.length = 0;
  await applyPlan(plan, whole.access(), { clock: whole.clock });
  const expected = whole.snapshot();
  const total = whole.requests.length;
  for (const deaf of [false, true]) {
    for (let calls = 0; calls < total; calls += every) {
      const entra = new Entra(new FakeClock());
      const access = entra.dyingAccess(Number.POSITIVE_INFINITY, false);
      const made = await entra.plan(EVERYTHING, { access });
      const when = `killed after call ${calls}${deaf ? ", before its answer" : ""}`;
      const apply = applyPlan(made, entra.dyingAccess(calls, deaf), { clock: entra.clock });
      assert.equal((await failure(apply)).code, "graph_unreachable", when);
      await entra.prepare(EVERYTHING, { access });
      assert.deepEqual(entra.snapshot(), expected, when);
      assert.deepEqual(await entra.differences(EVERYTHING, { access }), []);
    }
  }
}
