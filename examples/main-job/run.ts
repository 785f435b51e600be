import { type MainJobOptions, runMainJob } from "./main-job.ts";
import { transcriptOn } from "./transcript.ts";

/** After Ctrl-C everything has this long to end in order; then the process ends anyway. */
const endingMs = 700;

/** Runs the main job as this process: its exit code, its output, its signals. */
export async function run(options: Omit<MainJobOptions, "transcript" | "signal">): Promise<void> {
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
    const ended = await runMainJob({ ...options, transcript, signal: ending.signal });
    exitCode ??= ended;
  } catch (error) {
    if (exitCode === undefined) {
      const { message, hint = "" } = error as { message: string; hint?: string };
      transcript.problem(`${message} ${hint}`.trimEnd());
      exitCode = 1;
    }
  }
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), endingMs).unref();
}
