import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../kernel/time.ts";

/**
 * Entra's error numbers, each with its OAuth error, HTTP status and sentence (facts: Microsoft's list of AADSTS codes).
 * In one place, so that a correction changes one line.
 */
export const protocolErrors = {
  pending: [
    70016,
    400,
    "authorization_pending",
    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
  ],
  slow_down: [70016, 400, "slow_down", "The device polls too fast. Increase the polling interval by 5 seconds."],
  code_expired: [
    70020,
    400,
    "expired_token",
    "The device code has expired. Start the sign-in again to get a new code.",
  ],
  declined: [70018, 400, "access_denied", "The user declined the sign-in."],
  bad_code: [70019, 400, "invalid_grant", "The device code is unknown."],
  code_redeemed: [54005, 400, "invalid_grant", "The device code was already redeemed. Start the sign-in again."],
  wrong_client: [70000, 400, "invalid_grant", "The grant was issued to another application."],
  bad_refresh_token: [70000, 400, "invalid_grant", "The refresh token is unknown."],
  refresh_expired: [700082, 400, "invalid_grant", "The refresh token has expired due to inactivity. Sign in again."],
  revoked: [50173, 400, "invalid_grant", "The sign-in was revoked. Sign in again."],
  user_disabled: [50057, 400, "invalid_grant", "The account is disabled."],
  mfa_required: [
    50076,
    400,
    "interaction_required",
    "The administrator requires a second factor for this application, and this sign-in has none. Sign in again.",
  ],
  sign_in_method: [
    50076,
    400,
    "interaction_required",
    "The application's user flow does not list the method of this sign-in. Sign in again with a listed method.",
  ],
  details_required: [
    50076,
    400,
    "interaction_required",
    "The application's user flow requires information that the account does not have yet. Sign in again to provide it.",
  ],
  not_assigned: [
    50105,
    400,
    "invalid_grant",
    "The application requires assignment, and the account is not assigned to it. Ask the administrator.",
  ],
  app_unknown: [700016, 401, "invalid_client", "No application with this client_id is registered in this tenant."],
  secret_missing: [
    7000218,
    401,
    "invalid_client",
    "The request must contain a client_assertion or client_secret, because the application does not allow public client flows.",
  ],
  secret_wrong: [7000215, 401, "invalid_client", "The client secret is wrong."],
  secret_expired: [
    7000222,
    401,
    "invalid_client",
    "The client secret has expired. Add a new one to the application's registration.",
  ],
  assertion_malformed: [50027, 401, "invalid_client", "The client assertion is invalid."],
  assertion_signature: [700027, 401, "invalid_client", "The client assertion failed signature validation."],
  assertion_time: [700024, 401, "invalid_client", "The client assertion is not within its valid time range."],
  assertion_client: [
    700021,
    401,
    "invalid_client",
    "The client assertion's application identifier doesn't match the 'client_id' parameter: iss and sub must both be the client ID.",
  ],
  assertion_audience: [
    700023,
    401,
    "invalid_client",
    "The client assertion's audience must be this tenant's issuer or its token endpoint.",
  ],
  assertion_used: [
    50013,
    401,
    "invalid_client",
    "The client assertion was already used. Create a new one for each request.",
  ],
  client_id_missing: [900144, 401, "invalid_client", "The request body must contain the parameter 'client_id'."],
  parameter_missing: [900144, 400, "invalid_request", "The request body must contain the parameter"],
  parameter_repeated: [90023, 400, "invalid_request", "A parameter is repeated:"],
  parameter_invalid: [90023, 400, "invalid_request", "The request is malformed:"],
  grant_unsupported: [70003, 400, "unsupported_grant_type", "The grant type is not supported."],
  grant_not_allowed: [
    70003,
    400,
    "unauthorized_client",
    "The application is not allowed to use this grant type. Allow it in the application's registration.",
  ],
  administration_not_allowed: [
    650057,
    400,
    "invalid_scope",
    "The application may not request these administrative scopes: its registration does not list them.",
  ],
  administration_by_device_code: [
    650057,
    400,
    "invalid_scope",
    "Administrative scopes are not granted by device code. Sign in through a browser, or ask the tenant's operator to allow it.",
  ],
  scope_invalid: [70011, 400, "invalid_scope", "The provided value for the parameter 'scope' is not valid:"],
  scope_not_default: [
    1002012,
    400,
    "invalid_scope",
    "With client credentials, request exactly one scope: the resource followed by /.default (api://<client ID>/.default).",
  ],
  service_principal_missing: [
    7000229,
    401,
    "invalid_client",
    "The application has no service principal in this tenant: create it with POST /servicePrincipals.",
  ],
  role_missing: [
    501051,
    400,
    "invalid_grant",
    "The application has no assigned role at the resource, so a token would permit nothing:",
  ],
  several_resources: [
    700022,
    400,
    "invalid_scope",
    "The scopes belong to more than one resource. Request one resource at a time.",
  ],
  resource_unknown: [500011, 400, "invalid_scope", "No API with this identifier is registered in this tenant:"],
  admin_consent: [90094, 400, "invalid_scope", "An administrator must first consent to"],
  administrator_needed: [
    90094,
    400,
    "interaction_required",
    "Only an administrator can be granted these scopes, and the account is not an administrator of this tenant. Sign in as one.",
  ],
  consent_required: [65001, 400, "invalid_grant", "There is no consent to this yet. Sign in again and request"],
  tenant_unknown: [90002, 400, "invalid_tenant", "The tenant was not found."],
  response_type: [700054, 400, "unsupported_response_type", "The response_type must be 'code'."],
  redirect_unregistered: [
    50011,
    400,
    "invalid_request",
    "The redirect_uri of the request is not registered for the application.",
  ],
  challenge_missing: [9002325, 400, "invalid_request", "A public client must send a code_challenge (PKCE)."],
  challenge_invalid: [50147, 400, "invalid_request", "The code_challenge must be a SHA-256 hash in base64url."],
  challenge_method: [501491, 400, "invalid_request", "The code_challenge_method must be 'S256'."],
  login_required: [50058, 400, "login_required", "The user must sign in first, and the request allows no interaction."],
  question_required: [
    65001,
    400,
    "consent_required",
    "The user must consent first, and the request allows no interaction.",
  ],
  refused: [65004, 400, "access_denied", "The user declined."],
  code_unknown: [70000, 400, "invalid_grant", "The authorization code is unknown."],
  code_too_old: [70008, 400, "invalid_grant", "The authorization code has expired. Start the sign-in again."],
  code_used: [
    54005,
    400,
    "invalid_grant",
    "The authorization code was already redeemed, so the resulting sign-in is revoked. Start the sign-in again.",
  ],
  redirect_differs: [500112, 400, "invalid_grant", "The redirect_uri differs from the one that the code was sent to."],
  verifier_wrong: [501481, 400, "invalid_grant", "The code_verifier does not match the code_challenge of the request."],
  too_many: [
    90055,
    429,
    "temporarily_unavailable",
    "Too many requests. Wait as long as Retry-After says, then try again.",
  ],
  unavailable: [
    90006,
    503,
    "temporarily_unavailable",
    "The tenant's store is not available at the moment. Wait as long as Retry-After says, then try again.",
  ],
  failed: [
    90033,
    500,
    "server_error",
    "The tenant could not process the request. Try again. Its log shows the reason under the trace ID.",
  ],
} as const satisfies Record<string, readonly [number, number, string, string]>;

