import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
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
  apps: { name: string; client_id: string }[];
  apis: { name: string; client_id: string; scopes: string[] }[];
  inbox?: { url: string; bearer: string };
}

/** `nobody`, whom modes bind where root runs the tests. */
export const unprivileged = process.geteuid?.() === 0 ? 65534 : undefined;

/** No setting of the machine that runs the tests reaches the process. With a `umask` it runs as `unprivileged`. */
function run(args: string[], env: Record<string, string>, umask?: number): ChildProcess {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^DOORCODE_|^NODE_(?!COMPILE_CACHE$)|^XDG_/.test(name),
  );
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", entry, ...args];
  const shell = umask === undefined ? [] : ["/bin/sh", "-c", `umask ${umask.toString(8)}; exec "$0" "$@"`];
  const [program = "", ...rest] = [...shell, ...node];
  return spawn(program, rest, {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(umask !== undefined && unprivileged !== undefined && { uid: unprivileged, gid: unprivileged }),
  });
}

/** Runs a command to its end; one that has none is interrupted once `until` stands on stderr. */
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
  /** Sends the signal; resolves to the exit code, null after SIGKILL. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a tenant on free ports and waits for its ready event; it is killed with the test at the latest. */
export async function startProcess(t: TestContext, dir: string, args: string[] = [], env = {}): Promise<TenantProcess> {
  const child = run(["start", "--data", dir, "--port", "0", "--pages-port", "0", "--json", ...args], env);
  t.after(() => child.kill("SIGKILL"));
  const stderr = text(child.stderr as Readable);
  const line = await firstLine(child.stdout as Readable);
  if (line === undefined) throw new Error(`the tenant ended before it was ready:\n${await stderr}`);
  return {
    ready: JSON.parse(line),
    child,
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
