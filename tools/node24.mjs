// `node tools/node24.mjs FILE ARGS…` runs a TypeScript file of the project's sources on Node.js 24 or newer.
import { spawn } from "node:child_process";
import { install } from "./install.mjs";
import { node24, root } from "./runtime.mjs";

/** Runs FILE with Node's type stripping on the packages' sources. Resolves to its exit code. */
export function runOnNode24(args, options = {}) {
  const child = spawn(node24(), ["--conditions=doorcode-source", "--disable-warning=ExperimentalWarning", ...args], {
    cwd: root,
    stdio: "inherit",
    ...options,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // The child gets a terminal's Ctrl-C directly.
    process.on(signal, () => (signal !== "SIGINT" || !process.stdin.isTTY) && child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

if (process.argv[1]?.endsWith("node24.mjs")) {
  try {
    install();
    process.exitCode = await runOnNode24(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
