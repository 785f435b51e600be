import type { ICachePlugin, INetworkModule } from "@azure/msal-node";
import { entraCachePlugin } from "./engines/entra/cache-plugin.ts";
import { type EntraNetworkOptions, entraNetworkClient } from "./engines/entra/network-client.ts";
import { defaultStoreDirectory, openFileStore } from "./token-store/file-store.ts";
import { nodeTransport } from "./transport/node-transport.ts";

export type { FlowObserver } from "./engines/engine.ts";
export { asDoorcodeError } from "./engines/entra/msal-errors.ts";

/** Options of `networkClient`. */
export interface NetworkClientOptions extends Pick<EntraNetworkOptions, "observer" | "signal" | "deviceName"> {
  /** Certificates in PEM to trust in addition to the defaults. */
  ca?: string | string[] | undefined;
}

/**
 * Creates a network client for programs that keep their own MSAL Node code (`system.networkClient`). The request's
 * `cancel` and `timeout` take effect within 250 ms, `signal` immediately. In `deviceCodeCallback`, `interval` is how
 * often MSAL checks them, not how often the issuer is polled.
 * @throws DoorcodeError `configuration`; requests fail with a DoorcodeError instead of MSAL's `network_error`
 * @example
 * ```ts
 * import { PublicClientApplication } from "@azure/msal-node";
 * import { networkClient } from "@doorcode/client/msal";
 *
 * const app = new PublicClientApplication({
 *   auth: { clientId: "00000000-0000-4000-8000-000000000000", authority: "https://contoso.ciamlogin.com/<tenant ID>" },
 *   system: { networkClient: networkClient() },
 * });
 * ```
 */
export function networkClient({ ca, ...options }: NetworkClientOptions = {}): INetworkModule {
  return entraNetworkClient({ ...options, transport: nodeTransport({ ca }), msalMayGiveUp: true });
}

/**
 * Creates a cache plugin for programs that keep their own MSAL Node code (`cache.cachePlugin`). It keeps MSAL's cache
 * in Doorcode's encrypted store.
 * @throws DoorcodeError `store_locked`, `store_damaged`, before a user is asked to sign in
 * @example
 * ```ts
 * import { PublicClientApplication } from "@azure/msal-node";
 * import { cachePlugin } from "@doorcode/client/msal";
 *
 * const auth = { clientId: "00000000-0000-4000-8000-000000000000", authority: "https://contoso.ciamlogin.com/<tenant ID>" };
 * const app = new PublicClientApplication({ auth, cache: { cachePlugin: await cachePlugin(auth) } });
 * ```
 */
export async function cachePlugin(options: {
  clientId: string;
  authority: string;
  directory?: string;
}): Promise<ICachePlugin> {
  const store = await openFileStore({ directory: options.directory ?? defaultStoreDirectory(process.env) });
  await store.change([]);
  return entraCachePlugin(store, options);
}
