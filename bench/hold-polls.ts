import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import type { ServerProcess } from "./server-process.ts";

/** Holds a poll for each code, each on its own connection. `end` closes them. */
export async function holdPolls(server: ServerProcess, codes: readonly string[]): Promise<{ end(): void }> {
  // Made once: a new one for each connection takes longer than its handshake.
  const agent = new Agent({
    keepAlive: true,
    maxSockets: Infinity,
    secureContext: createSecureContext({ ca: server.ca }),
  });
  let failed: Error | undefined;
  for (const code of codes) {
    const form = { grant_type: server.deviceGrant, client_id: server.clientId, device_code: code };
    const body = new URLSearchParams(form).toString();
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(body.length),
      prefer: "wait=120",
    };
    const poll = request(new URL(server.tokenPath, server.origin), { method: "POST", agent, headers });
    poll.on("response", ({ statusCode }) => (failed ??= new Error(`A poll was answered at once: ${statusCode}.`)));
    poll.on("error", (error) => (failed ??= error));
    poll.end(body);
  }
  while ((await server.held()) < codes.length) {
    if (failed) throw failed;
    await sleep(50);
  }
  return { end: () => agent.destroy() };
}
