import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DoorcodeError } from "../errors.ts";

/** A free port on IPv4 is rarely taken on IPv6. */
const tries = 10;
/** A browser opens a few connections; nobody else has any business here. */
const maxConnections = 32;

/**
 * One port on 127.0.0.1 and ::1, since a browser may take `localhost` for either; on one of them where the machine has no other.
 * @throws DoorcodeError `configuration` where nothing may listen at all
 */
export async function bindLoopback(handle: RequestListener): Promise<{ servers: Server[]; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const ipv4 = await listen(handle, "127.0.0.1", 0);
    const first = typeof ipv4 === "object" ? ipv4 : await listen(handle, "::1", 0);
    if (typeof first !== "object") throw cannotListen(first);
    const { port } = first.address() as AddressInfo;
    if (first !== ipv4) return { servers: [first], port };
    const ipv6 = await listen(handle, "::1", port);
    if (typeof ipv6 === "object") return { servers: [ipv4, ipv6], port };
    if (ipv6 !== "EADDRINUSE") return { servers: [ipv4], port };
    // Somebody else would get the answers that a browser sends to ::1.
    first.close();
    if (attempt === tries) throw cannotListen(ipv6);
  }
}

/** The server, or the error's code. */
function listen(handle: RequestListener, host: string, port: number): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, handle);
    server.maxConnections = maxConnections;
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

const cannotListen = (code: string) =>
  new DoorcodeError("configuration", {
    detail: `the answer of the browser cannot be waited for on this machine's loopback address (${code}).`,
    hint: "Sign in by a code instead.",
  });
