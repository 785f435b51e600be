import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { benchCertificate } from "../served.ts";

const tenantId = "0d6e1f3a-8f3c-4f0e-9b57-5c1d2a7e9f10";

/** The responses of an Entra-shaped issuer until the first code is shown. The sign-in is never approved. */
export async function startIssuer() {
  const { key, cert, ca } = await benchCertificate();
  const server = createServer({ key, cert }, (request, response) => {
    const [status, body] = answer(request.url ?? "", `https://${request.headers.host}`);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    request.resume();
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ca,
    authority: `https://localhost:${port}/${tenantId}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function answer(path: string, origin: string): [status: number, body: object] {
  const base = `${origin}/${tenantId}`;
  if (path.includes("/.well-known/")) {
    return [
      200,
      {
        issuer: `${base}/v2.0`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
        doorcode_profile: "entra",
      },
    ];
  }
  if (path.includes("/devicecode")) {
    return [
      200,
      {
        device_code: "a-device-code",
        user_code: "FSBFZMBKC",
        verification_uri: `${origin}/device`,
        expires_in: 900,
        interval: 5,
        message: "Open the page and enter the code.",
      },
    ];
  }
  return [400, { error: "authorization_pending" }];
}
