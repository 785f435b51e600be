import assert from "node:assert/strict";
import { test } from "node:test";
import { chaos } from "./chaos-run.ts";

// tests/client/chaos.ts runs more of them, and other seeds.
test("120 sign-ins through a broken network: none polls early or after the end, and all that can finish do", async () => {
  const report = await chaos(120, 1);
  assert.deepEqual(report.early, []);
  assert.deepEqual(report.afterEnd, []);
  assert.deepEqual(report.unfinished, []);
  // The network was broken enough, and every outcome occurred.
  assert.equal(Object.keys(report.faults).length, 8);
  for (const outcome of ["approved", "denied", "code_expired"]) assert.ok((report.outcomes[outcome] ?? 0) > 5, outcome);
});
