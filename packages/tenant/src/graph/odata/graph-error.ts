/** Codes that Microsoft Graph's own errors have (docs: "Microsoft Graph error responses and resource types"). */
export type GraphErrorCode =
  | "InvalidAuthenticationToken"
  | "Authorization_RequestDenied"
  | "Request_ResourceNotFound"
  | "Request_BadRequest"
  | "Request_MultipleObjectsWithSameKeyValue"
  | "ObjectConflict"
  | "CannotDeleteOrUpdateEnabledEntitlement"
  | "TooManyRequests"
  | "UnknownError";

/** An answer of Graph, not a failure of the server: thrown by whoever refuses a request under /graph/v1.0. */
export class GraphError extends Error {
  override name = "GraphError";
  readonly status: number;
  readonly code: GraphErrorCode;
  /** Of the answer: `www-authenticate`, `retry-after` … */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: GraphErrorCode,
    message: string,
    options: { headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
  }
}

export interface GraphErrorBody {
  error: {
    code: GraphErrorCode;
    message: string;
    innerError: { date: string; "request-id": string; "client-request-id": string };
  };
}

/** Graph's error body. `now` in milliseconds since the epoch; `requestId` is the one in our log. */
export function graphErrorBody(
  error: Pick<GraphError, "code" | "message">,
  ids: { requestId: string; clientRequestId: string },
  now: number,
): GraphErrorBody {
  const { code, message } = error;
  // Graph's own form: UTC to the second, without a zone.
  const date = new Date(now).toISOString().slice(0, 19);
  const innerError = { date, "request-id": ids.requestId, "client-request-id": ids.clientRequestId };
  return { error: { code, message, innerError } };
}
