import type { JsonWebKey, KeyObject, webcrypto } from "node:crypto";
import type { ClientCredential } from "../client.ts";
import { DoorcodeError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import { errorWithoutSecrets } from "./issuer-answer.ts";
import { checkTokenEndpoint } from "./issuer-check.ts";
import type { ConnectedSession, IssuerMetadata } from "./issuer-session.ts";

type Session = Pick<ConnectedSession, "clientId" | "credential" | "metadata" | "clock">;

/** Not loaded with `import`; see token-store/store-state.ts. */
const crypto = process.getBuiltinModule("node:crypto");

/**
 * A transport that authenticates the client at the token, device authorization and revocation endpoints (RFC 6749 §2.3,
 * RFC 8628 §3.1, RFC 7009 §2.1), for both engines. Each request gets its own assertion, which is valid once (RFC 7523
 * §3).
 */
export function authenticatingTransport(transport: Transport, session: Session): Transport {
  const { credential, metadata } = session;
  if (credential === undefined) return transport;
  const revocation = plainAddress(metadata.revocationEndpoint);
  const endpoints = [metadata.tokenEndpoint, metadata.deviceAuthorizationEndpoint].map(plainAddress);
  return {
    async send(request) {
      const to = plainAddress(request.url);
      if (request.method !== "POST" || (to !== revocation && !endpoints.includes(to))) return transport.send(request);
      const form = new URLSearchParams(request.body);
      const headers = new Headers();
      const sent = await prove(session, form, headers, to === revocation);
      const answer = await transport.send({
        ...request,
        headers: { ...request.headers, ...Object.fromEntries(headers) },
        body: form.toString(),
      });
      // Some servers echo what they reject.
      return errorWithoutSecrets(answer, sent);
    },
  };
}

/** MSAL converts addresses to lower case. */
const plainAddress = (url: string | undefined) => url?.toLowerCase().replace(/[?#].*/, "");

/** Adds the credential to the form or the headers. Returns what errors must not repeat of it. */
async function prove(
  { clientId, credential, metadata, clock }: Session,
  form: URLSearchParams,
  headers: Headers,
  forRevocation: boolean,
): Promise<string[]> {
  const oauth = await import("oauth4webapi");
  const server = { issuer: metadata.issuer, token_endpoint: metadata.tokenEndpoint };
  const client = { client_id: clientId, [oauth.clockSkew]: Math.round((clock.now() - Date.now()) / 1_000) };
  if (credential && "secret" in credential) {
    const secret = await textOf(credential.secret, "secret");
    form.delete("client_id");
    const method = secretMethod(metadata, forRevocation);
    const authenticate = {
      client_secret_post: oauth.ClientSecretPost,
      client_secret_basic: oauth.ClientSecretBasic,
      client_secret_jwt: oauth.ClientSecretJwt,
    }[method];
    await authenticate(secret)(server, client, form, headers);
    return [secret, ...proofIn(form, headers)];
  }
  const text = await textOf(credential?.privateKey, "privateKey");
  const { key, header } = await signingKey(text, metadata);
  const isEntra = metadata.engine === "entra";
  if (isEntra) checkTokenEndpoint(metadata);
  const authenticate = oauth.PrivateKeyJwt(key, {
    [oauth.modifyAssertion](protectedHeader, payload) {
      Object.assign(protectedHeader, header);
      // Optional (RFC 7523 §3), and rejected where this machine's clock is a second ahead.
      delete payload.nbf;
      // Entra expects the token endpoint as the audience; other issuers expect the issuer, or either.
      if (isEntra) payload.aud = metadata.tokenEndpoint;
    },
  });
  await authenticate(server, client, form, headers);
  return proofIn(form, headers);
}

/** An assertion, or the value of a Basic header with and without its padding. */
function proofIn(form: URLSearchParams, headers: Headers): string[] {
  const basic = headers.get("authorization")?.replace(/^Basic /, "");
  return [form.get("client_assertion"), basic, basic?.replace(/=+$/, "")].filter((text) => typeof text === "string");
}

async function textOf(value: string | (() => string | Promise<string>) | undefined, name: string): Promise<string> {
  const text = typeof value === "function" ? await value() : value;
  if (typeof text === "string" && text !== "") return text;
  throw unusable(`${name} is empty.`, "Copy it from the issuer, or omit the option credential for a public client.");
}

/**
 * Decided by the endpoint's own list, otherwise by the token endpoint's list. `client_secret_post` first: servers
 * differ in how they decode HTTP Basic. Without a list it is Basic (RFC 8414 §2), which every server must accept (RFC
 * 6749 §2.3.1).
 */
function secretMethod({ tokenAuthMethods, revocationAuthMethods }: IssuerMetadata, forRevocation: boolean) {
  const listed = (forRevocation ? revocationAuthMethods : undefined) ?? tokenAuthMethods ?? [];
  const known = ["client_secret_post", "client_secret_basic", "client_secret_jwt"] as const;
  return known.find((method) => listed.includes(method)) ?? "client_secret_basic";
}

const names: Record<string, { name: string; namedCurve?: string; hash?: string }> = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384" },
  ES512: { name: "ECDSA", namedCurve: "P-521" },
  Ed25519: { name: "Ed25519" },
};

/**
 * Reads the key from a PEM text or a JWK, and what belongs into the assertion's header. Errors never repeat the text.
 */
async function signingKey(
  text: string,
  metadata: IssuerMetadata,
): Promise<{ key: webcrypto.CryptoKey; header: Record<string, string> }> {
  const header: Record<string, string> = {};
  let object: KeyObject;
  let named: unknown;
  if (text.trimStart().startsWith("{")) {
    const jwk = readJwk(text);
    object = read(() => crypto.createPrivateKey({ key: jwk, format: "jwk" }));
    if (typeof jwk.kid === "string") header.kid = jwk.kid;
    named = jwk.alg;
  } else if (text.includes("-----BEGIN CERTIFICATE-----")) {
    const { parseCertificate } = await import("../app-certificate.ts");
    const { privateKey, thumbprintSha256 } = parseCertificate(text);
    object = crypto.createPrivateKey(privateKey);
    header["x5t#S256"] = Buffer.from(thumbprintSha256, "hex").toString("base64url");
  } else object = read(() => crypto.createPrivateKey(text));
  const possible = algorithmsOf(object, metadata);
  const alg =
    possible.find((name) => name === named) ?? possible.find((name) => metadata.assertionAlgs?.includes(name));
  const algorithm = names[alg ?? possible[0] ?? ""];
  if (!algorithm)
    throw unusable("the private key has a type that cannot sign assertions.", "Use RSA, P-256 or Ed25519.");
  const { subtle } = crypto.webcrypto;
  const key = await subtle.importKey("jwk", object.export({ format: "jwk" }), algorithm, false, ["sign"]);
  return { key, header };
}

/** In order of preference. Entra requires PS256 together with `x5t#S256`. */
function algorithmsOf(
  { asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject,
  metadata: IssuerMetadata,
): string[] {
  const curves: Record<string, string> = { prime256v1: "ES256", secp384r1: "ES384", secp521r1: "ES512" };
  if (type === "rsa") return metadata.engine === "entra" ? ["PS256", "RS256"] : ["RS256", "PS256"];
  if (type === "ec") return [curves[asymmetricKeyDetails?.namedCurve ?? ""] ?? ""];
  return type === "ed25519" ? ["Ed25519"] : [];
}

function readJwk(text: string): JsonWebKey {
  return read(() => JSON.parse(text) as JsonWebKey);
}

function read<T>(make: () => T): T {
  try {
    return make();
  } catch {
    // The original error may quote the text.
    throw unusable("the private key cannot be read.", "Use PEM without a passphrase, or a JWK.");
  }
}

const unusable = (detail: string, hint: string) =>
  new DoorcodeError("configuration", { detail: `the client's credential cannot be used: ${detail}`, hint });

/** @throws DoorcodeError `configuration` */
export function checkCredential(credential: ClientCredential | undefined): ClientCredential | undefined {
  if (credential === undefined) return undefined;
  const values = Object.values(credential);
  const isUsable = (value: unknown) => typeof value === "function" || (typeof value === "string" && value !== "");
  if (values.length === 1 && ("secret" in credential || "privateKey" in credential) && isUsable(values[0]))
    return credential;
  throw unusable(
    "it must have either secret or privateKey.",
    "Use one of the two: a non-empty string, or a function that returns one.",
  );
}
