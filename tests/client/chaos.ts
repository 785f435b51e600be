// Sign-ins through a broken network: node tools/node24.mjs tests/client/chaos.ts [how many, 300] [seed, 1]
import { chaos } from "./chaos-run.ts";

const [signIns, seed] = [Number(process.argv[2] ?? 300), Number(process.argv[3] ?? 1)];
const started = performance.now();
const { early, afterEnd, unfinished, ...counts } = await chaos(signIns, seed);
console.log({ ...counts, seconds: Math.round((performance.now() - started) / 100) / 10 });
console.log(`${early.length} early polls, ${afterEnd.length} polls after the end, ${unfinished.length} unfinished`);
for (const line of [...early, ...afterEnd, ...unfinished].slice(0, 20)) console.log(`  ${line}`);
process.exitCode = early.length + afterEnd.length + unfinished.length === 0 ? 0 : 1;
