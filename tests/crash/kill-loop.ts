// kill -9 of the tenant, again and again:
//   node tools/node24.mjs tests/crash/kill-loop.ts [--kills 200] [--seed N] [--store sqlite|postgres] [--crash-store]
// With --crash-store, PostgreSQL crashes too, at half of the kills.
import { parseArgs } from "node:util";
import { startPostgres } from "../../packages/tenant/test/fixtures/postgres.ts";
import { killRun } from "./kill-run.ts";
import { type Ledger, Violation } from "./ledger.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    store: { type: "string", default: "sqlite" },
    "crash-store": { type: "boolean", default: false },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!(kills > 0) || Number.isNaN(seed) || !["sqlite", "postgres"].includes(values.store)) {
  console.error("Usage: kill-loop.ts [--kills N] [--seed N] [--store sqlite|postgres] [--crash-store]");
  process.exit(2);
}

const crashStore = values["crash-store"];
const cluster = values.store === "postgres" ? await startPostgres({ durable: crashStore }) : undefined;
console.log(`${kills} kills on ${values.store}, seed ${seed}`);
try {
  const ledger = await killRun({
    kills,
    seed,
    store: cluster ? { postgres: cluster.url, schema: "tenant" } : "sqlite",
    ...(cluster && crashStore ? { crashStore: cluster.crash } : {}),
    onKill: (done, ledger) => {
      if (done % 20 === 0) console.log(`${done} kills: ${sum(ledger.done)} answers, ${sum(ledger.lost)} lost`);
    },
  });
  print(ledger);
  console.log("No promise was broken.");
} catch (error) {
  if (!(error instanceof Violation)) throw error;
  console.error(`Broken promise: ${error.message}\n${error.stack}`);
  process.exitCode = 1;
} finally {
  await cluster?.stop();
}

function print(ledger: Ledger): void {
  for (const [title, counts] of Object.entries({
    "answered before a kill": ledger.done,
    "asked, and killed before the answer": ledger.lost,
    "held after a restart": ledger.held,
  })) {
    console.log(`\n${title}`);
    for (const [what, times] of Object.entries(counts).sort()) console.log(`  ${String(times).padStart(7)}  ${what}`);
  }
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
