import type { Agent } from "node:http";
import type { SecureContext } from "node:tls";
import { DoorcodeError } from "../errors.ts";
import type { ProxyServer } from "./proxy.ts";
import { isLoopback } from "./secure-url.ts";
import { trustedRoots } from "./trusted-roots.ts";

/**
 * `import http from "node:http"` reads every export of the module, and one of them is a getter that loads all of fetch: 30 ms
 * of a program whose start takes 30. This way nothing is read but what is used.
 */
export const http = process.getBuiltinModule("node:http");
export const https = process.getBuiltinModule("node:https");

/** What node:http and node:https need to reach a URL: its agent, and whom to trust there. */
export interface Connection {
  options: { agent: Agent; secureContext?: SecureContext };
  /** The proxy in between, as errors name it. */
  through: string | undefined;
}

export type ConnectionFor = (url: URL) => Promise<Connection>;

/** Kept alive between requests; an idle connection does not hold the process. */
export function connections(ca: string | string[] | undefined): ConnectionFor {
  const trustFor = trustedRoots(ca);
  const known = new Map<string, Promise<{ agent: Agent; through: string | undefined }>>();

  /** One agent an origin: NO_PROXY decides by host, and an agent is what keeps connections. */
  const agentFor = (url: URL) => {
    const made = known.get(url.origin) ?? makeAgent(url);
    known.set(url.origin, made);
    made.catch(() => known.delete(url.origin));
    return made;
  };

  const makeAgent = async (url: URL) => {
    const keepAlive = true;
    if (url.protocol === "http:") return { agent: new http.Agent({ keepAlive }), through: undefined };
    const trusted = trustFor(url.hostname);
    const options = { keepAlive, ...(trusted && { secureContext: trusted }) };
    // A proxy could not reach this machine's own loopback, and nothing of it should leave the machine.
    const proxy = isLoopback(url.hostname) ? undefined : await proxyOf(url);
    if (proxy === undefined) return { agent: new https.Agent(options) as Agent, through: undefined };
    const { tunnelAgent } = await import("./proxy.ts");
    return { agent: await tunnelAgent(proxy, options), through: proxy.name };
  };

  return async (url) => {
    const trusted = url.protocol === "https:" ? trustFor(url.hostname) : undefined;
    const { agent, through } = await agentFor(url);
    return { options: { agent, ...(trusted && { secureContext: trusted }) }, through };
  };
}

/**
 * The proxy that the environment names for this URL. Nothing of it is loaded unless one is configured at all: most machines
 * have none, and start time counts.
 * @throws DoorcodeError `configuration`
 */
async function proxyOf(url: URL): Promise<ProxyServer | undefined> {
  if (!proxyVariables.some((name) => process.env[name])) return undefined;
  const { ProxyError, proxyFor } = await import("./proxy.ts");
  try {
    return proxyFor(url);
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error;
    const hint = `Set ${error.variable} right, or unset it; signs such as @ and # in a password are written %40 and %23.`;
    throw new DoorcodeError("configuration", { detail: error.message, hint });
  }
}

const proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
