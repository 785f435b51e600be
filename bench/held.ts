// `npm run bench:held`: the memory of polls that wait (`Prefer: wait`), next to idle connections to bare node:https.
//
//   node tools/node24.mjs bench/held.ts [--polls 10000] [--write]
//
// Needs as many open files as polls: `ulimit -n`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type HeldRow, kib, measureHeld } from "./held-memory.ts";
import { machine, markdownTable, publish } from "./page-section.ts";
import { startDatabase } from "./postgres.ts";

const { values } = parseArgs({
  options: { polls: { type: "string", default: "10000" }, write: { type: "boolean", default: false } },
});
const polls = Number(values.polls);

const scratch = await mkdtemp(join(tmpdir(), "doorcode-bench-"));
const database = await startDatabase();
const rows: HeldRow[] = [];
try {
  const sqlite = ["sqlite", join(scratch, "sqlite")];
  const postgres = ["postgres", join(scratch, "pg"), database.url];
  rows.push(...(await measureHeld("bare node:https", "bare.ts", [], polls)));
  rows.push(...(await measureHeld("Doorcode, SQLite", "tenant.ts", sqlite, polls)));
  rows.push(...(await measureHeld("Doorcode, PostgreSQL", "tenant.ts", postgres, polls)));
} finally {
  await database.stop();
  await rm(scratch, { recursive: true, force: true });
}
const bare = rows[0]!.each;
const header = [
  `${polls.toLocaleString("en-US")} connections`,
  "KiB each",
  "more than bare",
  "JavaScript heap each",
  "CPU in 10 s",
  "from the yes to tokens, median",
  "p99",
];
const lines = rows.map(({ name, each, latency, cpuMs }) => [
  name,
  kib(each.resident),
  kib(each.resident - bare.resident),
  kib(each.heap),
  cpuMs === undefined ? "–" : `${Math.round(cpuMs)} ms`,
  ...(latency ? [latency.median, latency.p99].map((ms) => `${ms.toFixed(1)} ms`) : ["–", "–"]),
]);
const text = `${markdownTable(header, lines)}\n\nMeasured on ${machine()}; PostgreSQL ${database.version}.`;
await publish("held", text, values.write);
