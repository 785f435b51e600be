// The peer: oidc-provider with the device flow, all in memory.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { benchCertificate, serve } from "../served.ts";

/** oidc-provider ships no types. These cover what the bench uses. */
interface AdapterPayload {
  userCode?: string;
  grantId?: string;
  consumed?: number;
}

interface Provider {
  callback(): RequestListener;
  readonly Grant: new (properties: {
    accountId: string;
    clientId: string;
  }) => {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  };
  readonly Client: { find(id: string): Promise<unknown> };
  readonly RefreshToken: new (properties: Record<string, unknown>) => { save(): Promise<string> };
}

const untyped: string = "oidc-provider";
const Provider = (await import(untyped)).default as new (
  issuer: string,
  configuration: Record<string, unknown>,
) => Provider;

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
      // Access tokens are RS256 JWTs for an API, like ours, so that a renewal signs the same two tokens.
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

/**
 * oidc-provider's own memory adapter keeps only the last 1,000 records, so a bench with thousands of codes would
 * measure misses. This one keeps all, and does nothing else.
 */
function memoryAdapter() {
  const records = new Map<string, AdapterPayload>();
  const byUserCode = new Map<string, string>();
  const byGrant = new Map<string, Set<string>>();
  return {
    async upsert(id: string, payload: AdapterPayload) {
      records.set(id, payload);
      if (payload.userCode) byUserCode.set(payload.userCode, id);
      if (!payload.grantId) return;
      const members = byGrant.get(payload.grantId) ?? new Set();
      byGrant.set(payload.grantId, members.add(id));
    },
    find: async (id: string) => records.get(id),
    findByUserCode: async (userCode: string) => records.get(byUserCode.get(userCode) ?? ""),
    findByUid: async () => undefined,
    async consume(id: string) {
      const record = records.get(id);
      if (record) record.consumed = Math.floor(Date.now() / 1000);
    },
    async destroy(id: string) {
      records.delete(id);
    },
    async revokeByGrantId(grantId: string) {
      for (const id of byGrant.get(grantId) ?? []) records.delete(id);
      byGrant.delete(grantId);
    },
  };
}
