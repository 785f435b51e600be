import type { Agent } from "node:https";
import type { SecureContext } from "node:tls";
import { DoorcodeError } from "../errors.ts";

const variables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/**
 * An agent that goes through the proxy which the environment names for this URL; undefined where there is none.
 * Neither library is loaded unless a proxy is configured at all: most machines have none, and start time counts.
 */
export async function proxyAgent(url: URL, trusted: SecureContext | undefined): Promise<Agent | undefined> {
  if (!variables.some((name) => process.env[name])) return undefined;
  const { getProxyForUrl } = await import("proxy-from-env");
  const proxy = getProxyForUrl(url.href);
  if (!proxy) return undefined;
  if (!URL.canParse(proxy)) {
    // Its text may hold a password.
    throw new DoorcodeError("configuration", { detail: "the proxy named by the environment is not a URL." });
  }
  const { tunnelAgent } = await import("./tunnel-agent.ts");
  return tunnelAgent(proxy, trusted);
}
