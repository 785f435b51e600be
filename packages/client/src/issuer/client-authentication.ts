import type { JsonWebKey, KeyObject, webcrypto } from "node:crypto";
import type { ClientCredential } from "../client.ts";
import { DoorcodeError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import { errorWithoutSecrets } from "./issuer-answer.ts";
import { checkTokenEndpoint } from "./issuer-check.ts";
import type { ConnectedSession, IssuerMetadata } from "./issuer-session.ts";

type Session = Pick<ConnectedSession, "clientId" | "credential" | "metadata" | "clock">;

/** Not by `import`; see token-store/store-state.ts. */
const crypto = process.getBuiltinModule("node:crypto");

/**
 * A transport whose requests to the token, device authorization and revocation endpoints prove who the client is (RFC 6749
 * §2.3, RFC 8628 §3.1, RFC 7009 §2.1), whichever engine sends them. Each request is proved anew: an assertion serves once
 * (RFC 7523 §3).
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
      // Some servers echo what they refuse.
      return errorWithoutSecrets(answer, sent);
    },
  };
}

/** MSAL writes addresses in lower case. */
const plainAddress = (url: string | undefined) => url?.toLowerCase().replace(/[?#].*/, "");

/** Adds the proof to the form or the headers; returns what no error may repeat of it. */
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
      // Optional (RFC 7523 §3), and refused where this machine's clock is a second ahead.
      delete payload.nbf;
      // Entra takes the token endpoint for the audience; the others the issuer, or both.
      if (isEntra) payload.aud = metadata.tokenEndpoint;
    },
  });
  await authenticate(server, client, form, headers);
  return proofIn(form, headers);
}

/** An assertion, and the value of a Basic header with and without its padding. */
function proofIn(form: URLSearchParams, headers: Headers): string[] {
  const basic = headers.get("authorization")?.replace(/^Basic /, "");
  return [form.get("client_assertion"), basic, basic?.replace(/=+$/, "")].filter((text) => typeof text === "string");
}

async function textOf(value: string | (() => string | Promise<string>) | undefined, name: string): Promise<string> {
  const text = typeof value === "function" ? await value() : value;
  if (typeof text === "string" && text !== "") return text;
  throw unusable(
    `${name} is empty.`,
    "Give it as the issuer has it, or leave the option credential out for a public client.",
  );
}

/**
 * By the endpoint's own list, else by that of the token endpoint. `client_secret_post` first: servers differ in how they
 * decode what HTTP Basic carries. Without a list it is Basic (RFC 8414 §2), which each server must take (RFC 6749 §2.3.1).
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

/** The key of a PEM text or a JWK, and what the assertion's header says of it. Errors never repeat the text. */
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
  if (!algorithm) throw unusable("the private key is of a kind that signs no assertion.", "Use RSA, P-256 or Ed25519.");
  const { subtle } = crypto.webcrypto;
  const key = await subtle.importKey("jwk", object.export({ format: "jwk" }), algorithm, false, ["sign"]);
  return { key, header };
}

/** Best first; Entra wants PS256 beside `x5t#S256`. */
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
    // Its own error may quote the text.
    throw unusable("the private key cannot be read.", "It is PEM without a passphrase, or a JWK.");
  }
}

const unusable = (detail: string, hint: string) =>
  new DoorcodeError("configuration", { detail: `the client's credential is not usable: ${detail}`, hint });

/** @throws DoorcodeError `configuration` */
export function checkCredential(credential: ClientCredential | undefined): ClientCredential | undefined {
  if (credential === undefined) return undefined;
  const values = Object.values(credential);
  const isUsable = (value: unknown) => typeof value === "function" || (typeof value === "string" && value !== "");
  if (values.length === 1 && ("secret" in credential || "privateKey" in credential) && isUsable(values[0]))
    return credential;
  throw unusable(
    "it is not either secret or privateKey.",
    "Give one of the two: a text that is not empty, or a function that returns one.",
  );
}
