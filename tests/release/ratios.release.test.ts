// Own process, last: it measures CPU time.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { test } from "node:test";
import { fallenRatios, measureRatios, type Ratios } from "../../bench/ratios.ts";

const MEASUREMENTS = 4;
/** Above this load average for each core, servers get so little time that V8 does not even compile their code. */
const TOO_BUSY = 2;

test("polls, device codes and renewals cost at most 15% more than accepted, compared with the peers", async (t) => {
  const accepted = await readFile(new URL("../../bench/baseline.json", import.meta.url), "utf8");
  const fallen = await fallenRatios(JSON.parse(accepted) as Ratios, MEASUREMENTS, async (cases) => {
    const measured = await measureRatios(cases);
    t.diagnostic(JSON.stringify(measured));
    return measured;
  });
  const load = loadavg()[0]! / availableParallelism();
  if (fallen.length > 0 && load > TOO_BUSY) {
    t.skip(`no verdict on a busy machine (load average of ${load.toFixed(1)} for each core): ${fallen.join("; ")}`);
    return;
  }
  assert.deepEqual(fallen, [], "Compare with `npm run bench`. `npm run bench -- --accept` accepts what it measures.");
});
