import type { Api, ClientOptions } from "./client.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { Engine, FlowObserver } from "./engines/engine.ts";
import { loadMetadata } from "./engines/metadata.ts";
import { DoorcodeError } from "./errors.ts";
import { defaultCa } from "./local-ca.ts";
import type { TokenStore } from "./token-store/contract.ts";
import { isLoopback } from "./transport/loopback.ts";
import type { WebExchange } from "./transport/web-exchange.ts";

/** What all of a client's methods share; costly parts are made when first asked for. */
export interface ClientContext {
  /** Without a slash at its end. */
  authority: string;
  clientId: string;
  apis: Api[];
  scopes: string[];
  clock: Clock;
  options: ClientOptions;
  store(): Promise<TokenStore>;
  /** What `session.fetch` sends by. */
  exchange(): Promise<WebExchange>;
  /** `anyAge`: kept metadata is good however old it is. */
  engine(options?: {
    observer?: Pick<FlowObserver, "retrying">;
    signal?: AbortSignal | undefined;
    anyAge?: boolean;
  }): Promise<Engine>;
}

export function openContext(options: ClientOptions): ClientContext {
  const authority = checkedAuthority(options.authority);
  const { clock = systemClock } = options;
  const clientId = checkedClientId(options.clientId);
  const apis = (options.apis ?? []).map(checkedApi);
  const store = once(() => openStore(options, clock));
  const trusted = () => options.ca ?? defaultCa(authority, process.env);
  const transport = once(async () => {
    if (options.transport) return options.transport;
    const { nodeTransport } = await import("./transport/node-transport.ts");
    return nodeTransport({ ca: trusted() });
  });

  return {
    authority,
    clientId,
    apis,
    scopes: options.scopes ?? apis[0]?.scopes ?? [],
    clock,
    options,
    store,
    exchange: once(async () => {
      const { connections } = await import("./transport/connections.ts");
      const { webExchange } = await import("./transport/web-exchange.ts");
      return webExchange(connections(trusted()));
    }),
    async engine(how = {}) {
      const context = {
        authority,
        clientId,
        clock,
        transport: await transport(),
        store: await store(),
        engine: options.engine,
      };
      const metadata = await loadMetadata(context, how);
      if (metadata.engine === "entra")
        return (await import("./engines/entra/entra-engine.ts")).entraEngine(context, metadata);
      return (await import("./engines/oidc/oidc-engine.ts")).oidcEngine(context, metadata);
    },
  };
}

export function checkedClientId(clientId: string): string {
  if (typeof clientId === "string" && /^[\x21-\x7e]+$/.test(clientId)) return clientId;
  throw new DoorcodeError("configuration", { detail: "`clientId` is not an application (client) ID." });
}

export function checkedAuthority(authority: string): string {
  if (typeof authority !== "string" || !URL.canParse(authority)) {
    throw new DoorcodeError("configuration", { detail: "`authority` is not a URL." });
  }
  const url = new URL(authority);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    throw new DoorcodeError("configuration", { detail: `the authority ${url.origin} is not https.` });
  }
  if (url.search || url.hash || url.username || url.password) {
    throw new DoorcodeError("configuration", {
      detail: "`authority` is an address without query, fragment or password.",
    });
  }
  return url.href.replace(/\/+$/, "");
}

function checkedApi({ origin, scopes }: Api): Api {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const safe = url && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)));
  if (!safe) {
    throw new DoorcodeError("configuration", {
      detail: `the API's origin ${origin} is not https, and not on this machine.`,
    });
  }
  return { origin: url.origin, scopes: [...scopes] };
}

async function openStore({ store }: ClientOptions, clock: Clock): Promise<TokenStore> {
  if (store && "read" in store) return store;
  const { openFileStore, defaultStoreDirectory } = await import("./token-store/file-store.ts");
  return await openFileStore({ directory: store?.directory ?? defaultStoreDirectory(process.env), clock });
}

/** What failed is tried again next time. */
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
