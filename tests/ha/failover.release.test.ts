// Sign-ins, approvals, renewals and revocations while the database members, the tenant nodes, HAProxy and the network are
// broken, one after the other, in the trial of deploy/ha. The table that it prints is in docs/operate/high-availability.md.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { root } from "../packaging/pack.ts";
import { plainEnvironment, runCommand } from "../packaging/run-command.ts";
import { KINDS } from "./answers.ts";
import { type Report, tableOf } from "./report.ts";
import { withoutTrial } from "./trial.ts";

/** Far beyond what Patroni's times explain, for a machine that is busy with something else. */
const MOST_SECONDS_WITHOUT = 240;

describe("a highly available tenant", { concurrency: false, timeout: 20 * 60_000, skip: withoutTrial() }, () => {
  let report: Report;
  let logs: string;

  before(async () => {
    logs = await mkdtemp(join(tmpdir(), "doorcode-ha-"));
    const program = join(root, "tests/ha/failover-run.ts");
    const options = ["--conditions=doorcode-source", "--disable-warning=ExperimentalWarning"];
    const env = plainEnvironment({ HA_LOGS: logs });
    const words = [process.execPath, ...options, program];
    const { exit, stdout, stderr } = await runCommand(join(root, "deploy/ha/try"), words, { cwd: root, env });
    // The run's own words last: a report that is cut keeps its end.
    assert.equal(exit, 0, `${await logsIn(logs)}\n== ${program}\n${stderr}`);
    report = JSON.parse(stdout);
  });
  after(() => logs && rm(logs, { recursive: true, force: true }));

  test("loses nothing that it acknowledged, whatever is killed or cut", (t) => {
    t.diagnostic(`\n${tableOf(report)}`);
    const { operations, lostOnPurpose, ...rest } = report;
    const more = { ...rest, rows: undefined, operations: operations.requests, lostOnPurpose: lostOnPurpose.length };
    t.diagnostic(JSON.stringify(more));
    assert.ok(Object.values(report.acknowledged).every((count) => count > 20));
    assert.deepEqual(
      report.rows.flatMap(({ lost }) => lost),
      [],
    );
  });

  test("does nothing twice", () => {
    assert.deepEqual(
      report.rows.flatMap(({ doubled }) => doubled),
      [],
    );
  });

  test("keeps its promises while it is operated with the commands of the page", () => {
    assert.deepEqual([report.operations.lost, report.operations.doubled], [[], []]);
  });

  test("signs out no client that was not revoked", () => {
    assert.deepEqual(report.signedOut, []);
  });

  test("answers again after each fault", () => {
    for (const { name, without } of report.rows)
      for (const kind of KINDS) assert.ok(without[kind] < MOST_SECONDS_WITHOUT * 1_000, `${kind} during: ${name}`);
  });

  test("would be caught losing approvals and rotations if commits waited for no standby", () => {
    assert.notDeepEqual(report.lostOnPurpose, []);
  });
});

describe("deploy/ha/try", { concurrency: false, timeout: 5 * 60_000, skip: withoutTrial() }, () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    test(`leaves nothing behind after ${signal}`, async () => {
      // A process group of its own, as a terminal has for what it runs.
      const trial = spawn(join(root, "deploy/ha/try"), ["true"], { cwd: root, detached: true, stdio: "ignore" });
      const ended = once(trial, "exit");
      await until(() => trialProcesses().some((command) => command.includes("patroni")), "Patroni did not start");
      process.kill(signal === "SIGKILL" ? trial.pid! : -trial.pid!, signal);
      await ended;
      await until(() => trialProcesses().length === 0, "still running");
      assert.equal(existsSync("/run/ha"), false);
      const { stdout } = spawnSync("ip", ["-o", "link", "show"], { encoding: "utf8" });
      assert.doesNotMatch(stdout, /\bha0\b|\bdb1\b/);
    });
  }
});

/** The command lines of what runs in a trial on this machine. */
function trialProcesses(): string[] {
  const commands = readdirSync("/proc").flatMap((name) => {
    try {
      return /^\d+$/.test(name) ? [readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ")] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
  return commands.filter((command) => /\/run\/ha\/|ha\/try --inside/.test(command));
}

async function until(condition: () => boolean, otherwise: string): Promise<void> {
  for (const end = Date.now() + 60_000; !condition(); await wait(100)) {
    if (Date.now() > end) throw new Error(`${otherwise}: ${trialProcesses().join(", ")}`);
  }
}

/** The last lines of each part. */
async function logsIn(folder: string): Promise<string> {
  const ends = (await readdir(folder)).map(async (name) => {
    const lines = (await readFile(join(folder, name), "utf8")).trimEnd().split("\n");
    return `== ${name}\n${lines.slice(-15).join("\n")}`;
  });
  return (await Promise.all(ends)).join("\n");
}
