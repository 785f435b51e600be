import type { Agent } from "node:https";
import type { SecureContext } from "node:tls";
import { HttpsProxyAgent } from "https-proxy-agent";

/** An agent that reaches issuers through this proxy. */
export function tunnelAgent(proxy: string, trusted: SecureContext | undefined): Agent {
  const options = { keepAlive: true, ...(trusted && { secureContext: trusted }) };
  return new TunnelAgent(proxy, options) as unknown as Agent;
}

/** HttpsProxyAgent waits for a silent proxy for ever, though its request is long gone; that would hold the process. */
class TunnelAgent extends HttpsProxyAgent<string> {
  override async connect(...[request, options]: Parameters<HttpsProxyAgent<string>["connect"]>) {
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
