import type { Agent } from "node:http";
import type { SecureContext } from "node:tls";
import { DoorcodeError } from "../errors.ts";
import type { ProxyServer } from "./proxy.ts";
import { isLoopback } from "./secure-url.ts";
import { trustedRoots } from "./trusted-roots.ts";

/**
 * `import http from "node:http"` reads every export of the module, and one of them is a getter that loads all of fetch:
 * 30 ms in a program that starts in 30. This way only what is used is read.
 */
export const http = process.getBuiltinModule("node:http");
export const https = process.getBuiltinModule("node:https");

/** What node:http and node:https need for a URL: the agent, and the certificates to trust. */
export interface Connection {
  options: { agent: Agent; secureContext?: SecureContext };
  /** The proxy's name for error messages. */
  through: string | undefined;
}

export type ConnectionFor = (url: URL) => Promise<Connection>;

/** Kept alive between requests. An idle connection does not keep the process running. */
export function connections(ca: string | string[] | undefined): ConnectionFor {
  const trustFor = trustedRoots(ca);
  const known = new Map<string, Promise<{ agent: Agent; through: string | undefined }>>();

  /** One agent per origin: NO_PROXY decides by host, and an agent keeps connections. */
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
    // A proxy could not reach this machine's loopback, and loopback traffic must not leave the machine.
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
 * The proxy that the environment names for this URL. The proxy code is loaded only if one is configured: most machines
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
    const hint = `Correct ${error.variable}, or unset it. Percent-encode characters such as @ and # in a password: %40 and %23.`;
    throw new DoorcodeError("configuration", { detail: error.message, hint });
  }
}

const proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
