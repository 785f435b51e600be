import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

export interface Ended {
  exit: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves to the first match in stdout, or stderr; rejects when the process ends without it. */
  says(pattern: RegExp, where?: "stdout" | "stderr"): Promise<RegExpExecArray>;
}

/** Without the variables that the surrounding shell, npm or Node.js would add. */
export function plainEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(DOORCODE|NODE|NPM|XDG)_/i.test(name));
  return { ...Object.fromEntries(inherited), ...more };
}

export function startCommand(command: string, args: readonly string[], options: SpawnOptions): Running {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      said[name] += chunk;
    });
  }
  const failed = new Promise<never>((_resolve, reject) => child.once("error", reject));
  const ended = Promise.race([once(child, "close").then(([exit]) => ({ exit, ...said }) as Ended), failed]);
  // A failure is reported to the caller that awaits it; not awaiting it is no error.
  ended.catch(() => undefined);
  return {
    child,
    ended,
    says: (pattern, where = "stdout") =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(said[where]);
          if (found) resolve(found);
        };
        child[where]?.on("data", look);
        look();
        ended.then(({ exit, stdout, stderr }) => {
          reject(new Error(`${command} ended by ${exit} and never said ${pattern}:\n${stdout}${stderr}`));
        }, reject);
      }),
  };
}

export const runCommand = (command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Ended> =>
  startCommand(command, args, options).ended;

/** For commands that only prepare a test. */
export async function mustRun(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const { exit, stdout, stderr } = await runCommand(command, args, options);
  if (exit !== 0) throw new Error(`${command} ${args.join(" ")} ended by ${exit}:\n${stdout}${stderr}`);
  return stdout;
}
