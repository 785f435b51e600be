import { connect } from "node:tls";
import { CommandError } from "../exit-codes.ts";
import { loginAt } from "../local-target.ts";
import { localTenants } from "../local-tenants.ts";

/** For the certificate of a program on this computer. */
const PATIENCE_MS = 1_000;

/** The start's error; if a port is in use by a Doorcode tenant, one that says by which. */
export async function explained(error: unknown): Promise<unknown> {
  const port = portInUse(error);
  if (port === undefined) return error;
  const another = `or choose another port: ${port.flag} N (0 picks any free port).`;
  const own = (address: string | null) => address !== null && new URL(address).port === String(port.number);
  const running = (await localTenants().catch(() => [])).find(({ authority, pages }) => own(authority) || own(pages));
  if (running !== undefined) {
    return new CommandError(
      "port_in_use",
      `Port ${port.number} is already in use by a tenant that runs on this computer: ${running.authority}`,
      `To use that one: ${loginAt(running.authority)}\nStop it (process ${running.pid}), ${another}`,
      { cause: error },
    );
  }
  if (!(await isTenantAt(port.number))) return error;
  return new CommandError(
    "port_in_use",
    `Port ${port.number} is already in use by a Doorcode tenant that is not announced here: one of another program (npm start, npm run demo), of another state folder (DOORCODE_STORE_DIR) or of another user of this computer.`,
    `doorcode login does not find it. End what runs it (npm start: with Enter or Ctrl-C), ${another}`,
    { cause: error },
  );
}

function portInUse(error: unknown): { number: number; flag: string } | undefined {
  const { code, cause, hint = "" } = error as { code?: unknown; cause?: { port?: unknown }; hint?: string };
  const number = cause?.port;
  if (code !== "port_in_use" || typeof number !== "number") return undefined;
  return { number, flag: /--[a-z-]+/.exec(hint)?.[0] ?? "--port" };
}

/** By the name in its certificate, which needs no trust: nothing is sent there, and nothing depends on it but a sentence. */
function isTenantAt(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", rejectUnauthorized: false });
    const end = (isTenant: boolean) => {
      socket.destroy();
      resolve(isTenant);
    };
    socket.setTimeout(PATIENCE_MS, () => end(false));
    socket.once("error", () => end(false));
    socket.once("secureConnect", () => end(socket.getPeerCertificate().subject?.CN === "Doorcode tenant"));
  });
}
