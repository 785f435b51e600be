// `npm run test:mutants [-- GROUP…] [--changed] [--minutes N] [--file PART]`: how many deliberate faults the tests notice.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../architecture/source-files.ts";
import { digestOf, type Group, sourcesOf } from "./group.ts";
import { groups } from "./groups.ts";
import { mutate } from "./mutate.ts";
import { printMutants, printTable } from "./report.ts";
import { FLOOR, type GroupResult, missedFloors, resultOf, type Scores } from "./score.ts";

interface Recorded {
  digest: string;
  scores: Scores;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Only groups that differ from their recorded score's. */
    changed: { type: "boolean", default: false },
    /** Begins no further group after so many minutes. The rest keep their recorded scores, and are named at the end. */
    minutes: { type: "string" },
    /** Only sources with this text in their path. For work on one file, so nothing is recorded and no floor applies. */
    file: { type: "string" },
  },
});
const unknown = positionals.filter((name) => !groups.some((group) => group.name === name));
if (unknown.length > 0) {
  console.error(`No such group: ${unknown.join(", ")}. Groups: ${groups.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const minutes = values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes);
if (!(minutes > 0)) {
  console.error(`--minutes ${values.minutes}: not a number of minutes.`);
  process.exit(2);
}

process.chdir(root);
const chosen = groups.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
// Below the root, so that the sandbox finds the packages of node_modules; the tests' own files go to the system's folder.
mkdirSync(join(root, ".mutants"), { recursive: true });
const tempDir = mkdtempSync(join(root, ".mutants", "run-"));
const testsTemp = mkdtempSync(join(tmpdir(), "doorcode-mutants-"));
process.on("exit", () => {
  for (const folder of [tempDir, testsTemp]) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
process.env.TMPDIR = testsTemp;
process.env.NODE_COMPILE_CACHE = join(testsTemp, "compile-cache");
// The tap runner starts the first `node` in PATH.
process.env.PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;

const results = new Map<string, GroupResult>();
const leftOut: string[] = [];
for (const group of chosen) {
  const sources = sourcesOf(group).filter((path) => path.includes(values.file ?? ""));
  // Of the files as they are now: they may be edited while this runs.
  const digest = digestOf(group);
  if (sources.length === 0 || (values.changed && recordedOf(group)?.digest === digest)) continue;
  if (performance.now() > minutes * 60_000) {
    leftOut.push(group.name);
    continue;
  }
  console.log(`\n${group.name}: ${sources.length} files`);
  const started = performance.now();
  const mutants = await mutate(group, sources, tempDir).catch((error: Error) => {
    // Stryker's log above says which test failed before anything was mutated.
    console.error(`${group.name}: ${error.message}`);
    process.exit(1);
  });
  const result = resultOf(mutants, group.equivalent ?? []);
  results.set(group.name, result);
  // A wrong entry must fail the next run too.
  if (values.file === undefined && result.wrongEntries.length === 0) record(group, { digest, scores: result.scores });
  // A timeout may be a busy machine rather than an endless loop, so it is for the reader to judge.
  printMutants([...mutants.filter(({ status }) => status === "timeout"), ...result.survivors]);
  console.log(`${group.name}: ${Math.round((performance.now() - started) / 1000)} s`);
}

const scores = new Map<string, Scores>();
for (const group of chosen) {
  const found = results.get(group.name)?.scores ?? (values.file === undefined ? recordedOf(group)?.scores : undefined);
  if (found) scores.set(group.name, found);
}
printTable(scores);
if (leftOut.length > 0) {
  console.log(`Changed since their score was recorded, and not measured in ${minutes} minutes: ${leftOut.join(", ")}`);
}
if (values.file === undefined) {
  const whole = chosen.length === groups.length;
  const problems = [
    ...[...results].flatMap(([name, { wrongEntries }]) => wrongEntries.map((entry) => `${name}: equivalent ${entry}`)),
    ...missedFloors(chosen, scores, whole ? FLOOR : 0),
  ];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

function scoreFile({ name }: Group): string {
  return join(root, "tests/mutation/scores", `${name}.json`);
}

function recordedOf(group: Group): Recorded | undefined {
  try {
    return JSON.parse(readFileSync(scoreFile(group), "utf8"));
  } catch {
    return undefined;
  }
}

/** Committed with the change, so that a fresh clone knows what was measured. */
function record(group: Group, measured: Recorded): void {
  writeFileSync(scoreFile(group), `${JSON.stringify(measured, null, 2)}\n`);
}
