// Runs `npm ci` when node_modules is missing or was installed from another lockfile, so that no command needs one before it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./runtime.mjs";

const stamp = join(root, "node_modules", ".doorcode-lock");

const lockHash = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");

const installed = () => existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash();

/** Notes which lockfile node_modules came from; the `prepare` script calls it after every `npm ci` and `npm install`. */
export const recordInstall = () => writeFileSync(stamp, lockHash());

export function install() {
  if (installed()) return;
  const release = takeTurn();
  try {
    if (installed()) return;
    console.error("Installing dependencies (once) …");
    const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    });
    if (npm.status !== 0) throw new Error("npm ci failed; its messages are above.");
    recordInstall();
  } finally {
    release();
  }
}

/** Two `npm ci` at once delete each other's files; the second command waits for the first. */
function takeTurn() {
  const turn = join(root, ".runtime", "installing");
  mkdirSync(join(root, ".runtime"), { recursive: true });
  for (;;) {
    try {
      mkdirSync(turn);
      writeFileSync(join(turn, "pid"), String(process.pid));
      return () => rmSync(turn, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    if (!heldByRunningProcess(turn)) rmSync(turn, { recursive: true, force: true });
  }
}

function heldByRunningProcess(turn) {
  try {
    process.kill(Number(readFileSync(join(turn, "pid"), "utf8")), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
