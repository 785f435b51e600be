// A peer: better-auth with its plugin for device authorization, on SQLite. A poll writes the time of the poll.
//
//   better-auth.ts FOLDER
import { mkdirSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { deviceAuthorization } from "better-auth/plugins/device-authorization";
import { benchCertificate, serve } from "../served.ts";

const [folder] = process.argv.slice(2) as [string];
const { key, cert, ca } = await benchCertificate();
mkdirSync(folder, { recursive: true });
const database = new DatabaseSync(join(folder, "better-auth.sqlite"));
// As in our store: an answered change is on disk.
database.exec("pragma journal_mode = wal; pragma synchronous = full");

const server = createServer({ key, cert });
server.keepAliveTimeout = 65_000;
server.listen(0, "127.0.0.1", async () => {
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const options = {
    baseURL: origin,
    secret: "a secret of the bench, long enough for better-auth",
    database,
    telemetry: { enabled: false },
    // All load comes from one address.
    rateLimit: { enabled: false },
    logger: { disabled: true },
    plugins: [
      deviceAuthorization({
        // An early poll is answered with authorization_pending, like a punctual one.
        interval: "0s",
        verificationUri: "/device",
        validateClient: async (id) => id === "bench",
      }),
    ],
  } satisfies BetterAuthOptions;
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  server.on("request", toNodeHandler(betterAuth(options)));
  serve(
    {
      origin,
      ca,
      devicecodePath: "/api/auth/device/code",
      tokenPath: "/api/auth/device/token",
      clientId: "bench",
      deviceGrant: "urn:ietf:params:oauth:grant-type:device_code",
      json: true,
    },
    {
      // Its tokens of the device flow are sessions, which are not renewed with a refresh token.
      refreshTokens: async () => [],
      close: async () => {
        server.closeAllConnections();
        server.close();
        database.close();
      },
    },
  );
});
