import type { ICachePlugin } from "@azure/msal-node";
import { defaultStoreDirectory, openFileStore } from "../../token-store/file-store.ts";
import { entraCachePlugin } from "./cache-plugin.ts";

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