export type ProtocolErrorName = keyof typeof protocolErrors;

/** An error response of the protocol, not a server failure. Endpoints throw it, and `sendProtocolError` sends it. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
  /** Which of `protocolErrors` it is. */
  readonly why: ProtocolErrorName;
  readonly number: number;
  /** What follows the sentence of `protocolErrors`. */
  readonly detail: string | undefined;
  readonly status: number;
  /** The OAuth error code (RFC 6749 §5.2, RFC 8628 §3.5). */
  readonly error: string;
  readonly suberror: string | undefined;
  /** What the next sign-in must include: a claims request (OpenID Connect Core §5.5) as JSON. */
  readonly claims: string | undefined;
  /** Sent as Retry-After. */
  readonly retryAfterSeconds: number | undefined;
  /** The transaction that refused wrote an audit record. */
  readonly recorded: boolean;
  /** A fault that a tester asked for, which was reported where it was injected. */
  readonly injected: boolean;

  constructor(
    name: ProtocolErrorName,
    more: {
      detail?: string;
      error?: string;
      status?: number;
      suberror?: string;
      claims?: string;
      retryAfterSeconds?: number;
      recorded?: boolean;
      injected?: boolean;
      /** Of an error that only Entra has: instead of those of `name`. */
      number?: number;
      sentence?: string;
    } = {},
  ) {
    const [number, status, error, ownSentence] = protocolErrors[name];
    const sentence = more.sentence ?? ownSentence;
    const { stackTraceLimit } = Error;
    // Every pending poll is one of these, and their stack traces are never read.
    Error.stackTraceLimit = 0;
    super(more.detail === undefined ? sentence : `${sentence} ${more.detail}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.why = name;
    this.number = more.number ?? number;
    this.detail = more.detail;
    this.status = more.status ?? status;
    this.error = more.error ?? error;
    this.suberror = more.suberror;
    this.claims = more.claims;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.recorded = more.recorded ?? false;
    this.injected = more.injected ?? false;
  }
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The client's own ID for the request if it sent a GUID, otherwise a new one. */
export function correlationIdOf({ headers }: Pick<FastifyRequest, "headers">): string {
  const sent = headers["client-request-id"];
  return typeof sent === "string" && GUID.test(sent) ? sent.toLowerCase() : randomUUID();
}

/** Entra's error body: the OAuth members of RFC 6749 §5.2, AADSTS number, IDs and time. */
export function errorBody(
  error: ProtocolError,
  ids: { traceId: string; correlationId: string },
  clock: Clock,
): Record<string, unknown> {
  const { traceId, correlationId } = ids;
  const timestamp = `${new Date(clock.now()).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const body: Record<string, unknown> = {
    error: error.error,
    error_description: `AADSTS${error.number}: ${error.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [error.number],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
  };
  if (error.suberror !== undefined) body.suberror = error.suberror;
  if (error.claims !== undefined) body.claims = error.claims;
  return body;
}

/** RFC 6749 §5.1. */
export const NOT_CACHED = { "cache-control": "no-store", pragma: "no-cache" };

/** The OAuth error that a reply carries, for the metrics. */
export interface ReplyWithOutcome extends FastifyReply {
  outcome?: string;
}

export function sendProtocolError(
  reply: FastifyReply,
  request: FastifyRequest,
  error: ProtocolError,
  clock: Clock,
): FastifyReply {
  const correlationId = correlationIdOf(request);
  (reply as ReplyWithOutcome).outcome = error.error;
  reply.status(error.status).headers({ ...NOT_CACHED, "client-request-id": correlationId });
  if (error.retryAfterSeconds !== undefined) reply.header("retry-after", error.retryAfterSeconds);
  // RFC 6749 §5.2: after an attempt at HTTP authentication, the response names the scheme.
  if (error.status === 401 && request.headers.authorization !== undefined) {
    reply.header("www-authenticate", 'Basic realm="token endpoint", charset="UTF-8"');
  }
  // The log has the same trace ID next to the cause.
  return reply.send(errorBody(error, { traceId: request.id, correlationId }, clock));
}
