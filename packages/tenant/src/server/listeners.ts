import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { TenantError } from "../kernel/tenant-error.ts";

export interface Certificate {
  key: string;
  cert: string;
}

/** One port, on every address it was bound to. */
export interface Listener {
  port: number;
  /** Until then every request is answered 503. */
  serve(handler: RequestListener): void;
  replaceCertificate(certificate: Certificate): void;
  /** Takes no more connections; requests in flight get until the deadline to finish. */
  close(deadlineMs: number): Promise<void>;
}

/** `certificate` null: plain http. `flag` is the option that names another port. */
export interface Binding {
  addresses: string[];
  port: number;
  certificate: Certificate | null;
  flag: "--port" | "--pages-port";
}

const TIMEOUTS = { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 };

/**
 * Binds the same port number on every address; `localhost` means both stacks, and a machine without IPv6 has one.
 * Port 0 takes a number that is free on all of them.
 */
export async function bind(binding: Binding): Promise<Listener> {
  for (let attempt = 0; ; attempt++) {
    try {
      return listener(await bindAll(binding));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A number that was free on 127.0.0.1 may be taken on ::1.
      if (code === "EADDRINUSE" && binding.port === 0 && attempt < 10) continue;
      throw bindError(error as NodeJS.ErrnoException, binding);
    }
  }
}

async function bindAll({ addresses, port, certificate }: Binding): Promise<Bound[]> {
  const bound: Bound[] = [];
  try {
    for (const address of addresses) {
      const next = makeServer(certificate);
      try {
        await listen(next.server, address, bound[0] ? portOf(bound[0].server) : port);
        bound.push(next);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const stackMissing = code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT";
        if (!(stackMissing && bound.length > 0)) throw error;
      }
    }
    return bound;
  } catch (error) {
    await Promise.all(bound.map((each) => shut(each, 0)));
    throw error;
  }
}

interface Bound {
  server: Server | TlsServer;
  /** Raw connections: one that is still in its TLS handshake is unknown to the HTTP server and would hold up its end. */
  sockets: Set<Socket>;
  /** Requests that have no answer yet. */
  pending: Set<ServerResponse>;
}

function makeServer(certificate: Certificate | null): Bound {
  const server = certificate
    ? createTlsServer({ ...TIMEOUTS, ...certificate, minVersion: "TLSv1.2", handshakeTimeout: 10_000 }, starting)
    : createServer(TIMEOUTS, starting);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const pending = new Set<ServerResponse>();
  server.on("request", (_request, response) => {
    pending.add(response);
    response.once("close", () => pending.delete(response));
    if (!server.listening) endAfter(response);
  });
  return { server, sockets, pending };
}

/** Its connection is closed once the answer is out: whoever closes it from outside may be a moment too early. */
function endAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}

const starting: RequestListener = (_request, response) => {
  response.writeHead(503, { "retry-after": "1", connection: "close" }).end();
};

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function listener(bound: Bound[]): Listener {
  return {
    port: portOf(bound[0]!.server),
    serve(handler) {
      for (const { server } of bound) server.removeListener("request", starting).on("request", handler);
    },
    replaceCertificate(certificate) {
      for (const { server } of bound) if ("setSecureContext" in server) server.setSecureContext(certificate);
    },
    async close(deadlineMs) {
      await Promise.all(bound.map((each) => shut(each, deadlineMs)));
    },
  };
}

function shut({ server, sockets, pending }: Bound, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    for (const response of pending) endAfter(response);
    const deadline = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, deadlineMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
  });
}

function bindError(error: NodeJS.ErrnoException, { addresses, port, flag }: Binding): unknown {
  const where = addresses.length > 1 ? `port ${port}` : `${addresses[0]} port ${port}`;
  if (error.code === "EADDRINUSE") {
    return new TenantError(
      "port_in_use",
      `Another program uses ${where} already.`,
      `Stop it, or pass another port: ${flag} N (0 takes any that is free).`,
      { cause: error },
    );
  }
  if (error.code === "EACCES" || error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new TenantError(
      "address_unavailable",
      `This machine does not let the tenant listen on ${where} (${error.code}).`,
      `Ports below 1024 need a privilege: pass another with ${flag} N. An address has to belong to this machine.`,
      { cause: error },
    );
  }
  return error;
}
