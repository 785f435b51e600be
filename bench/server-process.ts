import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { pinned } from "./cores.ts";
import type { Memory, Question, Served } from "./served.ts";

export interface ServerProcess extends Served {
  name: string;
  pid: number;
  cpuMicroseconds(): Promise<number>;
  memory(): Promise<Memory>;
  /** Resident bytes, without a garbage collection. Null if /proc is not available. */
  residentBytes(): number | null;
  /** How many polls are held. */
  held(): Promise<number>;
  /** How many statements it has sent to PostgreSQL. */
  statements(): Promise<number>;
  /** Whether its tokens are really signed: without, what else a request costs can be measured. */
  sign(really: boolean): Promise<void>;
  /** Approves for the user. Returns when the user said yes, as `preciseNow`. One at a time. */
  approve(userCode: string): Promise<number>;
  refreshTokens(count: number): Promise<string[]>;
  /** Of the tenant: remembers polls of the codes 1 to `count` of fill.ts. Returns how many polls are in memory. */
  rememberPolls(count: number): Promise<number>;
  end(): Promise<void>;
}

/** Starts bench/servers/FILE of a checkout (default: this one) on the server's core, and waits until it answers. */
export async function startServer(
  name: string,
  file: string,
  args: string[] = [],
  checkout: URL = new URL("../", import.meta.url),
  nodeOptions: string[] = [],
): Promise<ServerProcess> {
  const [command, ...before] = pinned("server", [process.execPath]);
  const child = fork(new URL(`bench/servers/${file}`, checkout), args, {
    cwd: checkout,
    execPath: command!,
    execArgv: [...before, "--conditions=doorcode-source", "--disable-warning=ExperimentalWarning", ...nodeOptions],
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const answer = async <T>(): Promise<T> => {
    const gone = new AbortController();
    try {
      return await Promise.race([
        once(child, "message", { signal: gone.signal }).then(([message]) => message as T),
        once(child, "exit", { signal: gone.signal }).then(() => {
          throw new Error(`The server of "${name}" ended unexpectedly. See its messages above.`);
        }),
      ]);
    } finally {
      gone.abort();
    }
  };
  const ask = <T>(question: Question): Promise<T> => {
    const answered = answer<T>();
    child.send(question);
    return answered;
  };
  const served = await answer<Served>();
  return {
    ...served,
    name,
    pid: child.pid!,
    cpuMicroseconds: () => ask({ ask: "cpu" }),
    memory: () => ask({ ask: "memory" }),
    residentBytes: () => residentOf(child.pid!),
    held: () => ask({ ask: "held" }),
    statements: () => ask({ ask: "statements" }),
    sign: (really) => ask({ ask: "sign", really }),
    approve: (code) => ask({ ask: "approve", code }),
    refreshTokens: (count) => ask({ ask: "refresh_tokens", count }),
    rememberPolls: (count) => ask({ ask: "remember_polls", count }),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.send({ ask: "end" } satisfies Question);
      const late = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await exited;
      clearTimeout(late);
    },
  };
}

function residentOf(pid: number): number | null {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  } catch {
    return null;
  }
}
