// Runs `npm ci` if node_modules is missing or was installed from another lockfile, so that users need not run it first.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./from-npm.mjs";
import { takeTurn } from "./turn.mjs";

const stamp = join(root, "node_modules", ".doorcode-lock");

const lockHash = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");

const installed = () => existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash();

/**
 * Records which lockfile node_modules was installed from. The `prepare` script calls it after every `npm ci` and `npm
 * install`.
 */
export const recordInstall = () => writeFileSync(stamp, lockHash());

export function install() {
  if (installed()) return;
  // Two concurrent `npm ci` would delete each other's files, so the second command waits for the first.
  const release = takeTurn(join(root, ".runtime", "installing"));
  try {
    if (installed()) return;
    console.error("Installing dependencies (once) …");
    const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    });
    if (npm.status !== 0) throw new Error("npm ci failed. See its messages above.");
    recordInstall();
  } finally {
    release();
  }
}
