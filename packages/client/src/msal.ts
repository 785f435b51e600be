// For programs that keep their own MSAL code: two lines of its configuration.

import type { ICachePlugin, INetworkModule } from "@azure/msal-node";
import { entraCachePlugin } from "./engines/entra/cache-plugin.ts";
import { type EntraNetworkOptions, entraNetworkClient } from "./engines/entra/network-client.ts";
import { defaultStoreDirectory, openFileStore } from "./token-store/file-store.ts";
import { nodeTransport } from "./transport/node-transport.ts";

export type { FlowObserver } from "./engines/engine.ts";
export { asDoorcodeError } from "./engines/entra/msal-errors.ts";

export interface NetworkClientOptions extends Pick<EntraNetworkOptions, "observer" | "signal" | "deviceName"> {
  /** Certificates in PEM to trust beside the defaults. */
  ca?: string | string[] | undefined;
}

/**
 * For programs that keep their own MSAL code: `system: { networkClient: networkClient() }`. Their request's `cancel` and
 * `timeout` act within a quarter of a second, `signal` at once. In `deviceCodeCallback` the `interval` is how often MSAL looks
 * at them, not how often the issuer is asked.
 */
export function networkClient({ ca, ...options }: NetworkClientOptions = {}): INetworkModule {
  return entraNetworkClient({ ...options, transport: nodeTransport({ ca }), msalMayGiveUp: true });
}

/**
 * For programs that keep their own MSAL code: `cache: { cachePlugin: await cachePlugin({ clientId, authority }) }` keeps
 * MSAL's cache in Doorcode's encrypted store.
 * @throws DoorcodeError `store_locked`, `store_damaged`: now, not after somebody has approved
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
