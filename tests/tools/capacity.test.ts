import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import type { Costs } from "../../bench/capacity/costs.ts";
import { plan, scenarios } from "../../bench/capacity/plan.ts";
import { simulate } from "../../bench/capacity/simulate.ts";
import { capacityTables, replaceTables } from "../../bench/capacity/tables.ts";

const root = new URL("../../", import.meta.url);
const costs = JSON.parse(await readFile(new URL("bench/capacity/costs.json", root), "utf8")) as Costs;

/** Erlang's C: the share of requests that wait in a queue with `cores` servers that are offered `load` (M/M/c). */
function erlangC(cores: number, load: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n < cores; n++) sum += term *= load / n;
  const waiting = ((term * load) / cores) * (cores / (cores - load));
  return waiting / (sum + waiting);
}

describe("the simulation", () => {
  const near = (actual: number, expected: number, what: string) =>
    assert.ok(Math.abs(actual / expected - 1) < 0.05, `${what}: ${actual} instead of ${expected}`);

  for (const [cores, utilization] of [
    [1, 0.5],
    [2, 0.8],
    [8, 0.8],
    [32, 0.9],
  ] as const) {
    test(`of a database with ${cores} cores at ${utilization} has the waits of M/M/c`, () => {
      const load = cores * utilization;
      const found = simulate({ nodes: 1, databaseCores: cores }, [{ perSecond: load, node: 0, database: 1 }], {
        requests: 400_000,
      });
      const waits = erlangC(cores, load);
      near(found.databaseUtilization, utilization, "utilization");
      near(found.meanWait, waits / (cores - load), "mean wait");
      near(found.p99Wait, Math.log(waits / 0.01) / (cores - load), "p99");
    });
  }

  test("of nodes, each with its own queue, has the waits of M/M/1, and the same ones again for the same seed", () => {
    const run = (seed: number) =>
      simulate({ nodes: 4, databaseCores: 1 }, [{ perSecond: 2, node: 1, database: 0 }], { requests: 200_000, seed });
    near(run(1).meanWait, 1, "mean wait");
    near(run(1).nodeUtilization, 0.5, "utilization");
    assert.deepEqual(run(1), run(1));
    assert.notDeepEqual(run(1), run(2));
  });
});

describe("the plan", () => {
  test("has cores for the busiest second, also without the nodes that may fail", () => {
    for (const scenario of scenarios) {
      const { nodes, mayFail, simulated } = plan(costs, scenario);
      assert.ok(simulated.p99Wait <= 0.05, scenario.name);
      assert.ok(mayFail >= 1, scenario.name);
      assert.ok((simulated.nodeUtilization * nodes) / (nodes - mayFail) < 0.9, scenario.name);
    }
  });

  test("grows with the devices", () => {
    const [small, , large] = scenarios.map((scenario) => plan(costs, scenario));
    assert.equal(Math.round(large!.wal / small!.wal), 10_000);
    assert.equal(large!.rows.refresh_tokens! / small!.rows.refresh_tokens!, 10_000);
  });
});

test("docs/capacity.md has the tables that `npm run capacity` prints", async () => {
  const page = await readFile(new URL("docs/capacity.md", root), "utf8");
  assert.equal(page, replaceTables(page, capacityTables(costs)), "run: npm run capacity -- --write");
});
