import { createServer } from "node:http";
import Provider from "oidc-provider";
import { portOf } from "../oracle/peer.ts";

export interface NativeProvider extends AsyncDisposable {
  issuer: string;
  clientId: string;
  /** A person's browser that goes to the address, signs in as Ada, decides, and follows the redirect to the program. */
  browse(address: string, decision: "yes" | "no"): Promise<{ address: string; html: string }>;
}

/** oidc-provider with a native client on loopback (RFC 8252 §7.3) and its own development pages, driven over HTTP. */
export async function startNativeProvider(): Promise<NativeProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${portOf(server.address())}`;
  const clientId = "native";
  const provider = quietly(
    () =>
      new Provider(issuer, {
        clients: [
          {
            client_id: clientId,
            application_type: "native",
            token_endpoint_auth_method: "none",
            grant_types: ["authorization_code", "refresh_token"],
            response_types: ["code"],
            redirect_uris: ["http://localhost"],
          },
        ],
        cookies: { keys: ["a key for the cookies of one test"] },
        features: {
          devInteractions: { enabled: true },
          revocation: { enabled: true, allowedPolicy: async () => true },
        },
        // Its defaults; it warns if they are omitted.
        ttl: {
          ...{ AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, RefreshToken: 86_400 },
          ...{ Grant: 86_400, Interaction: 3600, Session: 86_400 },
        },
        claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
        scopes: ["openid", "offline_access", "profile", "email"],
        findAccount: async (_: unknown, id: string) => ({
          accountId: id,
          claims: async () => ({ sub: id, name: "Ada" }),
        }),
      }),
  );
  server.on("request", provider.callback());

  return {
    issuer,
    clientId,
    async browse(address, decision) {
      const cookies = new Map<string, string>();
      let url = new URL(address);
      let form: Record<string, string> | undefined;
      for (;;) {
        const response: Response = await fetch(url, {
          redirect: "manual",
          headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") },
          ...(form && { method: "POST", body: new URLSearchParams(form) }),
        });
        for (const cookie of response.headers.getSetCookie()) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
          if (name !== undefined && value !== undefined) cookies.set(name, value);
        }
        const html = await response.text();
        const location = response.headers.get("location");
        form = undefined;
        if (location !== null) {
          url = new URL(location, url);
          continue;
        }
        const [, prompt] = /name="prompt" value="(\w+)"/.exec(html) ?? [];
        if (prompt === undefined) return { address: url.href, html };
        if (prompt === "consent" && decision === "no") url = new URL(`${url.pathname}/abort`, url);
        else form = prompt === "login" ? { prompt, login: "ada", password: "any" } : { prompt };
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** It warns on the console that its keys, pages and store are for development, which is intended here. */
function quietly<T>(make: () => T): T {
  const { info, warn } = console;
  console.info = console.warn = () => {};
  try {
    return make();
  } finally {
    Object.assign(console, { info, warn });
  }
}
