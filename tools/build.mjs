// Compiles the published packages (`tsc -b`) and bundles the command line. Quick if nothing has changed.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./runtime.mjs";

export function build() {
  run(join(root, "node_modules/typescript/bin/tsc"), ["-b"], "The packages did not compile.");
  run(join(root, "tools/bundle.mjs"), [], "The command line could not be bundled.");
}

function run(file, args, problem) {
  const { status } = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`${problem} See the messages above.`);
}

if (process.argv[1]?.endsWith("build.mjs")) build();
