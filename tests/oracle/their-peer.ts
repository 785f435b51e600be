import { createServer } from "node:http";
import Provider from "oidc-provider";
import { DEVICE_CODE_GRANT, type Peer, portOf } from "./peer.ts";

const ACCOUNT = "ada";
const registered = { grant_types: [DEVICE_CODE_GRANT, "refresh_token"], redirect_uris: [], response_types: [] };

/** oidc-provider with its own in-memory store, standard device flow, on loopback. */
export async function startTheirs(): Promise<Peer> {
  // It needs its issuer, including the port, before it is created.
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${portOf(server.address())}`;
  const clients = {
    tv: { clientId: "tv" },
    printer: { clientId: "printer" },
    server: { clientId: "server", secret: "a secret/with:odd+characters" },
  };
  const provider = quietly(
    () =>
      new Provider(issuer, {
        clients: [
          { ...registered, client_id: "tv", token_endpoint_auth_method: "none" },
          { ...registered, client_id: "printer", token_endpoint_auth_method: "none" },
          { ...registered, client_id: "server", client_secret: clients.server.secret },
        ],
        features: {
          deviceFlow: { enabled: true },
          // Its default policy for public clients; it warns if the policy is omitted.
          revocation: {
            enabled: true,
            allowedPolicy: async (_ctx: unknown, client: { clientId: string }, token: { clientId: string }) =>
              client.clientId === token.clientId,
          },
          userinfo: { enabled: true },
          devInteractions: { enabled: false },
        },
        claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
        scopes: ["openid", "offline_access", "profile", "email"],
        rotateRefreshToken: true,
        // Its defaults; it warns if they are omitted.
        ttl: { AccessToken: 3600, DeviceCode: 600, Grant: 86_400, IdToken: 3600, RefreshToken: 86_400 },
        findAccount: async () => ({
          accountId: ACCOUNT,
          claims: async () => ({ sub: ACCOUNT, name: "Ada", email: "ada@example.com" }),
        }),
      }),
  );
  server.on("request", provider.callback());
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);

  async function grantOf(userCode: string) {
    const code = await provider.DeviceCode.findByUserCode(userCode.replace("-", ""));
    if (!code) throw new Error(`oidc-provider does not know ${userCode}.`);
    return code;
  }

  return {
    name: "theirs",
    metadata: (await response.json()) as Record<string, unknown>,
    fetch,
    clients,
    // Does what its interaction pages do after approval.
    async approve(userCode) {
      const code = await grantOf(userCode);
      const grant = new provider.Grant({
        accountId: ACCOUNT,
        clientId: (code as unknown as { clientId: string }).clientId,
      });
      const scope = code.params.scope ?? "openid";
      grant.addOIDCScope(scope);
      code.accountId = ACCOUNT;
      code.grantId = await grant.save();
      code.scope = scope;
      code.authTime = Math.floor(Date.now() / 1000);
      await code.save();
    },
    async deny(userCode) {
      const code = await grantOf(userCode);
      code.error = "access_denied";
      await code.save();
    },
    async expire(userCode) {
      const code = await grantOf(userCode);
      code.exp = Math.floor(Date.now() / 1000) - 1;
      await code.save();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** It warns on the console that its keys and store are for development, which is intended here. */
function quietly<T>(make: () => T): T {
  const { info, warn } = console;
  console.info = console.warn = () => {};
  try {
    return make();
  } finally {
    Object.assign(console, { info, warn });
  }
}
