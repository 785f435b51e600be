import type { ProxyError } from "./proxy.ts";

/** One HTTP exchange, as the engines need it: small bodies, no redirects followed, nothing thrown for a status. */
export interface HttpRequest {
  url: string;
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds for the whole exchange; a hung socket ends as `timeout`. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: string;
}

/** What never became an answer. `cause` has Node's error. */
export class TransportError extends Error {
  override name = "TransportError";
  /** `timeout`: nothing came in time; `connection`: refused, reset, unresolved, cut off; `tls`: the certificate is not trusted; `too_large`: over 1 MiB. */
  readonly kind: "timeout" | "connection" | "tls" | "too_large";

  constructor(kind: TransportError["kind"], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/**
 * @throws TransportError
 * @throws the signal's reason when it aborts
 */
export interface Transport {
  send(request: HttpRequest): Promise<HttpAnswer>;
}

/** OpenSSL's and Node's names for "this certificate is not trusted", as they appear in `error.code`. */
const certificateCodes =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_)/;
/** No common protocol or a refused handshake: waiting does not mend it, unlike a handshake that was cut off. */
const handshakeCodes = /^ERR_SSL_(?!SSL_HANDSHAKE_FAILURE_TIMEOUT)/;

/** Node's error in the words of the transport. `through`: the proxy in between, which may be what failed. */
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
    return new TransportError("tls", `no TLS with ${url.host} (${code})`, { cause: error });
  }
  const route = `${url.host}${through ? ` through the proxy ${through}` : ""}`;
  return new TransportError("connection", `${sentence(code)} ${route}${code && ` (${code})`}`, { cause: error });
}

/** By its name: the class comes with the libraries for proxies, which most programs never load. */
export const isProxyError = (error: unknown): error is ProxyError =>
  error instanceof Error && error.name === "ProxyError" && "variable" in error;

/** There is TLS, and only the certificate was refused. */
export const isUntrusted = ({ kind, cause }: TransportError): boolean =>
  kind === "tls" && cause instanceof Error && "code" in cause && certificateCodes.test(String(cause.code));

/** Of a certificate that is outside its period the issuer is to blame, or this machine's clock: nothing here can tell. */
const outsidePeriod = ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"];

const clockToo = (code: string) =>
  outsidePeriod.includes(code) ? ` at ${new Date().toISOString()}, which is what this machine's clock says` : "";

export const isOutsidePeriod = ({ cause }: TransportError): boolean =>
  cause instanceof Error && "code" in cause && outsidePeriod.includes(String(cause.code));

function sentence(code: string): string {
  if (code === "ECONNREFUSED") return "nothing listens at";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "no address is known for";
  if (code === "ENETUNREACH" || code === "EHOSTUNREACH") return "no route leads to";
  return "the connection was lost to";
}
