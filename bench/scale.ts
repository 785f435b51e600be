// `npm run bench:scale`: how costs change with the number of waiting codes, users, apps, connections and nodes.
//
//   node tools/node24.mjs bench/scale.ts [--largest 1000000] [--largest-users 100000] [--largest-apps 10000]
//     [--connections 10000] [--seconds 2] [--only pending|users|apps|held|nodes] [--write]
//
// --write: the tables and the plot replace those of docs/performance.md. Needs twice as many open files as connections:
// `ulimit -n`. Takes about half an hour on a quiet machine.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generator } from "./load/load.ts";
import { machine, markdownTable, publish } from "./page-section.ts";
import { appCurves, heldCurves, nodeCurves, pendingCurves, userCurves } from "./scale/curves.ts";
import { type Panel, plot } from "./scale/plot.ts";

const { values } = parseArgs({
  options: {
    largest: { type: "string", default: "1000000" },
    "largest-users": { type: "string", default: "100000" },
    "largest-apps": { type: "string", default: "10000" },
    connections: { type: "string", default: "10000" },
    seconds: { type: "string", default: "2" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});
const scratch = await mkdtemp(join(tmpdir(), "doorcode-bench-"));
const options = { scratch, seconds: Number(values.seconds) };
const curves: Record<string, () => Promise<Panel[]>> = {
  pending: () => pendingCurves(powersOfTen(1_000, Number(values.largest)), options),
  users: () => userCurves(powersOfTen(1_000, Number(values["largest-users"])), options),
  apps: () => appCurves(powersOfTen(1, Number(values["largest-apps"])), options),
  held: () => heldCurves(powersOfTen(100, Number(values.connections)), options),
  nodes: () => nodeCurves(options),
};
const names = Object.keys(curves).filter((name) => values.only === "" || name === values.only);
if (names.length === 0) throw new Error(`--only must be one of ${Object.keys(curves).join(", ")}.`);
if (values.write && values.only !== "") throw new Error("--write needs all curves: omit --only.");

const panels: Panel[] = [];
try {
  for (const name of names) panels.push(...(await curves[name]!()));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
const image = "![The tables below as curves](images/scale.svg)";
const method = `${generator}, rounds of ${values.seconds} s, medians.`;
const text = [...panels.map(tableOf), `Measured on ${machine()}. ${method}`].join("\n\n");
await publish("scale", `${image}\n\n${text}`, values.write);
if (values.write) await writeFile(new URL("../docs/images/scale.svg", import.meta.url), plot(panels));

function tableOf({ title, across, unit, lines }: Panel): string {
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const digits = unit.startsWith("KiB") ? 1 : 0;
  const rows = lines.map(({ name, points }) => [
    name,
    ...sizes.map((size) => points.find(([x]) => x === size)?.[1].toFixed(digits) ?? "–"),
  ]);
  return `**${title}**: ${unit}\n\n${markdownTable([across, ...sizes.map((size) => size.toLocaleString("en-US"))], rows)}`;
}

function powersOfTen(from: number, to: number): number[] {
  return Array.from({ length: Math.round(Math.log10(to / from)) + 1 }, (_, n) => from * 10 ** n);
}
