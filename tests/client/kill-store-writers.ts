import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../packages/client/src/clock.ts";
import { commitByClaim } from "../../packages/client/src/token-store/commit.ts";
import { openFileStore } from "../../packages/client/src/token-store/file-store.ts";
import { seededRandom } from "../crash/random.ts";

/** Concurrent writers: one is killed while the others may be writing. */
const AT_ONCE = 5;
const writerFile = fileURLToPath(new URL("./store-writer.ts", import.meta.url));

export interface KillReport {
  kills: number;
  /** Acknowledged writes; each was found afterwards. */
  acknowledged: number;
  /** Temp files that killed writers left, before they were removed. */
  leftBehind: number;
}

/**
 * Kills writers of one store with SIGKILL at random moments. After every round the store must be readable, contain
 * every acknowledged write, and grant a lease. At the end, the folder has only the key and one generation.
 */
export async function killStoreWriters(options: {
  kills: number;
  seed: number;
  withoutLinks?: boolean;
  onRound?: (report: KillReport) => void;
}): Promise<KillReport> {
  const random = seededRandom(options.seed);
  const commit = options.withoutLinks ? { commit: commitByClaim(systemClock) } : {};
  const directory = mkdtempSync(join(tmpdir(), "doorcode-kill-"));
  const report: KillReport = { kills: 0, acknowledged: 0, leftBehind: 0 };
  try {
    while (report.kills < options.kills) {
      const round = Array.from({ length: Math.min(AT_ONCE, options.kills - report.kills) }, (_, n) =>
        runWriter(directory, String(report.kills + n), options.withoutLinks ?? false, {
          // In the middle of one of its writes, or before the first.
          writes: random.between(0, 5),
          thenMs: random.next() * 8,
        }),
      );
      const lives = await Promise.all(round);
      report.kills += lives.length;
      for (const name of readdirSync(directory)) if (name.startsWith("tmp.")) report.leftBehind++;

      const store = await openFileStore({ directory, env: {}, ...commit });
      const { records } = await store.read();
      for (const { id, last } of lives) {
        report.acknowledged += last;
        const found = (records.get(`writer ${id}`) as { n: number } | undefined)?.n ?? 0;
        // The store may have one more write, which its writer did not live to report.
        assert.ok(found === last || found === last + 1, `writer ${id} said ${last}, the store has ${found}`);
      }
      options.onRound?.(report);
    }
    const store = await openFileStore({ directory, env: {}, ...commit });
    await store.withLease("renewal", { ttlMs: 250, signal: AbortSignal.timeout(120_000) }, async () => {});
    const left = readdirSync(directory).sort();
    assert.equal(left.length, 2, left.join(" "));
    assert.match(left.join(" "), /^key store\.\d+\.enc$/);
    return report;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runWriter(
  directory: string,
  id: string,
  withoutLinks: boolean,
  life: { writes: number; thenMs: number },
): Promise<{ id: string; last: number }> {
  const args = ["--disable-warning=ExperimentalWarning", writerFile, directory, id];
  const child = spawn(process.execPath, withoutLinks ? [...args, "--without-links"] : args, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let last = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line !== "ready") last = Number(line);
    // Lines may arrive in batches; exactly one of them starts the kill.
    if (last === life.writes) setTimeout(() => child.kill("SIGKILL"), life.thenMs);
  });
  const [, signal] = await once(child, "close");
  assert.equal(signal, "SIGKILL", `writer ${id} ended by itself`);
  return { id, last };
}
