// Distributes test files over a few processes (tools/test-worker.mjs) and collects their reports.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./runtime.mjs";

const flags = [
  "--conditions=doorcode-source",
  "--disable-warning=ExperimentalWarning",
  `--test-reporter=${join(root, "tools/test-report.mjs")}`,
  "--test-reporter-destination=stdout",
  join(root, "tools/test-worker.mjs"),
];

/**
 * A file that changes its process (environment, timers, signals) declares this in a separate line, with the reason. One
 * that measures runs after all others.
 */
const declaration = (file) =>
  /^\/\/ (?<kind>Own process|Own process, last): /m.exec(readFileSync(file, "utf8"))?.groups.kind;

/** After its last file a process exits, unless a test left something open. */
const endTimeoutMs = 20_000;

/**
 * Runs every file. `onFile({ file, count, ms, text })` is called as each ends, `onFailures(text)` at the end of a
 * process that had failures. A process that dies or hangs fails its current file. The timeout of files does not run
 * while `isWaiting()`: something that they share is being downloaded.
 */
export async function runFiles(files, { processes, fileTimeoutMs, env: given, signal, onFile, onFailures, isWaiting }) {
  // Inside another test runner, node:test would report to that one.
  // With the name of npm's script, the command line would print its commands as npx runs them.
  const { NODE_TEST_CONTEXT: _, npm_lifecycle_event: __, ...env } = given;
  const [own, last] = ["Own process", "Own process, last"].map((kind) =>
    files.filter((file) => declaration(file) === kind),
  );
  const shared = files.filter((file) => declaration(file) === undefined);
  const queue = [...own.map((file) => [file]), shared];
  const take = async () => {
    while (queue.length > 1 && !signal.aborted) await runProcess(queue.shift());
    while (shared.length > 0 && !signal.aborted) await runProcess(shared);
  };
  await Promise.all(Array.from({ length: processes }, take));
  for (const file of last) if (!signal.aborted) await runProcess([file]);

  /** Takes files from `list` until it is empty. */
  function runProcess(list) {
    // Its own process group, so that ending it also ends what the tests started.
    const child = spawn(process.execPath, flags, {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      detached: true,
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk) => (printed += chunk));
    // A file's report arrives a moment after the request for the next one.
    const open = new Set();
    let tookFile = false;
    let hadFailures = false;
    let why;
    let watchdog;
    const kill = (reason) => {
      why ??= reason;
      endGroup(child.pid);
    };
    const watch = (ms, reason) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => (isWaiting?.() ? watch(ms, reason) : kill(reason)), ms);
    };
    const onAbort = () => kill("The run was interrupted.");
    signal.addEventListener("abort", onAbort, { once: true });
    child.on("message", (message) => {
      if (message.type === "ready") {
        const file = signal.aborted ? undefined : list.shift();
        child.send({ file: file ?? null });
        if (file) {
          tookFile = true;
          open.add(relative(root, file));
          watch(fileTimeoutMs, `It did not end within ${fileTimeoutMs / 1_000} s.`);
        } else watch(endTimeoutMs, "A test left something open: the process did not end after its last file.");
      } else if (message.type === "ended") {
        onFile({ ...message, text: printed + message.text });
        printed = "";
        open.delete(message.file);
        hadFailures ||= message.count.failed > 0;
      } else if (message.text.trim() !== "") onFailures(message.text);
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, killedBy) => {
        clearTimeout(watchdog);
        signal.removeEventListener("abort", onAbort);
        const lost = [...open];
        if (lost.length === 0 && (why || (code !== 0 && !hadFailures))) lost.push("(end of a test process)");
        if (!tookFile && code !== 0 && !signal.aborted) {
          reject(
            new Error(`A test process ended before it took a file (${killedBy ?? `exit code ${code}`}):\n${printed}`),
          );
          return;
        }
        if (!signal.aborted && lost.length > 0) {
          const reason = why ?? `Its process ended with ${killedBy ?? `exit code ${code}`}.`;
          for (const file of lost) {
            const text = `✖ ${file}\n  ${reason}\n${printed}`;
            onFile({ file, count: { passed: 0, failed: 1, skipped: 0 }, ms: 0, text });
            onFailures(text);
          }
        } else if (printed.trim() !== "") process.stdout.write(printed);
        resolve();
      });
    });
  }
}

function endGroup(pid) {
  const signal = (name) => {
    try {
      process.kill(-pid, name);
    } catch {
      // Already ended.
    }
  };
  signal("SIGTERM");
  setTimeout(signal, 2_000, "SIGKILL").unref();
}
