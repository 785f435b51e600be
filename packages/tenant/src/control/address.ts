import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readFileIfThere, writeFileAtomically } from "../kernel/data-folder.ts";

/** `sockaddr_un` holds 108 bytes on Linux and 104 on macOS, including the terminating zero. */
const LONGEST_PATH = 103;

const RECORD = "control.path";

/**
 * The address of a data folder's control socket: `control.sock` in the folder. If that path is too long, the socket is
 * in its own 0700 folder under the system's temporary folder. On Windows it is a named pipe with a random name. These
 * two are recorded in `control.path`.
 */
export async function makeControlAddress(dir: string): Promise<string> {
  await removeControlAddress(dir);
  const inFolder = join(dir, "control.sock");
  if (process.platform !== "win32" && Buffer.byteLength(inFolder) <= LONGEST_PATH) return inFolder;
  const address =
    process.platform === "win32"
      ? `\\\\.\\pipe\\doorcode-${randomBytes(16).toString("hex")}`
      : join(await privateFolder(), "control.sock");
  await writeFileAtomically(join(dir, RECORD), address, 0o600);
  return address;
}

export async function findControlAddress(dir: string): Promise<string> {
  return (await readFileIfThere(join(dir, RECORD))) ?? join(dir, "control.sock");
}

/** Also removes what a killed tenant left behind. Call it while the data folder is locked. */
export async function removeControlAddress(dir: string): Promise<void> {
  const recorded = await readFileIfThere(join(dir, RECORD));
  if (recorded !== undefined) {
    if (process.platform !== "win32") {
      await rm(recorded, { force: true });
      await rmdir(dirname(recorded)).catch(() => undefined);
    }
    await rm(join(dir, RECORD), { force: true });
  }
  await rm(join(dir, "control.sock"), { force: true });
}

async function privateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-"));
  await chmod(folder, 0o700);
  return folder;
}
