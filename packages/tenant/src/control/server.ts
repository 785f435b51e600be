import { chmod } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import type { Logger } from "pino";
import type { AdminContext, OperatorContext } from "../admin/admin-context.ts";
import { allowAdministration } from "../admin/administrative-apps.ts";
import { approveInName, denyCode } from "../admin/decisions.ts";
import { inboxOf } from "../admin/inbox.ts";
import { operatorAdmin } from "../admin/operator-admin.ts";
import { issueOperatorToken } from "../admin/operator-token.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Testing } from "../testing/testing.ts";
import { makeControlAddress, removeControlAddress } from "./address.ts";
import { type ControlResponse, controlRequest } from "./messages.ts";
import { type Operator, runRequest } from "./operations.ts";

const LONGEST_REQUEST = 24 * 1024;
const IDLE_MS = 10_000;

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Listens on the data folder's socket. Anyone who can open it is the operator: the folder has mode 0700 and the socket
 * 0600, so only the tenant's own OS user (and root) can.
 */
export async function serveControl(ctx: AdminContext, dir: string, testing: Testing): Promise<ControlServer> {
  const operator = operatorOf(ctx, testing);
  const address = await makeControlAddress(dir);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    // The peer has disconnected, so the response has no receiver.
    socket.on("error", () => socket.destroy());
    answerOneLine(operator, ctx.log, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
  if (process.platform !== "win32") await chmod(address, 0o600);
  return {
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroySoon();
      await closed;
      await removeControlAddress(dir);
    },
  };
}

/** The operator of this running tenant. Only the embedded one lets its operator decide for users. */
export function operatorOf(ctx: AdminContext, testing: Testing | null = null): Operator {
  const decisions: Operator["decisions"] = {
    approve: (decision) => approveInName(ctx, decision),
    deny: (code) => denyCode(ctx, code),
  };
  return { ...operatorOfStore(ctx), ...(ctx.config.embedded && { decisions, inbox: inboxOf(ctx), testing }) };
}

/** The operator of a tenant whose store is open. */
export function operatorOfStore(ctx: OperatorContext): Operator {
  return {
    config: ctx.config,
    store: ctx.store,
    admin: operatorAdmin(ctx),
    decisions: null,
    inbox: null,
    testing: null,
    issueToken: (purpose) => issueOperatorToken(ctx, purpose),
    allowAdministration: (clientId, to) => allowAdministration(ctx, clientId, to),
  };
}

function answerOneLine(operator: Operator, log: Logger, socket: Socket): void {
  let text = "";
  const read = (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\n");
    if (end < 0 && text.length <= LONGEST_REQUEST) return;
    socket.off("data", read);
    socket.resume();
    respond(operator, log, text.slice(0, Math.max(end, 0))).then((response) =>
      socket.end(`${JSON.stringify(response)}\n`),
    );
  };
  socket.setEncoding("utf8").on("data", read);
}

async function respond(operator: Operator, log: Logger, line: string): Promise<ControlResponse> {
  try {
    return { ok: true, result: await runRequest(operator, parse(line)) };
  } catch (error) {
    if (error instanceof TenantError) {
      return { ok: false, error: { code: error.code, message: error.message, hint: error.hint } };
    }
    log.error({ err: error }, "a control command failed");
    return {
      ok: false,
      error: {
        code: "control_failed",
        message: "The tenant could not run the command.",
        hint: "See its log on stderr for the reason.",
      },
    };
  }
}

function parse(line: string) {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    json = undefined;
  }
  const parsed = controlRequest.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new TenantError(
    "control_failed",
    "The tenant does not support this command.",
    "Tenant and command line must have the same version. Restart the tenant after an update.",
  );
}
