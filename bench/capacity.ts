// `npm run capacity`: the tables of docs/capacity.md, from the measured costs in capacity/costs.json. With --write, they
// replace those of the page.
//
//   node tools/node24.mjs bench/capacity.ts [--write]
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Costs } from "./capacity/costs.ts";
import { capacityTables, replaceTables } from "./capacity/tables.ts";

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const costs = JSON.parse(await readFile(new URL("capacity/costs.json", import.meta.url), "utf8")) as Costs;
const tables = capacityTables(costs);
if (values.write) {
  const page = new URL("../docs/capacity.md", import.meta.url);
  await writeFile(page, replaceTables(await readFile(page, "utf8"), tables));
} else {
  for (const [name, table] of Object.entries(tables)) console.log(`${name}\n\n${table}\n`);
}
