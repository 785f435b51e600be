import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

export const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Running {
  child: ChildProcess;
  ended: Promise<{ exit: number | null; stdout: string; stderr: string }>;
}

/** `doorcode` as npm links it, on the Node.js that runs the tests or on `node`. */
export function doorcode(
  args: string[],
  options: {
    node?: string;
    folder?: string;
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    stdin?: "pipe";
    channel?: true;
    /** Runs as this user, which only root can do. */
    uid?: number;
  } = {},
): Running {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(DOORCODE|NODE(?!_COMPILE_CACHE$)|XDG)_/.test(name),
  );
  const child = spawn(
    options.node ?? process.execPath,
    [join(options.folder ?? packageFolder, "bin/doorcode.cjs"), ...args],
    {
      env: { ...Object.fromEntries(inherited), ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
      stdio: [options.stdin ?? "ignore", "pipe", "pipe", ...(options.channel ? (["ipc"] as const) : [])],
    },
  );
  const shown = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      shown[name] += chunk;
    });
  }
  return { child, ended: once(child, "close").then(([exit]) => ({ exit, ...shown })) };
}

export async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
