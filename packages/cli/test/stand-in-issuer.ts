import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** Secrets that must never appear, except the token on `doorcode token`'s stdout. */
export const canaries = {
  deviceCode: "canary-device-code-5d41",
  accessToken: "canary-access-token-8f2a",
  refreshToken: "canary-refresh-token-77b0",
  code: "canary-authorization-code-31e9",
};

export const clientId = "6a1b1c1e-24a4-4bd9-9a53-3b5e7f0e6a11";

type Answer = {
  status: number;
  json?: object;
  text?: string;
  headers?: Record<string, string>;
  wait?: Promise<unknown>;
};

export interface StandIn {
  authority: string;
  requests: { path: string; form: URLSearchParams; authorization: string | undefined }[];
  count(path: string, grant?: string): number;
  /** The responses to polls; the last one repeats. By default, the first poll succeeds. */
  polls: (Answer | "approved")[];
  /** The responses to renewals. By default, they succeed. */
  refresh: Answer | undefined;
  /** The next user to sign in. */
  person: { sub: string; email: string; name: string };
  expiresIn: number;
  interval: number;
  accessTokenLife: number;
  /** Responds to paths that are not the issuer's, as a web API. */
  api: (request: IncomingMessage, body: string) => Answer;
  revocation: "works" | "fails" | "refuses" | "none";
  /** Override members of the token responses; an undefined one is left out. */
  tokenMembers: Record<string, unknown>;
  /** Override members of the metadata. */
  metadata: Record<string, unknown>;
  /** The URL of the browser after an approval, or with these parameters instead (RFC 6749 §4.1.2). */
  comeBack(address: string, parameters?: Record<string, string>): string;
  close(): Promise<void>;
}

/** An OpenID Connect issuer, and a web API, on one loopback port. */
export async function standInIssuer(t: TestContext): Promise<StandIn> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", async () => {
      const path = request.url ?? "";
      const form = new URLSearchParams(body);
      standIn.requests.push({ path, form, authorization: request.headers.authorization });
      const { status, json, text, headers, wait } = answer(path, form, request, body);
      await wait;
      const type = json ? "application/json" : "text/plain";
      response.writeHead(status, { "content-type": type, ...headers }).end(json ? JSON.stringify(json) : (text ?? ""));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let issued = 0;
  const nonces = new Map<string, string>();

  function answer(path: string, form: URLSearchParams, request: IncomingMessage, body: string): Answer {
    switch (path) {
      case "/.well-known/openid-configuration":
        return { status: 200, json: metadata() };
      case "/keys":
        return { status: 200, json: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one", alg: "ES256" }] } };
      case "/device_authorization":
        return {
          status: 200,
          json: {
            device_code: canaries.deviceCode,
            user_code: "WDJB-MJHT",
            verification_uri: `${origin}/device`,
            verification_uri_complete: `${origin}/device?user_code=WDJB-MJHT`,
            expires_in: standIn.expiresIn,
            interval: standIn.interval,
          },
        };
      case "/token": {
        if (form.get("grant_type") === "refresh_token") return standIn.refresh ?? tokens();
        if (form.get("grant_type") === "authorization_code") return tokens(nonces.get(form.get("code") ?? ""));
        const poll = standIn.polls.length > 1 ? standIn.polls.shift() : standIn.polls[0];
        return poll === undefined || poll === "approved" ? tokens() : poll;
      }
      case "/revoke":
        if (standIn.revocation === "refuses") return { status: 401, json: { error: "invalid_client" } };
        return { status: standIn.revocation === "works" ? 200 : 503 };
      default:
        return standIn.api(request, body);
    }
  }

  const metadata = () => ({
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    device_authorization_endpoint: `${origin}/device_authorization`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/keys`,
    id_token_signing_alg_values_supported: ["ES256"],
    ...(standIn.revocation !== "none" && { revocation_endpoint: `${origin}/revoke` }),
    ...standIn.metadata,
  });

  function tokens(nonce?: string): Answer {
    const n = ++issued;
    const now = Math.floor(Date.now() / 1_000);
    const { sub, email, name } = standIn.person;
    const claims = {
      iss: origin,
      aud: clientId,
      sub,
      iat: now,
      exp: now + 600,
      preferred_username: email,
      email,
      name,
      ...(nonce !== undefined && { nonce }),
    };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "ES256", kid: "one" })}.${part(claims)}`;
    const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return {
      status: 200,
      json: {
        token_type: "Bearer",
        access_token: `${canaries.accessToken}-${n}`,
        refresh_token: `${canaries.refreshToken}-${n}`,
        expires_in: standIn.accessTokenLife,
        scope: "todo.read",
        id_token: `${signed}.${signature.toString("base64url")}`,
        ...standIn.tokenMembers,
      },
    };
  }

  const standIn: StandIn = {
    authority: origin,
    requests: [],
    count: (path, grant) =>
      standIn.requests.filter((seen) => seen.path === path && (!grant || seen.form.get("grant_type") === grant)).length,
    polls: [],
    refresh: undefined,
    person: { sub: "ada-1", email: "ada@contoso.example", name: "Ada" },
    expiresIn: 900,
    interval: 1,
    accessTokenLife: 3_600,
    api: () => ({ status: 404, text: "not here" }),
    revocation: "works",
    tokenMembers: {},
    metadata: {},
    comeBack(address, parameters) {
      const asked = new URL(address).searchParams;
      const code = `${canaries.code}-${nonces.size}`;
      nonces.set(code, asked.get("nonce") ?? "");
      const query = new URLSearchParams({ ...(parameters ?? { code }), state: asked.get("state") ?? "" });
      return `${asked.get("redirect_uri")}/?${query}`;
    },
    async close() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
  t.after(() => standIn.close());
  return standIn;
}

export const pending: Answer = { status: 400, json: { error: "authorization_pending" } };

export const refusal = (error: string, description?: string): Answer => ({
  status: 400,
  json: { error, ...(description !== undefined && { error_description: description }) },
});
