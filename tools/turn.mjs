// A lock between the commands that run in this clone: a folder that only one of them can create.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Waits until the folder `turn` belongs to this process. Returns the function that releases it. A holder that was
 * killed does not block the next one.
 */
export function takeTurn(turn) {
  mkdirSync(dirname(turn), { recursive: true });
  const remove = () => rmSync(turn, { recursive: true, force: true });
  for (let said = false; ; said = true) {
    if (make(turn)) {
      try {
        writeFileSync(join(turn, "pid"), String(process.pid));
        return remove;
      } catch (error) {
        remove();
        throw error;
      }
    }
    if (!said) console.error("Waiting for another command that runs in this clone …");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    if (!held(turn)) remove();
  }
}

function make(turn) {
  try {
    mkdirSync(turn);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function held(turn) {
  let pid;
  try {
    pid = Number(readFileSync(join(turn, "pid"), "utf8"));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  if (!pid) return isNew(turn);
  // A restarted container uses the same few process IDs again.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The holder creates the folder first and writes its process ID a moment later. */
function isNew(turn) {
  try {
    return Date.now() - statSync(turn).mtimeMs < 5_000;
  } catch {
    return false;
  }
}
