import type { ClientOptions } from "../client.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Engine } from "../engines/engine.ts";
import { DoorcodeError } from "../errors.ts";
import type { Fetch } from "../fetch/node-fetch.ts";
import type { TokenStore } from "../token-store/contract.ts";
import { checkedAuthority, checkedEndpoint } from "../transport/secure-url.ts";
import type { Transport } from "../transport/transport.ts";
import { defaultCa } from "../transport/trusted-roots.ts";
import { checkCredential } from "./client-authentication.ts";
import { isMicrosoftHost } from "./issuer-check.ts";
import type { IssuerSession } from "./issuer-session.ts";
import { type ConnectOptions, connect } from "./metadata.ts";

type SessionOptions = Pick<
  ClientOptions,
  "authority" | "clientId" | "credential" | "endpoints" | "engine" | "ca" | "store" | "clock" | "transport"
>;

/**
 * Sends and reads nothing: costly parts are created on first use.
 * @throws DoorcodeError `configuration`
 */
export function openIssuerSession(options: SessionOptions): IssuerSession {
  const { clientId, clock = systemClock } = options;
  const authority = checkedAuthority(options.authority);
  if (typeof clientId !== "string" || !/^[\x21-\x7e]+$/.test(clientId)) {
    throw new DoorcodeError("configuration", {
      detail: "the option clientId is not an application (client) ID.",
      hint: "It identifies the app's registration and is usually a GUID; doorcode tenant apps lists those of a tenant.",
    });
  }
  const { hostname, pathname } = new URL(authority);
  if (isMicrosoftHost(hostname) && pathname === "/") {
    throw new DoorcodeError("configuration", {
      detail: `the authority ${authority} does not name a tenant.`,
      hint: `Use ${authority}/<tenant ID>; for an external tenant, https://<name>.ciamlogin.com/<tenant ID>`,
    });
  }
  const endpoints = Object.entries(options.endpoints ?? {}).filter(([, url]) => url !== undefined);
  const trusted = () => options.ca ?? defaultCa(authority, process.env);
  return {
    authority,
    clientId,
    credential: checkCredential(options.credential),
    endpoints: Object.fromEntries(endpoints.map(([name, url]) => [name, checkedEndpoint(url, name)])),
    engine: options.engine,
    clock,
    transport: options.transport ?? lazyTransport(trusted),
    fetch: lazyFetch(trusted),
    store: options.store && "read" in options.store ? options.store : lazyStore(options.store, clock),
  };
}

/** The engine for the session's issuer. It is loaded only once it is known which one. */
export async function engineOf(session: IssuerSession, how?: ConnectOptions): Promise<Engine> {
  const connected = await connect(session, how);
  if (connected.metadata.engine === "entra") {
    return (await import("../engines/entra/entra-engine.ts")).entraEngine(connected);
  }
  return (await import("../engines/oidc-engine.ts")).oidcEngine(connected);
}

type Trusted = () => string | string[] | undefined;

function lazyTransport(trusted: Trusted): Transport {
  const made = once(async () => {
    const { nodeTransport } = await import("../transport/node-transport.ts");
    return nodeTransport({ ca: trusted() });
  });
  return { send: async (request) => (await made()).send(request) };
}

function lazyFetch(trusted: Trusted): Fetch {
  const made = once(async () => {
    const { connections } = await import("../transport/connections.ts");
    const { nodeFetch } = await import("../fetch/node-fetch.ts");
    return nodeFetch(connections(trusted()));
  });
  return async (url, init) => (await made())(url, init);
}

function lazyStore(folder: { directory: string } | undefined, clock: Clock): TokenStore {
  const opened = once(async () => {
    const { openFileStore, defaultStoreDirectory } = await import("../token-store/file-store.ts");
    return await openFileStore({ directory: folder?.directory ?? defaultStoreDirectory(process.env), clock });
  });
  return {
    read: async () => (await opened()).read(),
    change: async (changes) => (await opened()).change(changes),
    withLease: async (name, options, run) => (await opened()).withLease(name, options, run),
  };
}

/** A failure is not remembered: the next call tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
