import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import pg from "pg";
import { startPostgres } from "../packages/tenant/test/fixtures/postgres.ts";
import { pinRunning } from "./cores.ts";

export interface BenchDatabase {
  url: string;
  version: string;
  /** CPU time of all processes of the cluster so far. Null if /proc is not available. */
  cpuMicroseconds: (() => Promise<number>) | null;
  stop(): Promise<void>;
}

/**
 * A scratch cluster that writes commits to disk before it answers, like SQLite. It shares the server's core, so that
 * both stores have one core for all their work.
 */
export async function startDatabase(): Promise<BenchDatabase> {
  const { url, pid, stop } = await startPostgres({ durable: true });
  try {
    if (process.platform === "linux") for (const each of [pid(), ...childrenOf(pid())]) pinRunning("server", each);
    const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
    return {
      url,
      version: await versionOf(url),
      cpuMicroseconds: process.platform === "linux" ? async () => (ticksOfCluster(pid()) * 1e6) / ticks : null,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("show server_version");
  await client.end();
  return String(rows[0].server_version).split(" ")[0]!;
}

/**
 * The fields of /proc/PID/stat after the name, which may contain spaces (proc(5)). Undefined if the process is gone.
 */
function stat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function childrenOf(parent: number): number[] {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.map(Number).filter((pid) => Number(stat(pid)?.[1]) === parent);
}

function ticksOfCluster(postmaster: number): number {
  const living = childrenOf(postmaster).map((child) => ticksOf(child, false));
  return living.reduce((sum, each) => sum + each, ticksOf(postmaster, true));
}

/** User and system time in clock ticks, optionally with ended children. */
function ticksOf(pid: number, withEnded: boolean): number {
  const fields = stat(pid)?.slice(11, withEnded ? 15 : 13) ?? [];
  return fields.reduce((sum, each) => sum + Number(each), 0);
}
