import { DoorcodeError } from "@doorcode/client";
import { exitCodes } from "./exit-codes.ts";

/** What is being written is done by then; nothing half-written can come of it either way, it would only leave a file to sweep. */
const graceMs = 150;

const signals = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hangup,
} as const;

/** Ctrl-C ends the command at once, whatever it is doing; the first of these signals decides the exit code. */
export function onInterruption(): { signal: AbortSignal; exit(): number | undefined } {
  const aborted = new AbortController();
  let code: number | undefined;
  for (const [name, exit] of Object.entries(signals)) {
    process.on(name, () => {
      if (code !== undefined) process.exit(code);
      code = exit;
      aborted.abort(new DoorcodeError("cancelled"));
      setTimeout(() => process.exit(exit), graceMs).unref();
    });
  }
  return { signal: aborted.signal, exit: () => code };
}
