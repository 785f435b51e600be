import { type MainJobOptions, runMainJob } from "./main-job.ts";
import { OptionError, readOptions } from "./options.ts";
import { transcriptOn } from "./transcript.ts";

/** After Ctrl-C everything has this long to end in order; then the process ends anyway. */
const endingMs = 700;

type RunOptions = Omit<MainJobOptions, "transcript" | "signal" | "mfa" | "lan"> & { typed?: string[] };

/** Runs the main job as this process: its options (`typed`), its exit code, its output, its signals. */
export async function run({ typed = [], ...options }: RunOptions): Promise<void> {
  const transcript = transcriptOn(process.stdout, process.stderr);
  const ending = new AbortController();
  let exitCode: number | undefined;
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.on(signal, () => {
      if (exitCode !== undefined) return;
      exitCode = code;
      ending.abort();
      setTimeout(() => process.exit(code), endingMs).unref();
    });
  }
  try {
    const ended = await runMainJob({ ...options, ...readOptions(typed), transcript, signal: ending.signal });
    exitCode ??= ended;
  } catch (error) {
    if (exitCode === undefined) {
      const { message, hint = "" } = error as { message: string; hint?: string };
      transcript.problem(`${message} ${hint}`.trimEnd());
      exitCode = error instanceof OptionError ? 2 : 1;
    }
  }
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), endingMs).unref();
}
