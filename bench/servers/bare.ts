// The floor: plain node:http(s) reads the form's body and answers with a fixed 400.
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { benchCertificate, FIXED_ANSWER, serve } from "../served.ts";

const { key, cert, ca } = await benchCertificate();
const answer = JSON.stringify(FIXED_ANSWER);
const headers = {
  "content-type": "application/json",
  "content-length": String(answer.length),
  "cache-control": "no-store",
};

const server = createServer({ key, cert }, (request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    Buffer.concat(parts).toString();
    response.writeHead(400, headers).end(answer);
  });
});
// As the tenant's: Node's five seconds would close idle connections while they are counted.
server.keepAliveTimeout = 65_000;
server.listen(0, "127.0.0.1", () => {
  serve(
    {
      origin: `https://localhost:${(server.address() as AddressInfo).port}`,
      ca,
      devicecodePath: "/devicecode",
      tokenPath: "/token",
      clientId: "bare",
      deviceGrant: "device_code",
      fixed: true,
    },
    {
      refreshTokens: async () => [],
      close: async () => {
        server.closeAllConnections();
        server.close();
      },
    },
  );
});
