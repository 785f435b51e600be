import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { DoorcodeError } from "./errors.ts";
import { isLoopback } from "./transport/loopback.ts";

/**
 * The CA to trust beside the system's when the program names none: the file in DOORCODE_CA_FILE, else, for an authority on
 * this machine, the one that `doorcode tenant start` wrote into its data folder (XDG Base Directory Specification).
 */
export function defaultCa(authority: string, env: NodeJS.ProcessEnv): string | undefined {
  if (env.DOORCODE_CA_FILE) return read(env.DOORCODE_CA_FILE);
  if (!isLoopback(new URL(authority).hostname)) return undefined;
  const file = join(tenantFolder(env), "ca.pem");
  return existsSync(file) ? read(file) : undefined;
}

function tenantFolder(env: NodeJS.ProcessEnv): string {
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "doorcode", "tenant");
  const { XDG_DATA_HOME: data } = env;
  return join(data && isAbsolute(data) ? data : join(env.HOME || homedir(), ".local", "share"), "doorcode", "tenant");
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new DoorcodeError("configuration", { detail: `the CA file ${file} cannot be read.`, cause });
  }
}
