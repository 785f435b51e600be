// Compiles the published packages (`tsc -b`). Quick if nothing has changed.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./runtime.mjs";

export function build() {
  const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (tsc.status !== 0) throw new Error("The packages did not compile. See the messages above.");
}

if (process.argv[1]?.endsWith("build.mjs")) build();
