import { connect } from "node:net";
import { checkDataDir } from "../kernel/data-folder.ts";
import { TenantError, type TenantErrorCode } from "../kernel/tenant-error.ts";
import { findControlAddress } from "./address.ts";
import type { ControlRequest, ControlResponse } from "./messages.ts";
import type { ControlResults } from "./results.ts";

const PATIENCE_MS = 30_000;

/**
 * Sends a request to the tenant that runs on this data folder.
 *
 * @throws TenantError the error that the tenant returns, `tenant_not_running`, `control_failed`
 */
export async function askTenant<R extends ControlRequest>(
  dataDir: string,
  request: R,
): Promise<ControlResults[R["do"]]> {
  const dir = await checkDataDir(dataDir);
  const line = await exchange(await findControlAddress(dir), `${JSON.stringify(request)}\n`, dir);
  const response = read(line);
  if (response.ok) return response.result as ControlResults[R["do"]];
  const { code, message, hint } = response.error;
  throw new TenantError(code as TenantErrorCode, message, hint);
}

function exchange(address: string, request: string, dir: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(address, () => socket.write(request));
    socket.setEncoding("utf8");
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("timeout")));
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.once("end", () => resolve(text));
    socket.once("error", (cause: NodeJS.ErrnoException) => reject(unreachable(cause, dir)));
  });
}

function unreachable(cause: NodeJS.ErrnoException, dir: string): TenantError {
  if (cause.code === "ENOENT" || cause.code === "ECONNREFUSED") {
    return new TenantError(
      "tenant_not_running",
      `No running tenant accepts commands on the data folder ${dir}.`,
      "Start one (doorcode tenant start), or name its folder with --data. For a tenant of doorcode tenant serve, name its file with --config.",
      { cause },
    );
  }
  return new TenantError("control_failed", "The tenant did not answer.", `Restart the tenant on ${dir}.`, { cause });
}

function read(line: string): ControlResponse {
  try {
    const response: unknown = JSON.parse(line);
    if (typeof response === "object" && response !== null && "ok" in response) return response as ControlResponse;
  } catch {
    // Cut off: the tenant stopped while it was answering.
  }
  throw new TenantError(
    "control_failed",
    "The tenant stopped before it answered.",
    "Check whether the command took effect, then try again.",
  );
}
