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
