// `npm run test:repeat -- --times 30 PATH…` repeatedly runs each test file whose path contains one of these, while
// every core is busy, and prints a line for each file. A test that depends on real time fails sooner or later. `--name
// PATTERN` runs only the tests with that name; `--workers N` sets the load (0 for none).
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { root } from "./runtime.mjs";

const patterns = ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "tests/**/*.test.ts"];
/** Works in slices, so that it notices when its channel closes: it ends with this process, however that ends. */
const busy = `process.on("disconnect", () => process.exit());
(function spin() { const end = Date.now() + 50; while (Date.now() < end); setImmediate(spin); })();`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: "string", default: "30" },
    workers: { type: "string", default: String(2 * availableParallelism()) },
    name: { type: "string" },
  },
});
const [times, workerCount] = [Number(values.times), Number(values.workers)];
const wanted = positionals.map((path) => relative(root, path).replace(/^(\.\.\/)+/, ""));
const files = globSync(patterns, { cwd: root, exclude: ["**/node_modules/**"] })
  .filter((file) => wanted.some((part) => file.includes(part)))
  .sort();
if (!(times >= 1) || !(workerCount >= 0) || files.length === 0) {
  console.error("Usage: npm run test:repeat -- [--times N] [--workers N] [--name PATTERN] PATH…");
  process.exit(2);
}

build();
const workers = Array.from({ length: workerCount }, () =>
  spawn(process.execPath, ["-e", busy], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
);
console.log(`${times} runs of each file, with ${workerCount} busy processes`);
let failedFiles = 0;
let running;
let interrupted;
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  // What has run by then is still reported.
  process.on(signal, () => {
    interrupted = code;
    running?.kill("SIGTERM");
  });
}
try {
  for (const file of files) {
    let runs = 0;
    let failures = 0;
    while (runs < times && interrupted === undefined) {
      const { code, output } = await runOnce(file);
      if (interrupted !== undefined) break;
      runs++;
      if (code === 0) continue;
      failures++;
      console.log(`${file}, run ${runs} of ${times}:\n${output}`);
    }
    if (failures > 0) failedFiles++;
    console.log(`${file}: ${runs} runs, ${failures} ${failures === 1 ? "failure" : "failures"}`);
  }
} finally {
  for (const worker of workers) worker.kill();
}
process.exitCode = interrupted ?? (failedFiles > 0 ? 1 : 0);

/** Only the failed part of a run's output is kept. */
function runOnce(file) {
  const only = values.name === undefined ? [] : [`--test-name-pattern=${values.name}`];
  const options = ["--conditions=doorcode-source", "--disable-warning=ExperimentalWarning", "--test-timeout=300000"];
  const args = [...options, "--test", "--test-reporter=dot", ...only, file];
  // Not the runner of an outer `node --test`.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  running = child;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
