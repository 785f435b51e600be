import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";

/** Milliseconds an issuer has for one answer. */
const TIMEOUT_MS = 5_000;
const MAX_RESPONSE_BYTES = 512 * 1024;

/** The https URL, or http on loopback; undefined for anything else: keys read over plain http can be anybody's. */
export function secureUrl(text: unknown): URL | undefined {
  if (typeof text !== "string" || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && loopback) ? url : undefined;
}

/** Trusts the CA of this PEM in addition to those that Node.js trusts. */
export function secureContextFor(ca: string): tls.SecureContext {
  // tls.getCACertificates, which knows NODE_EXTRA_CA_CERTS too, is newer than Node.js 20.
  const known = tls.getCACertificates?.("default") ?? tls.rootCertificates;
  return tls.createSecureContext({ ca: [...known, ca] });
}

/**
 * GET of a JSON object. node:https and not fetch, because fetch takes a CA only through a separately installed undici.
 * Redirects are not followed: what is configured is what is asked.
 */
export function fetchJson(url: URL, secureContext?: tls.SecureContext): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const options = {
      // A connection of its own: this happens every ten minutes, a pooled socket would only be found dead.
      agent: false,
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    };
    const onResponse = async (response: http.IncomingMessage) => {
      try {
        if (response.statusCode !== 200) throw new Error(`${url.href} answered ${response.statusCode}`);
        const chunks: Buffer[] = [];
        let size = 0;
        for await (const chunk of response as AsyncIterable<Buffer>) {
          size += chunk.length;
          if (size > MAX_RESPONSE_BYTES) throw new Error(`${url.href} answered more than ${MAX_RESPONSE_BYTES} bytes`);
          chunks.push(chunk);
        }
        const json: unknown = JSON.parse(Buffer.concat(chunks).toString());
        if (typeof json !== "object" || json === null || Array.isArray(json)) {
          throw new Error(`${url.href} did not answer a JSON object`);
        }
        resolve(json as Record<string, unknown>);
      } catch (error) {
        response.destroy();
        reject(error);
      }
    };
    const request =
      url.protocol === "https:"
        ? https.get(url, { ...options, ...(secureContext && { secureContext }) }, onResponse)
        : http.get(url, options, onResponse);
    request.once("error", reject);
  });
}
