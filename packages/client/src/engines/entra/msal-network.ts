import type { INetworkModule } from "@azure/msal-node";
import { nodeTransport } from "../../transport/node-transport.ts";
import { type EntraNetworkOptions, entraNetworkClient } from "./network-client.ts";

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
  return entraNetworkClient({ ...options, transport: nodeTransport({ ca }), inTurns: true });
}
