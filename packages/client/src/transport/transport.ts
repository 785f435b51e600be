import type { ProxyError } from "./proxy.ts";

/** One HTTP request to an issuer: small bodies, redirects are not followed, no status is an error. */
export interface HttpRequest {
  /** The absolute address. */
  url: string;
  /** The HTTP method. */
  method: "GET" | "POST";
  /** The request's headers. */
  headers?: Record<string, string>;
  /** The body, usually a form. */
  body?: string;
  /** Time limit for the whole exchange in milliseconds; a hung connection fails as `timeout`. */
  timeoutMs: number;
  /** Cancels the request. */
  signal?: AbortSignal | undefined;
}

/** The answer to an `HttpRequest`. */
export interface HttpAnswer {
  /** The HTTP status. */
  status: number;
  /** Header names are in lower case. */
  headers: Record<string, string>;
  /** The decoded body: at most 1 MiB. */
  body: string;
}

/**
 * A request that got no answer. `cause` is Node's error.
 * @example
 * ```ts
 * import { type Transport, TransportError } from "@doorcode/client";
 *
 * const offline: Transport = {
 *   send: async ({ url }) => {
 *     throw new TransportError("connection", `${new URL(url).host} is offline`);
 *   },
 * };
 * ```
 */
export class TransportError extends Error {
  /** Always `TransportError`. */
  override name = "TransportError";
  /**
   * `timeout`: no answer in time. `connection`: refused, reset, unresolved or cut off. `tls`: the certificate is not
   * trusted. `too_large`: over 1 MiB.
   */
  readonly kind: "timeout" | "connection" | "tls" | "too_large";

  constructor(kind: TransportError["kind"], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** Sends the client's requests to the issuer. Implement it for tests, or for a network of your own. */
export interface Transport {
  /**
   * Sends one request.
   * @throws TransportError
   * @throws the signal's reason when it aborts
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

/** OpenSSL's and Node's names for "this certificate is not trusted" in `error.code`. */
const certificateCodes =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_)/;
/** No common protocol, or a rejected handshake: unlike a broken connection, these do not go away by waiting. */
const handshakeCodes = /^ERR_SSL_(?!SSL_HANDSHAKE_FAILURE_TIMEOUT)/;

/** Describes Node's error. `through`: the proxy, which may be what failed. */
export function asTransportError(error: unknown, url: URL, through?: string): TransportError {
  if (error instanceof TransportError) return error;
  if (isProxyError(error)) {
    return new TransportError(error.kind === "tls" ? "tls" : "connection", error.message, { cause: error });
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (certificateCodes.test(code)) {
    return new TransportError("tls", `the certificate of ${url.host} is not trusted${clockToo(code)} (${code})`, {
      cause: error,
    });
  }
  if (handshakeCodes.test(code)) {
    return new TransportError("tls", `the TLS handshake with ${url.host} failed (${code})`, { cause: error });
  }
  const route = `${url.host}${through ? ` through the proxy ${through}` : ""}`;
  return new TransportError("connection", `${sentence(code)} ${route}${code && ` (${code})`}`, { cause: error });
}

/** By its name: the class comes with the proxy libraries, which most programs never load. */
export const isProxyError = (error: unknown): error is ProxyError =>
  error instanceof Error && error.name === "ProxyError" && "variable" in error;

/** TLS works; only the certificate was rejected. */
export const isUntrusted = ({ kind, cause }: TransportError): boolean =>
  kind === "tls" && cause instanceof Error && "code" in cause && certificateCodes.test(String(cause.code));

/**
 * A certificate outside its validity period is the issuer's fault, or this machine's clock is wrong: this cannot be
 * distinguished here.
 */
const outsidePeriod = ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"];

const clockToo = (code: string) =>
  outsidePeriod.includes(code) ? ` at ${new Date().toISOString()}, by this machine's clock` : "";

export const isOutsidePeriod = ({ cause }: TransportError): boolean =>
  cause instanceof Error && "code" in cause && outsidePeriod.includes(String(cause.code));

function sentence(code: string): string {
  if (code === "ECONNREFUSED") return "connection refused by";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "cannot resolve";
  if (code === "ENETUNREACH" || code === "EHOSTUNREACH") return "no route to";
  return "lost the connection to";
}
