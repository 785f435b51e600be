// For programs that keep their own MSAL code: two lines of its configuration.

export type { FlowObserver } from "./engines/engine.ts";
export { asDoorcodeError } from "./engines/entra/msal-failure.ts";
export { type NetworkClientOptions, networkClient } from "./engines/entra/msal-network.ts";
export { cachePlugin } from "./engines/entra/open-cache-plugin.ts";
