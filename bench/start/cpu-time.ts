import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";

export interface Measured {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** `end`: until the process ends. `first-output`: until the first output on stdout. */
  until: "end" | "first-output";
}

const KILLED = 128 + constants.signals.SIGKILL;

/**
 * Node.js does not report a single child's processor time, and /proc counts in hundredths of a second. bash reads it
 * from the kernel, in milliseconds, when it has waited for the process. bash's own share is the same for the empty
 * program.
 */
export async function cpuMilliseconds({ file, args, env, until }: Measured): Promise<number> {
  const preload = until === "end" ? [] : ["--require", join(import.meta.dirname, "end-at-first-output.cjs")];
  const script = `TIMEFORMAT='%3U %3S'; time { "$@" >/dev/null 2>&1; }`;
  const bash = spawn("bash", ["-c", script, "bash", file, ...preload, ...args], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  bash.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  const exit = await new Promise((resolve, reject) => bash.once("error", reject).once("close", resolve));
  // A failing program is quick, too.
  if (exit !== (until === "end" ? 0 : KILLED)) throw new Error(`${args.join(" ")} ended with ${exit}.`);
  const [, user, system] = /(\d+\.\d{3}) (\d+\.\d{3})\s*$/.exec(said) ?? [];
  if (user === undefined) throw new Error(`bash returned no measurement: ${said}`);
  return (Number(user) + Number(system)) * 1_000;
}
