// One process at a time, over all the commands that run in this clone: a folder that only one of them can make.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Waits until the folder `turn` is this process's own; returns the function that gives it back. A holder that was killed
 * does not block the next one.
 */
export function takeTurn(turn) {
  mkdirSync(dirname(turn), { recursive: true });
  for (;;) {
    try {
      mkdirSync(turn);
      writeFileSync(join(turn, "pid"), String(process.pid));
      return () => rmSync(turn, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    if (!held(turn)) rmSync(turn, { recursive: true, force: true });
  }
}

function held(turn) {
  try {
    process.kill(Number(readFileSync(join(turn, "pid"), "utf8")), 0);
    return true;
  } catch (error) {
    if (error.code === "ENOENT") return isNew(turn);
    return error.code === "EPERM";
  }
}

/** The holder makes the folder first and writes its process ID a moment later. */
function isNew(turn) {
  try {
    return Date.now() - statSync(turn).mtimeMs < 5_000;
  } catch {
    return false;
  }
}
