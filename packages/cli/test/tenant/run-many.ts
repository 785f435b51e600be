// Commands of `doorcode tenant`, one after another in one process: starting one for each takes most of their time.
import { main } from "../../src/main.ts";

process.on("disconnect", () => process.exit());

process.on("message", async (args: string[]) => {
  const printed = { stdout: "", stderr: "" };
  const original = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ["stdout", "stderr"] as const) {
    process[name].write = (text: unknown) => {
      printed[name] += String(text);
      return true;
    };
  }
  const exit = await main(["tenant", ...args]);
  process.stdout.write = original.stdout;
  process.stderr.write = original.stderr;
  // As at the end of a process.
  process.stdout.removeAllListeners("error");
  process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM").removeAllListeners("SIGHUP");
  process.send?.({ exit, ...printed });
});
