/** Error codes of Microsoft Graph (docs: "Microsoft Graph error responses and resource types"). */
export type GraphErrorCode =
  | "InvalidAuthenticationToken"
  | "Authorization_RequestDenied"
  | "Request_ResourceNotFound"
  | "Request_BadRequest"
  | "Request_MultipleObjectsWithSameKeyValue"
  | "ObjectConflict"
  | "CannotDeleteOrUpdateEnabledEntitlement"
  | "TooManyRequests"
  | "serviceNotAvailable"
  | "UnknownError";

/** An error response of Graph, not a server failure. Thrown to refuse a request under /graph/v1.0. */
export class GraphError extends Error {
  override name = "GraphError";
  readonly status: number;
  readonly code: GraphErrorCode;
  /** Response headers: `www-authenticate`, `retry-after` … */
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

/** Graph's error body. `now` in milliseconds since the epoch; `requestId` is also in our log. */
export function graphErrorBody(
  error: Pick<GraphError, "code" | "message">,
  ids: { requestId: string; clientRequestId: string },
  now: number,
): GraphErrorBody {
  const { code, message } = error;
  // Graph's own format: UTC to the second, without a zone.
  const date = new Date(now).toISOString().slice(0, 19);
  const innerError = { date, "request-id": ids.requestId, "client-request-id": ids.clientRequestId };
  return { error: { code, message, innerError } };
}

/** Errors that many resources share, in Graph's own words where they are known. */
export function badRequest(message: string): GraphError {
  return new GraphError(400, "Request_BadRequest", message);
}

export function invalidProperty(property: string, resource: string, why: string): GraphError {
  return badRequest(`Invalid value specified for property '${property}' of resource '${resource}': ${why}`);
}

export function notFound(what: string): GraphError {
  return new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${what}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** Another object has this value of a unique property. */
export function alreadyTaken(property: string): GraphError {
  return new GraphError(
    409,
    "Request_MultipleObjectsWithSameKeyValue",
    `Another object with the same value for property ${property} already exists.`,
  );
}

export function conflict(message: string): GraphError {
  return new GraphError(409, "ObjectConflict", message);
}
