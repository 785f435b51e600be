import type { Agent } from "node:http";
import type { SecureContext } from "node:tls";
import { isLoopback } from "./loopback.ts";
import { http, https } from "./node-modules.ts";
import { proxyAgent } from "./proxy-agent.ts";
import { trustedRoots } from "./trusted-roots.ts";

/** What node:http and node:https need to reach a URL: its agent, and whom to trust there. */
export type ConnectionFor = (url: URL) => Promise<{ agent: Agent; secureContext?: SecureContext }>;

/** Kept alive between requests; an idle connection does not hold the process. */
export function connections(ca: string | string[] | undefined): ConnectionFor {
  const trustFor = trustedRoots(ca);
  const agents = new Map<string, Promise<Agent>>();

  /** One agent an origin: NO_PROXY decides by host, and an agent is what keeps connections. */
  const agentFor = (url: URL): Promise<Agent> => {
    const known = agents.get(url.origin);
    if (known) return known;
    const made = makeAgent(url);
    agents.set(url.origin, made);
    made.catch(() => agents.delete(url.origin));
    return made;
  };

  const makeAgent = async (url: URL): Promise<Agent> => {
    if (url.protocol === "http:") return new http.Agent({ keepAlive: true });
    // A proxy could not reach this machine's own loopback, and nothing of it should leave the machine.
    const trusted = trustFor(url.hostname);
    const proxied = isLoopback(url.hostname) ? undefined : await proxyAgent(url, trusted);
    return proxied ?? new https.Agent({ keepAlive: true, ...(trusted && { secureContext: trusted }) });
  };

  return async (url) => {
    const trusted = url.protocol === "https:" ? trustFor(url.hostname) : undefined;
    return { agent: await agentFor(url), ...(trusted && { secureContext: trusted }) };
  };
}
