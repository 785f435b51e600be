import { TransportError } from "./transport.ts";

/** OpenSSL's and Node's names for "this certificate is not trusted", as they appear in `error.code`. */
const certificateCodes =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_)/;
/** No common protocol or a refused handshake: waiting does not mend it, unlike a handshake that was cut off. */
const handshakeCodes = /^ERR_SSL_(?!SSL_HANDSHAKE_FAILURE_TIMEOUT)/;

/** Node's error in the words of the transport. */
export function asTransportError(error: unknown, url: URL): TransportError {
  if (error instanceof TransportError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (certificateCodes.test(code)) {
    return new TransportError("tls", `the certificate of ${url.host} is not trusted (${code})`, { cause: error });
  }
  if (handshakeCodes.test(code)) {
    return new TransportError("tls", `no TLS with ${url.host} (${code})`, { cause: error });
  }
  return new TransportError("connection", `${sentence(code)} ${url.host}${code && ` (${code})`}`, { cause: error });
}

function sentence(code: string): string {
  if (code === "ECONNREFUSED") return "nothing listens at";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "no address is known for";
  if (code === "ENETUNREACH" || code === "EHOSTUNREACH") return "no route leads to";
  return "the connection was lost to";
}
