import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinRunning } from "./cores.ts";

const { findPostgres } = (await import(new URL("../tools/machine.mjs", import.meta.url).href)) as {
  findPostgres(): string;
};

export interface BenchDatabase {
  url: string;
  version: string;
  /** Of all of the cluster's processes so far. */
  cpuMicroseconds(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * A scratch cluster with PostgreSQL's own defaults, so that a commit is on disk before it is answered, as it is with
 * SQLite. It shares the server's core: both stores then have one core for all their work.
 */
export async function startDatabase(): Promise<BenchDatabase> {
  const bin = findPostgres();
  const folder = mkdtempSync(join(tmpdir(), "doorcode-bench-pg-"));
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  // PostgreSQL refuses to run as root.
  const owner = process.getuid?.() === 0 ? userIds("postgres") : undefined;
  if (owner) for (const path of [folder, data]) chownSync(path, owner.uid, owner.gid);

  const run = (program: string, ...args: string[]) => {
    const result = spawnSync(join(bin, program), args, {
      ...owner,
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (result.status !== 0) throw new Error(`${program} failed:\n${result.stdout}${result.stderr}`);
    return result.stdout;
  };
  const stop = async () => {
    spawnSync(join(bin, "pg_ctl"), ["stop", "-D", data, "-m", "fast", "-w"], {
      ...owner,
      cwd: folder,
      stdio: "ignore",
    });
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    run("initdb", "-D", data, "-U", "doorcode", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync");
    const port = await freePort();
    const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${folder}`;
    run("pg_ctl", "start", "-D", data, "-w", "-l", join(folder, "log"), "-o", settings);
    const postmaster = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
    pinRunning("server", postmaster);
    for (const child of childrenOf(postmaster)) pinRunning("server", child);
    return {
      url: `postgres://doorcode@127.0.0.1:${port}/postgres`,
      version: /(\d+(\.\d+)*)/.exec(run("postgres", "--version"))![1]!,
      cpuMicroseconds: async () =>
        cpuOf(postmaster, true) + childrenOf(postmaster).reduce((sum, pid) => sum + cpuOf(pid, false), 0),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function userIds(name: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}

/** The fields of /proc/PID/stat after the name, which may hold blanks (proc(5)). Undefined once the process is gone. */
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

/** User and system time, in ticks of 10 ms; with that of children that ended, when asked. */
function cpuOf(pid: number, withEnded: boolean): number {
  const fields = stat(pid);
  if (!fields) return 0;
  const ticks = fields.slice(11, withEnded ? 15 : 13).reduce((sum, each) => sum + Number(each), 0);
  return ticks * 10_000;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
