// The peer: oidc-provider with the device flow, all in memory.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { benchCertificate } from "../certificate.ts";
import { serve } from "../served.ts";
import { memoryAdapter } from "./oidc-memory-adapter.ts";
import { Provider } from "./oidc-provider-types.ts";

const CLIENT = "bench";
const RESOURCE = "urn:bench:api";
const DAY = 24 * 60 * 60;
const { key, cert, ca } = await benchCertificate();
const signingKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

const server = createServer({ key, cert });
server.listen(0, "127.0.0.1", () => {
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(origin, {
    adapter: memoryAdapter,
    clients: [
      {
        client_id: CLIENT,
        token_endpoint_auth_method: "none",
        application_type: "native",
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    cookies: { keys: ["bench"] },
    jwks: { keys: [{ ...signingKey, use: "sig", alg: "RS256" }] },
    claims: { openid: ["sub"], profile: ["name"] },
    features: {
      deviceFlow: { enabled: true },
      devInteractions: { enabled: false },
      // Access tokens are RS256 JWTs for an API, as ours are: a renewal then signs the same two tokens.
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "read",
          accessTokenFormat: "jwt",
          accessTokenTTL: 3600,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    findAccount: (_ctx: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, name: "Bench" }) }),
    rotateRefreshToken: true,
    ttl: { DeviceCode: 900, Grant: DAY, RefreshToken: DAY, AccessToken: 3600, IdToken: 3600 },
  });
  server.on("request", provider.callback());

  const refreshToken = async (): Promise<string> => {
    const accountId = randomUUID();
    const grant = new provider.Grant({ accountId, clientId: CLIENT });
    grant.addOIDCScope("openid profile offline_access");
    grant.addResourceScope(RESOURCE, "read");
    const token = new provider.RefreshToken({
      accountId,
      client: await provider.Client.find(CLIENT),
      grantId: await grant.save(),
      scope: "openid profile offline_access read",
      resource: RESOURCE,
      gty: "device_code",
    });
    return token.save();
  };

  serve(
    {
      origin,
      ca,
      devicecodePath: "/device/auth",
      tokenPath: "/token",
      clientId: CLIENT,
      deviceGrant: "urn:ietf:params:oauth:grant-type:device_code",
    },
    {
      refreshTokens: (count) => Promise.all(Array.from({ length: count }, refreshToken)),
      close: async () => {
        server.closeAllConnections();
        server.close();
      },
    },
  );
});
