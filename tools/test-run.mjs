// Runs the test files: the sources on this Node.js (24 or newer), the published client-side packages compiled on Node.js 20 too.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { build } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { node20, root } from "./runtime.mjs";

const sources = ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "tests/**/*.test.ts"];
/** Packages that promise Node.js 20: their tests are compiled to dist-test/ and run there as well. */
const onNode20 = ["packages/guard", "packages/client", "packages/prepare", "packages/cli"];
/** A test that hangs must not hold the run; the longest honest ones stay far below. */
const timeoutMs = 300_000;
/** A file that never ends (something still open after its tests) must not hold CI for hours. */
const wholeRunMs = 45 * 60_000;

const wanted = process.argv.slice(2).map((path) => relative(root, path).replace(/^(\.\.\/)+/, ""));
const scratch = mkdtempSync(join(tmpdir(), "doorcode-test-"));
const total = { passed: 0, failed: 0, skipped: 0 };
let broken = false;
let running;
let interrupted;

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.on(signal, () => {
    interrupted = code;
    stopRunning();
  });
}

setTimeout(() => {
  console.error(`The tests did not end within ${wholeRunMs / 60_000} minutes.`);
  broken = true;
  stopRunning();
}, wholeRunMs).unref();

let postgres;
try {
  const files = select(sources);
  const compiled = onNode20.filter((folder) => existsSync(join(root, folder, "tsconfig.test.json")));
  build();
  if (files.length > 0) {
    const env = { ...process.env };
    if (files.some(mayNeedChromium)) env.DOORCODE_CHROMIUM = findChromium();
    if (files.some(mayNeedPostgres) && !env.DOORCODE_TEST_POSTGRES) {
      postgres = await startPostgres();
      if (postgres) env.DOORCODE_TEST_POSTGRES = postgres.url;
    }
    await runFiles(process.execPath, ["--conditions=doorcode-source"], files, env);
  }
  for (const folder of compiled) {
    if (interrupted) break;
    if (wanted.length > 0 && !select([`${folder}/test/**/*.test.ts`]).length) continue;
    compileTests(folder);
    const tests = select([`${folder}/dist-test/**/*.test.js`], (file) =>
      file.replace("/dist-test/", "/").replace(/\.js$/, ".ts"),
    );
    console.log(`\n${folder} on Node.js 20`);
    await runFiles(node20(), [], tests, process.env);
  }
} catch (error) {
  console.error(error.message);
  broken = true;
} finally {
  await postgres?.stop();
  rmSync(scratch, { recursive: true, force: true });
}

const ran = total.passed + total.failed;
if (ran === 0 && !interrupted && !broken)
  console.error(`No test ran${wanted.length ? `: nothing matches ${wanted.join(" ")}` : ""}.`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
if (total.failed === 0 && broken && !interrupted) console.error("The run did not finish; the messages above say why.");
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = interrupted ?? (broken || total.failed > 0 || ran === 0 ? 1 : 0);

function select(patterns, asNamed = (file) => file) {
  const files = globSync(patterns, { cwd: root, exclude: ["**/node_modules/**"] }).sort();
  return wanted.length === 0 ? files : files.filter((file) => wanted.some((part) => asNamed(file).includes(part)));
}

function mayNeedChromium(file) {
  return /^(tests\/browser|packages\/tenant\/test\/pages)\//.test(file);
}

function mayNeedPostgres(file) {
  return /^(packages\/tenant|tests\/(?!architecture))/.test(file);
}

/** One scratch cluster for the whole run: a cluster a file would cost more than the tests. */
async function startPostgres() {
  const fixture = join(root, "packages/tenant/test/fixtures/postgres.ts");
  if (!existsSync(fixture)) return undefined;
  const { startPostgres } = await import(fixture);
  return await startPostgres();
}

function compileTests(folder) {
  rmSync(join(root, folder, "dist-test"), { recursive: true, force: true });
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const project = join(root, folder, "tsconfig.test.json");
  const args = [tsc, "-p", project, "--composite", "false", "--incremental", "false"];
  const result = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) throw new Error(`The tests of ${folder} did not compile; the messages above say where.`);
}

function runFiles(node, options, files, env) {
  if (files.length === 0 || interrupted) return Promise.resolve();
  const counts = join(scratch, `counts-${files.length}-${Date.now()}`);
  const args = [
    ...options,
    "--disable-warning=ExperimentalWarning",
    "--test",
    `--test-concurrency=${availableParallelism() + 1}`,
    `--test-timeout=${timeoutMs}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${join(root, "tools/test-count.mjs")}`,
    `--test-reporter-destination=${counts}`,
    ...files,
  ];
  // A group of its own, so that stopping it also stops what the tests started.
  running = spawn(node, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"], detached: true });
  return new Promise((resolve, reject) => {
    running.once("error", reject);
    running.once("exit", (code) => {
      running = undefined;
      if (existsSync(counts)) {
        for (const line of readFileSync(counts, "utf8").split("\n").filter(Boolean)) {
          for (const [name, value] of Object.entries(JSON.parse(line))) total[name] += value;
        }
      }
      if (code !== 0) broken = true;
      resolve();
    });
  });
}

function stopRunning() {
  const group = running?.pid;
  if (group === undefined) return;
  const signal = (name) => {
    try {
      process.kill(-group, name);
    } catch {
      // Gone already.
    }
  };
  signal("SIGTERM");
  setTimeout(() => signal("SIGKILL"), 2_000).unref();
}
