// kill -9 of programs that write to the token store:
//   node tools/node24.mjs tests/client/store-kill.ts [--kills 1000] [--seed N] [--without-links]
import { parseArgs } from "node:util";
import { killStoreWriters } from "./kill-store-writers.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    "without-links": { type: "boolean", default: false },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!(kills > 0) || Number.isNaN(seed)) {
  console.error("Usage: store-kill.ts [--kills N] [--seed N] [--without-links]");
  process.exit(2);
}
console.log(`${kills} kills, seed ${seed}`);
const report = await killStoreWriters({
  kills,
  seed,
  withoutLinks: values["without-links"],
  onRound: (now) => {
    if (now.kills % 100 === 0) console.log(`${now.kills} kills: ${now.acknowledged} writes acknowledged, none lost`);
  },
});
console.log(
  `${report.kills} kills: 0 damaged, 0 stuck, ${report.acknowledged} acknowledged writes all there, ` +
    `${report.leftBehind} temp files left behind and removed.`,
);
