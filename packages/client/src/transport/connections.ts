import type { Agent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { SecureContext } from "node:tls";
import { DoorcodeError } from "../errors.ts";
import { isLoopback } from "./secure-url.ts";
import { trustedRoots } from "./trusted-roots.ts";

/**
 * `import http from "node:http"` reads every export of the module, and one of them is a getter that loads all of fetch: 30 ms
 * of a program whose start takes 30. This way nothing is read but what is used.
 */
export const http = process.getBuiltinModule("node:http");
export const https = process.getBuiltinModule("node:https");

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

const proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/**
 * An agent that goes through the proxy which the environment names for this URL; undefined where there is none.
 * Neither library is loaded unless a proxy is configured at all: most machines have none, and start time counts.
 */
async function proxyAgent(url: URL, trusted: SecureContext | undefined): Promise<HttpsAgent | undefined> {
  if (!proxyVariables.some((name) => process.env[name])) return undefined;
  const { getProxyForUrl } = await import("proxy-from-env");
  const proxy = getProxyForUrl(url.href);
  if (!proxy) return undefined;
  if (!URL.canParse(proxy)) {
    // Its text may hold a password.
    throw new DoorcodeError("configuration", {
      detail: "the proxy named by the environment is not a URL.",
      hint: "HTTPS_PROXY is for example http://proxy.contoso.example:3128.",
    });
  }
  return tunnelAgent(proxy, trusted);
}

/** HttpsProxyAgent waits for a silent proxy for ever, though its request is long gone; that would hold the process. */
async function tunnelAgent(proxy: string, trusted: SecureContext | undefined): Promise<HttpsAgent> {
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  class TunnelAgent extends HttpsProxyAgent<string> {
    override async connect(...[request, options]: Parameters<InstanceType<typeof HttpsProxyAgent<string>>["connect"]>) {
      const gone = new AbortController();
      const onAbandoned = () => gone.abort();
      request.once("abandoned", onAbandoned);
      // Read before the first await of `connect`, so one request does not see another's.
      this.connectOpts = { ...this.connectOpts, signal: gone.signal } as typeof this.connectOpts;
      const socket = await super.connect(request, options);
      request.off("abandoned", onAbandoned);
      return socket;
    }
  }
  const options = { keepAlive: true, ...(trusted && { secureContext: trusted }) };
  return new TunnelAgent(proxy, options) as unknown as HttpsAgent;
}
