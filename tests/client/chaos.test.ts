import assert from "node:assert/strict";
import { test } from "node:test";
import { chaos } from "./chaos-run.ts";

test("300 sign-ins through a broken network: none polls early or after the end, all that can finish finish", async () => {
  const report = await chaos(300, 1);
  assert.deepEqual(report.early, []);
  assert.deepEqual(report.afterEnd, []);
  assert.deepEqual(report.unfinished, []);
  // The network was as broken as it should be, and every end was reached.
  assert.equal(Object.keys(report.faults).length, 8);
  for (const outcome of ["approved", "denied", "code_expired"])
    assert.ok((report.outcomes[outcome] ?? 0) > 10, outcome);
});
