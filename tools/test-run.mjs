// Runs the test files on this Node.js (24 or newer), over the sources. `--release` runs the files of the release tier.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "./build.mjs";
import { root } from "./runtime.mjs";
import { runFiles } from "./test-processes.mjs";
import { startTestServices } from "./test-services.mjs";

const patterns = ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "tests/**/*.test.ts"];
const isRelease = (file) => file.endsWith(".release.test.ts");
const minutes = 60_000;

const args = process.argv.slice(2);
const release = args.includes("--release");
const wanted = args
  .filter((arg) => !arg.startsWith("--"))
  .map((path) => relative(root, path).replace(/^(\.\.\/)+/, ""));
const total = { passed: 0, failed: 0, skipped: 0 };
const ended = [];
const failures = [];
const interruption = new AbortController();

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  process.on(signal, () => interruption.abort(code));
}

let postgres;
let services;
try {
  const all = globSync(patterns, { cwd: root, exclude: ["**/node_modules/**"] });
  for (const problem of [...withoutTests(all), ...withoutMatch(all)]) fail(problem);
  const files = all.filter((file) => isRelease(file) === release && isWanted(file));
  if (files.length > 0) {
    build();
    services = await startTestServices({ chromium: broughtChromium, postgres: startPostgres });
    await runFiles(
      largestFirst(files).map((file) => join(root, file)),
      {
        processes: availableParallelism() + 1,
        fileTimeoutMs: (release ? 25 : 15) * minutes,
        env: { ...process.env, ...services.env, NODE_COMPILE_CACHE: join(root, ".runtime/compile-cache") },
        signal: interruption.signal,
        onFile,
        onFailures: (report) => failures.push(report),
        isWaiting: services.isWaiting,
      },
    );
  }
} catch (error) {
  if (!interruption.signal.aborted) fail(error.message);
} finally {
  services?.close();
  await postgres?.stop();
}

if (failures.length > 0) console.log(`\nWhat failed:\n${failures.join("\n")}`);
printSlowest();
const { passed, failed, skipped } = total;
if (passed + failed === 0 && !interruption.signal.aborted) {
  console.error("No test ran.");
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = interruption.signal.aborted ? interruption.signal.reason : failed > 0 || passed === 0 ? 1 : 0;

function isWanted(file) {
  return wanted.length === 0 || wanted.some((part) => file.includes(part));
}

/** Otherwise, a part of a path that is no longer true would pass. */
function withoutMatch(files) {
  const ofTier = files.filter((file) => isRelease(file) === release);
  return wanted
    .filter((part) => !ofTier.some((file) => file.includes(part)))
    .map((part) => `No test file matches ${part}.`);
}

/** Otherwise, a package without tests would pass. */
function withoutTests(files) {
  if (wanted.length > 0 || release) return [];
  return globSync(["packages/*/package.json", "examples/*/package.json"], { cwd: root })
    .map((manifest) => manifest.replace(/package\.json$/, ""))
    .filter((folder) => !files.some((file) => file.startsWith(`${folder}test/`)))
    .map((folder) => `${folder} has no test file (test/**/*.test.ts).`);
}

/** The largest files tend to take longest. Started last, one of them would run alone at the end. */
function largestFirst(files) {
  const sizes = new Map(files.map((file) => [file, sizeWithSuites(file)]));
  return files.toSorted((one, other) => sizes.get(other) - sizes.get(one));
}

/**
 * Includes the suites and fixtures that the file itself imports: many long test files are one line that calls a suite.
 */
function sizeWithSuites(file) {
  const text = readFileSync(join(root, file), "utf8");
  const imported = [...text.matchAll(/from "(\.[^"]+)"/g)]
    .map(([, path]) => join(root, dirname(file), path))
    .filter((path) => !path.includes("/src/") && existsSync(path));
  return imported.reduce((sum, path) => sum + statSync(path).size, text.length);
}

function onFile({ file, count, ms, text: report }) {
  ended.push({ file, ms });
  for (const [name, value] of Object.entries(count)) total[name] += value;
  process.stdout.write(report);
  if (count.passed + count.failed + count.skipped === 0) fail(`${file} contains no test.`);
}

function fail(message) {
  total.failed++;
  failures.push(`✖ ${message}`);
  console.error(message);
}

function printSlowest() {
  const slowest = ended.toSorted((one, other) => other.ms - one.ms).slice(0, 10);
  if (slowest.length > 1) console.log("\nThe slowest files:");
  if (slowest.length > 1)
    for (const { file, ms } of slowest) console.log(`${(ms / 1_000).toFixed(1).padStart(7)} s  ${file}`);
}

/** In a separate process: while it downloads, this one continues to hand out files and to handle signals. */
async function inChild(module, call) {
  const url = new URL(module, import.meta.url);
  const code = `import { ${call} } from ${JSON.stringify(url.href)}; process.stdout.write(JSON.stringify(${call}()));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    errors += chunk;
    process.stderr.write(chunk);
  });
  const [answer, [exit]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (exit === 0) return JSON.parse(answer);
  throw new Error(/^(?:\w*Error): (.*)$/m.exec(errors)?.[1] ?? errors);
}

function broughtChromium() {
  return inChild("./chromium.mjs", "chromium");
}

/** One cluster for the whole run: a cluster for each file would take longer than the tests. */
async function startPostgres() {
  if (process.env.DOORCODE_TEST_POSTGRES) return process.env.DOORCODE_TEST_POSTGRES;
  await inChild("./postgres.mjs", "postgres");
  const { startPostgres } = await import("../packages/tenant/test/fixtures/postgres.ts");
  postgres = await startPostgres();
  return postgres.url;
}
