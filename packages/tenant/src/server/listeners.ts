import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import { type AddressInfo, Server as NetServer, type Socket } from "node:net";
import { TenantError } from "../kernel/tenant-error.ts";

export interface Certificate {
  key: string;
  cert: string;
}

/** One port, on every address it is bound to. */
export interface Listener {
  port: number;
  /** Starts serving. Before that, every request gets 503. */
  serve(handler: RequestListener): void;
  replaceCertificate(certificate: Certificate): void;
  /**
   * From now on, each response asks its client to reconnect, so that connections move elsewhere before `close` ends
   * them.
   */
  drain(): void;
  /**
   * Stops accepting connections. Requests in flight have until the deadline to finish. Connections without one have
   * `idleMs` to send another, because one may be on its way; default: 0.
   */
  close(deadlineMs: number, idleMs?: number): Promise<void>;
}

/** `certificate` null: plain http. `flag`: the option or the setting (`listen.port:`) that sets another port. */
export interface Binding {
  addresses: string[];
  port: number;
  certificate: Certificate | null;
  flag: string;
}

const TIMEOUTS = { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 };

/**
 * Binds the same port number on every address. `localhost` means IPv4 and IPv6; a machine without IPv6 has only one.
 * Port 0 takes a number that is free on all addresses.
 */
export async function bind(binding: Binding): Promise<Listener> {
  for (let attempt = 0; ; attempt++) {
    try {
      return listener(await bindAll(binding));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A number that was free on 127.0.0.1 may be in use on ::1.
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
  /**
   * Raw connections: the HTTP server does not know one that is still in its TLS handshake, which would delay closing.
   */
  sockets: Set<Socket>;
  /** Requests that have no response yet. */
  pending: Set<ServerResponse>;
  draining: boolean;
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
  const bound = { server, sockets, pending, draining: false };
  server.on("request", (_request, response) => {
    pending.add(response);
    response.once("close", () => pending.delete(response));
    if (bound.draining) endAfter(response);
  });
  return bound;
}

/** Closes the connection after the response is sent: closing it from outside could be a moment too early. */
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
    drain() {
      for (const each of bound) drain(each);
    },
    async close(deadlineMs, idleMs) {
      await Promise.all(bound.map((each) => shut(each, deadlineMs, idleMs)));
    },
  };
}

function drain(bound: Bound): void {
  bound.draining = true;
  for (const response of bound.pending) endAfter(response);
}

function shut(bound: Bound, deadlineMs: number, idleMs = 0): Promise<void> {
  const { server, sockets } = bound;
  return new Promise((resolve) => {
    drain(bound);
    const deadline = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, deadlineMs);
    const closeIdle = setTimeout(() => server.closeIdleConnections(), idleMs);
    const ended = () => {
      clearTimeout(deadline);
      clearTimeout(closeIdle);
      resolve();
    };
    if (idleMs === 0) server.close(ended);
    // Unlike the HTTP server's own method, this one leaves idle connections open.
    else NetServer.prototype.close.call(server, ended);
  });
}

function bindError(error: NodeJS.ErrnoException, { addresses, port, flag }: Binding): unknown {
  const where = addresses.length > 1 ? `port ${port}` : `${addresses[0]} port ${port}`;
  if (error.code === "EADDRINUSE") {
    return new TenantError(
      "port_in_use",
      `${where} is already in use by another program.`,
      `Stop that program, or choose another port: ${flag} N (0 picks any free port).`,
      { cause: error },
    );
  }
  if (error.code === "EACCES" || error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new TenantError(
      "address_unavailable",
      `This machine does not allow the tenant to listen on ${where} (${error.code}).`,
      `Ports below 1024 need a privilege: choose another with ${flag} N. An address must belong to this machine.`,
      { cause: error },
    );
  }
  return error;
}
