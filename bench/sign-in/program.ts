// A headless program that signs in and reports when it had its tokens, over IPC.
//
//   program.ts KIND AUTHORITY CLIENT-ID SCOPE   (NODE_EXTRA_CA_CERTS trusts the tenant)
import { PublicClientApplication } from "@azure/msal-node";
import { createClient } from "../../packages/client/src/create-client.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { nodeTransport } from "../../packages/client/src/transport/node-transport.ts";
import type { Transport } from "../../packages/client/src/transport/transport.ts";
import { preciseNow } from "../served.ts";

export type Kind = "oidc" | "entra" | "five-seconds" | "msal";
export type Report = { n: number; code: string } | { n: number; tokensAt: number } | { n: number; failed: string };

const [kind, authority, clientId, scope] = process.argv.slice(2) as [Kind, string, string, string];
const send = (report: Report) => void process.send?.(report);

/** The tenant as it was: its metadata does not announce that it holds polls. */
function withoutAnnouncement(): Transport {
  const network = nodeTransport();
  return {
    async send(request) {
      const answer = await network.send(request);
      if (!request.url.endsWith("/openid-configuration")) return answer;
      const { doorcode_prefer_wait_seconds: _, ...document } = JSON.parse(answer.body);
      return { ...answer, body: JSON.stringify(document) };
    },
  };
}

async function signIn(n: number): Promise<void> {
  if (kind === "msal") {
    const knownAuthorities = [new URL(authority).host];
    const msal = new PublicClientApplication({ auth: { clientId, authority, knownAuthorities } });
    await msal.acquireTokenByDeviceCode({
      scopes: [scope],
      deviceCodeCallback: ({ userCode }) => send({ n, code: userCode }),
    });
    return;
  }
  const client = createClient({
    authority,
    clientId,
    scopes: [scope],
    engine: kind === "entra" ? "entra" : "oidc",
    store: memoryStore(),
    ...(kind === "five-seconds" && { transport: withoutAnnouncement() }),
    present: {
      async show(event) {
        if (event.event === "code") send({ n, code: event.code.userCode });
      },
    },
  });
  await client.signIn();
}

process.on("message", (n: number) => {
  signIn(n).then(
    () => send({ n, tokensAt: preciseNow() }),
    (error: unknown) => send({ n, failed: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
