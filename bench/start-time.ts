/**
 * How much processor time `doorcode` needs to answer, compared with an empty `node -e 0` in the same round: wall time
 * would say more about the machine. Node.js 20 and 24, compiled code, a token store with a key file.
 *
 *   npm run bench:start -- [--rounds N] [--write]
 *
 * Exits with 1 only beyond 1.6 times a bar, so that a busy machine does not fail a good build.
 */
import { parseArgs } from "node:util";
import { build } from "../tools/build.mjs";
import { node20, node24 } from "../tools/runtime.mjs";
import { machine, markdownTable, publish } from "./page-section.ts";
import { median } from "./report.ts";
import { cpuMilliseconds } from "./start/cpu-time.ts";
import { startScene } from "./start/scene.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "25" }, write: { type: "boolean", default: false } },
});
const rounds = Number(values.rounds);
const LENIENCE = 1.6;

interface Row {
  node: string;
  name: string;
  bar: number | undefined;
  against: string | undefined;
  cost: number;
  ratio: number;
  /** The multiple that `bar` limits. */
  held: number;
}

build();
await using scene = await startScene();
const rows: Row[] = [];
for (const node of [node20(), node24()]) {
  const empty: number[] = [];
  const measured = new Map(scene.commands.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    const floor = await cpuMilliseconds({ file: node, args: ["-e", "0"], env: scene.env, until: "end" });
    const costs = [];
    for (const { name, prepare, ...command } of scene.commands) {
      await prepare?.();
      costs.push({ name, cost: await cpuMilliseconds({ file: node, ...command }) });
    }
    // The first round only fills the machine's file cache.
    if (round === 0) continue;
    empty.push(floor);
    for (const { name, cost } of costs) measured.get(name)?.push(cost);
  }
  const floor = median(empty);
  const costOf = (name: string) => median(measured.get(name) ?? []);
  for (const { name, bar, against } of scene.commands) {
    const cost = costOf(name);
    const held = cost / (against === undefined ? floor : costOf(against));
    rows.push({ node: scene.versionOf(node), name, bar, against, cost, ratio: cost / floor, held });
  }
}

const table = markdownTable(
  ["Node.js", "command", "CPU ms", "× `node -e 0`", "bar"],
  rows.map(({ node, name, cost, ratio, ...row }) => [node, name, cost.toFixed(1), ratio.toFixed(2), barOf(row)]),
  2,
);
const method = `${rounds} rounds; processor time (user and system), medians.`;
await publish("start", `${table}\n\nMeasured on ${machine()}. ${method}`, values.write);
const beyond = rows.filter(({ held, bar }) => bar !== undefined && held > bar * LENIENCE);
for (const { node, name } of beyond) console.error(`${name} on Node.js ${node} is beyond ${LENIENCE} times its bar.`);
process.exitCode = beyond.length > 0 ? 1 : 0;

function barOf({ bar, against, held }: Pick<Row, "bar" | "against" | "held">): string {
  if (bar === undefined) return "–";
  return against === undefined ? bar.toFixed(2) : `${held.toFixed(2)} of ${bar.toFixed(2)} × ${against}`;
}
