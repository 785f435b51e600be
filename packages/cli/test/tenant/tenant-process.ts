import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("./run.ts", import.meta.url));

export interface Ended {
  exit: number | null;
  stdout: string;
  stderr: string;
}

export interface Ready {
  v: number;
  event: string;
  authority: string;
  tenant_id: string;
  issuer: string;
  pages: string;
  ca_file: string;
  verification_uri: string;
  /** `key`: of an embedded tenant. */
  console: { url: string; key?: string };
  apps: { name: string; client_id: string }[];
  apis: { name: string; client_id: string; scopes: string[] }[];
  inbox?: { url: string; bearer: string };
  /** Of a served tenant. */
  port?: number;
  monitoring_port?: number;
}

/** The user `nobody`, for tests of file modes when root runs them. */
export const unprivileged = process.geteuid?.() === 0 ? 65534 : undefined;

/** Running tenants are announced here, and not to the programs of the user who runs the tests. */
const stateFolder = mkdtempSync(join(tmpdir(), "doorcode-test-state-"));
process.on("exit", () => rmSync(stateFolder, { recursive: true, force: true }));

/** Without settings of the computer that runs the tests. */
const inherited = () => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^DOORCODE_|^NODE_(?!COMPILE_CACHE$)|^XDG_/.test(name)),
  ),
  DOORCODE_STORE_DIR: stateFolder,
});

/** The process does not get settings of the computer that runs the tests. With a `umask`, it runs as `unprivileged`. */
function run(args: string[], env: Record<string, string>, umask?: number): ChildProcess {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", entry, ...args];
  const shell = umask === undefined ? [] : ["/bin/sh", "-c", `umask ${umask.toString(8)}; exec "$0" "$@"`];
  const [program = "", ...rest] = [...shell, ...node];
  return spawn(program, rest, {
    env: { ...inherited(), ...env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(umask !== undefined && unprivileged !== undefined && { uid: unprivileged, gid: unprivileged }),
  });
}

/** Runs a command to its end, or interrupts it when stderr matches `until`. */
export async function command(
  args: string[],
  {
    stdin = "",
    env = {},
    until,
    umask,
  }: { stdin?: string; env?: Record<string, string>; until?: RegExp; umask?: number } = {},
): Promise<Ended> {
  const child = run(args, env, umask);
  child.stdin?.on("error", () => undefined).end(stdin);
  let shown = "";
  child.stderr?.on("data", (chunk) => {
    shown += chunk;
    if (until?.test(shown)) child.kill("SIGINT");
  });
  const [stdout, stderr, [exit]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    once(child, "exit"),
  ]);
  return { exit, stdout, stderr };
}

export interface TenantProcess {
  ready: Ready;
  child: ChildProcess;
  /** What it has written there until now. */
  stderr(): string;
  /** Sends the signal, and resolves to the exit code, or null after SIGKILL. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a tenant on free ports and waits for its ready event. It is killed at the end of the test at the latest. */
export const startProcess = (t: TestContext, dir: string, args: string[] = [], env = {}): Promise<TenantProcess> =>
  startWith(t, ["start", "--data", dir, "--port", "0", "--pages-port", "0", "--json", ...args], env);

/**
 * Starts `doorcode tenant serve` with this server file, as `startProcess`.
 *
 * @param written called with all of stderr, each time that there is more
 */
export const serveProcess = (
  t: TestContext,
  file: string,
  env = {},
  written?: (stderr: string) => void,
): Promise<TenantProcess> => startWith(t, ["serve", "--config", file, "--json"], env, written);

async function startWith(
  t: TestContext,
  args: string[],
  env: Record<string, string>,
  written?: (stderr: string) => void,
): Promise<TenantProcess> {
  const child = run(args, env);
  t.after(() => child.kill("SIGKILL"));
  let shown = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk) => {
    shown += chunk;
    written?.(shown);
  });
  const line = await firstLine(child.stdout as Readable);
  if (line === undefined) {
    await once(child, "close");
    throw new Error(`the tenant ended before it was ready:\n${shown}`);
  }
  return {
    ready: JSON.parse(line),
    child,
    stderr: () => shown,
    async stop(signal) {
      const ended = once(child, "exit");
      child.kill(signal);
      const [exit] = await ended;
      return exit;
    },
  };
}

async function firstLine(stream: Readable): Promise<string | undefined> {
  let read = "";
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    read += chunk;
    const end = read.indexOf("\n");
    if (end >= 0) return read.slice(0, end);
  }
  return undefined;
}

/** Runs commands one after another in one process, with an empty stdin. It ends with the test. */
export function commands(t: TestContext, env: Record<string, string> = {}): (args: string[]) => Promise<Ended> {
  const file = fileURLToPath(new URL("./run-many.ts", import.meta.url));
  const child = fork(file, {
    env: { ...inherited(), ...env },
    execArgv: [...process.execArgv, "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  t.after(() => child.kill("SIGKILL"));
  return async (args) => {
    child.send(args);
    const [ended] = await once(child, "message");
    return ended as Ended;
  };
}

/** A command that prints lines of JSON until it is stopped. It is killed at the end of the test at the latest. */
export function startCommand(t: TestContext, args: string[], env: Record<string, string> = {}) {
  const child = run(args, env);
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]();
  return {
    lines: {
      async next() {
        const { value, done } = await lines.next();
        if (done) throw new Error("the command ended");
        return JSON.parse(value);
      },
    },
    async stop(signal: NodeJS.Signals): Promise<number | null> {
      const ended = once(child, "exit");
      child.kill(signal);
      const [exit] = await ended;
      return exit;
    },
  };
}
