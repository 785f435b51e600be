import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";
import * as zlib from "node:zlib";

/** Time limit for one answer of an issuer, in milliseconds. */
const TIMEOUT_MS = 5_000;
const MAX_RESPONSE_BYTES = 512 * 1024;

/**
 * The https URL, or http on loopback; undefined for anything else: keys loaded over plain http could come from anyone.
 */
export function secureUrl(text: unknown): URL | undefined {
  if (typeof text !== "string" || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && loopback) ? url : undefined;
}

/** Trusts this CA (PEM) in addition to those that Node.js trusts. */
export function secureContextFor(ca: string): tls.SecureContext {
  // tls.getCACertificates, which includes NODE_EXTRA_CA_CERTS, is newer than Node.js 20.
  const known = tls.getCACertificates?.("default") ?? tls.rootCertificates;
  return tls.createSecureContext({ ca: [...known, ca] });
}

/**
 * GETs a JSON object. Uses node:https, because fetch accepts a CA only through a separately installed undici. Redirects
 * are not followed: only the configured address is asked. HTTPS_PROXY, ALL_PROXY and NO_PROXY are honored.
 */
export async function fetchJson(url: URL, secureContext?: tls.SecureContext): Promise<Record<string, unknown>> {
  const trusted = secureContext && { secureContext };
  const proxy = await proxyOf(url);
  const options = {
    // A new connection each time: with one request every ten minutes, a pooled socket would usually be dead.
    agent: proxy ? await proxy.agentWith({ keepAlive: false, ...trusted }) : (false as const),
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(url.protocol === "https:" && trusted),
  };
  const request = (url.protocol === "https:" ? https : http).get(url, options);
  // An error after the response has no other listener.
  request.on("error", () => {});
  try {
    // `once` observes the signal: aborting a request that has no socket yet emits nothing.
    const [response] = (await once(request, "response", { signal: options.signal })) as [http.IncomingMessage];
    return await readJson(response, url);
  } catch (error) {
    if (!options.signal.aborted) throw named(error, url);
    const silent = proxy && !request.socket ? `the proxy ${proxy.name} did not connect to ${url.host}` : undefined;
    throw new Error(`${silent ?? `${url.host} did not answer`} within ${TIMEOUT_MS / 1000} s`, { cause: error });
  } finally {
    // Without a socket, only the proxy's agent can be ended.
    request.emit("abandoned");
    request.destroy();
  }
}

const proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/** Loaded only if a proxy is configured. */
async function proxyOf(url: URL) {
  if (url.protocol !== "https:" || !proxyVariables.some((name) => process.env[name])) return undefined;
  const { proxyFor, tunnelAgent } = await import("./proxy.ts");
  const server = proxyFor(url);
  return (
    server && {
      name: server.name,
      agentWith: (options: Parameters<typeof tunnelAgent>[1]) => tunnelAgent(server, options),
    }
  );
}

async function readJson(response: http.IncomingMessage, url: URL): Promise<Record<string, unknown>> {
  try {
    if (response.statusCode !== 200) throw new Error(`${addressOf(url)} answered ${response.statusCode}`);
    const tooMuch = () => new Error(`${addressOf(url)} answered with more than ${MAX_RESPONSE_BYTES} bytes`);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_RESPONSE_BYTES) throw tooMuch();
      chunks.push(chunk);
    }
    const body = unpacked(Buffer.concat(chunks), response.headers["content-encoding"], url);
    if (body.length > MAX_RESPONSE_BYTES) throw tooMuch();
    return jsonObject(body.toString(), response.headers["content-type"], url);
  } finally {
    response.destroy();
  }
}

/**
 * A request without Accept-Encoding allows any coding (RFC 9110 §12.5.3), and some gateways compress regardless of the
 * request.
 */
function unpacked(body: Buffer, contentEncoding: string | undefined, url: URL): Buffer {
  const coding = contentEncoding?.trim().toLowerCase() ?? "identity";
  const options = { maxOutputLength: MAX_RESPONSE_BYTES + 1 };
  try {
    if (coding === "identity" || coding === "") return body;
    if (coding === "gzip" || coding === "x-gzip") return zlib.gunzipSync(body, options);
    if (coding === "deflate") return zlib.inflateSync(body, options);
    if (coding === "br") return zlib.brotliDecompressSync(body, options);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return Buffer.alloc(MAX_RESPONSE_BYTES + 1);
    throw new Error(`${addressOf(url)} labels its answer ${coding}, but it is not`, { cause });
  }
  throw new Error(`${addressOf(url)} answered with a Content-Encoding that is not supported`);
}

function jsonObject(text: string, contentType: string | undefined, url: URL): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    const type = contentType?.split(";")[0] || "no type";
    throw new Error(`${addressOf(url)} did not answer with JSON but with a body of type ${type}`);
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw new Error(`${addressOf(url)} did not answer with a JSON object`);
}

/** For errors: user name, password and query may be secret. */
export const addressOf = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

/** A certificate outside its validity period may be right and this machine's clock wrong, so the error names both. */
function named(error: unknown, url: URL): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "CERT_HAS_EXPIRED" && code !== "CERT_NOT_YET_VALID") return error;
  const message = `the certificate of ${url.host} is not trusted at ${new Date().toISOString()}, by this machine's clock`;
  return Object.assign(new Error(message, { cause: error }), { code });
}
