import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../kernel/time.ts";

/**
 * Entra's error numbers, each with the OAuth error, the HTTP status and the sentence it goes with
 * (facts: Microsoft's list of AADSTS codes). One place, so that a correction is one line.
 */
const catalogue = {
  pending: [
    70016,
    400,
    "authorization_pending",
    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
  ],
  slow_down: [70016, 400, "slow_down", "The device polls too fast. Wait 5 seconds longer between polls from now on."],
  code_expired: [
    70020,
    400,
    "expired_token",
    "The device code has expired. Start the sign-in again to get a new code.",
  ],
  declined: [70018, 400, "access_denied", "The person declined the sign-in."],
  bad_code: [70019, 400, "invalid_grant", "The device code is not known here."],
  code_redeemed: [54005, 400, "invalid_grant", "The device code was already redeemed. Start the sign-in again."],
  wrong_client: [70000, 400, "invalid_grant", "The grant was issued to another application."],
  bad_refresh_token: [70000, 400, "invalid_grant", "The refresh token is not known here."],
  refresh_expired: [700082, 400, "invalid_grant", "The refresh token has expired due to inactivity. Sign in again."],
  revoked: [50173, 400, "invalid_grant", "The sign-in was revoked. Sign in again."],
  user_disabled: [50057, 400, "invalid_grant", "The account is disabled."],
  mfa_required: [
    50076,
    400,
    "interaction_required",
    "The administrator requires a second factor for this application, and this sign-in had none. Sign in again.",
  ],
  sign_in_method: [
    50076,
    400,
    "interaction_required",
    "The application's user flow does not list the method of this sign-in. Sign in again by one that it lists.",
  ],
  details_required: [
    50076,
    400,
    "interaction_required",
    "The application's user flow asks for something that the account has not given yet. Sign in again to give it.",
  ],
  not_assigned: [
    50105,
    400,
    "invalid_grant",
    "The account is not assigned to the application, which requires it. Ask the administrator.",
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
  assertion_malformed: [50027, 401, "invalid_client", "The client assertion is not usable."],
  assertion_signature: [700027, 401, "invalid_client", "The client assertion failed signature validation."],
  assertion_time: [700024, 401, "invalid_client", "The client assertion is not within its valid time range."],
  assertion_client: [
    700021,
    401,
    "invalid_client",
    "The client assertion's application identifier doesn't match the 'client_id' parameter: iss and sub have to be it.",
  ],
  assertion_audience: [
    700023,
    401,
    "invalid_client",
    "The client assertion's audience has to be this tenant's issuer or its token endpoint.",
  ],
  assertion_used: [
    50013,
    401,
    "invalid_client",
    "The client assertion was used for this before; make one for each request.",
  ],
  client_id_missing: [900144, 401, "invalid_client", "The request body must contain the parameter 'client_id'."],
  parameter_missing: [900144, 400, "invalid_request", "The request body must contain the parameter"],
  parameter_repeated: [90023, 400, "invalid_request", "A parameter is given more than once:"],
  parameter_invalid: [90023, 400, "invalid_request", "The request is malformed:"],
  grant_unsupported: [70003, 400, "unsupported_grant_type", "This grant type is not supported here."],
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
    "The application may not ask for these administrative scopes: its registration does not name them.",
  ],
  administration_by_device_code: [
    650057,
    400,
    "invalid_scope",
    "Administrative scopes are not granted by device code here. Sign in through a browser, or ask whoever runs the tenant to allow it.",
  ],
  scope_invalid: [70011, 400, "invalid_scope", "The provided value for the parameter 'scope' is not valid:"],
  scope_not_default: [
    1002012,
    400,
    "invalid_scope",
    "An app on its own asks for one scope, that of the resource followed by /.default (api://<client ID>/.default).",
  ],
  service_principal_missing: [
    7000229,
    401,
    "invalid_client",
    "The application has no service principal in this tenant: POST /servicePrincipals makes it.",
  ],
  role_missing: [
    501051,
    400,
    "invalid_grant",
    "The application is assigned no role of the resource, so that a token would permit nothing:",
  ],
  several_resources: [
    700022,
    400,
    "invalid_scope",
    "The scopes belong to more than one resource; ask for one resource at a time.",
  ],
  resource_unknown: [500011, 400, "invalid_scope", "No API with this identifier is registered in this tenant:"],
  admin_consent: [90094, 400, "invalid_scope", "An administrator has to consent first to"],
  administrator_needed: [
    90094,
    400,
    "interaction_required",
    "What is asked for is an administrator's to grant, and the account is no administrator of this tenant. Sign in as one.",
  ],
  consent_required: [65001, 400, "invalid_grant", "Nobody has consented to this yet; sign in again and ask for"],
  tenant_unknown: [90002, 400, "invalid_tenant", "There is no such tenant here."],
  response_type: [700054, 400, "unsupported_response_type", "The only response_type here is 'code'."],
  redirect_unregistered: [
    50011,
    400,
    "invalid_request",
    "The redirect_uri of the request is not one that is registered for the application.",
  ],
  challenge_missing: [9002325, 400, "invalid_request", "A public client must send a code_challenge (PKCE)."],
  challenge_invalid: [50147, 400, "invalid_request", "The code_challenge is not the base64url text of a SHA-256 hash."],
  challenge_method: [501491, 400, "invalid_request", "The only code_challenge_method here is 'S256'."],
  login_required: [
    50058,
    400,
    "login_required",
    "The person has to sign in first, and the request wants nobody asked.",
  ],
  question_required: [
    65001,
    400,
    "consent_required",
    "The person has to be asked whether the application may, and the request wants nobody asked.",
  ],
  refused: [65004, 400, "access_denied", "The person said no."],
  code_unknown: [70000, 400, "invalid_grant", "The authorization code is not known here."],
  code_too_old: [70008, 400, "invalid_grant", "The authorization code has expired. Start the sign-in again."],
  code_used: [
    54005,
    400,
    "invalid_grant",
    "The authorization code was already redeemed, so what it gave is revoked. Start the sign-in again.",
  ],
  redirect_differs: [500112, 400, "invalid_grant", "The redirect_uri is not the one that the code was sent to."],
  verifier_wrong: [501481, 400, "invalid_grant", "The code_verifier does not match the code_challenge of the request."],
  too_many: [
    90055,
    429,
    "temporarily_unavailable",
    "There are too many requests. Wait as long as Retry-After says, and try again.",
  ],
  failed: [
    90033,
    500,
    "server_error",
    "The tenant could not answer. Try again; the trace ID finds the reason in its log.",
  ],
} as const satisfies Record<string, readonly [number, number, string, string]>;

export type ProtocolErrorName = keyof typeof catalogue;

/** An answer of the protocol, not a failure of the server: thrown by endpoints, written by `sendProtocolError`. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
  readonly number: number;
  readonly status: number;
  /** The OAuth error code (RFC 6749 §5.2, RFC 8628 §3.5). */
  readonly error: string;
  readonly suberror: string | undefined;
  /** What the next sign-in has to bring: a claims request (OpenID Connect Core §5.5) as JSON. */
  readonly claims: string | undefined;
  /** Becomes Retry-After. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    name: ProtocolErrorName,
    more: {
      detail?: string;
      error?: string;
      status?: number;
      suberror?: string;
      claims?: string;
      retryAfterSeconds?: number;
    } = {},
  ) {
    const [number, status, error, sentence] = catalogue[name];
    const { stackTraceLimit } = Error;
    // Every pending poll is one of these: nobody reads where it was thrown.
    Error.stackTraceLimit = 0;
    super(more.detail === undefined ? sentence : `${sentence} ${more.detail}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.number = number;
    this.status = more.status ?? status;
    this.error = more.error ?? error;
    this.suberror = more.suberror;
    this.claims = more.claims;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The client's own id for the request where it sent a GUID, else a new one. */
export function correlationIdOf(request: FastifyRequest): string {
  const sent = request.headers["client-request-id"];
  return typeof sent === "string" && GUID.test(sent) ? sent.toLowerCase() : randomUUID();
}

/** Entra's error body: the OAuth members of RFC 6749 §5.2, AADSTS number, ids and time. */
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

export function sendProtocolError(
  reply: FastifyReply,
  request: FastifyRequest,
  error: ProtocolError,
  clock: Clock,
): FastifyReply {
  const correlationId = correlationIdOf(request);
  reply
    .status(error.status)
    .headers({ "cache-control": "no-store", pragma: "no-cache", "client-request-id": correlationId });
  if (error.retryAfterSeconds !== undefined) reply.header("retry-after", error.retryAfterSeconds);
  // RFC 6749 §5.2: whoever tried HTTP authentication is told the scheme.
  if (error.status === 401 && request.headers.authorization !== undefined) {
    reply.header("www-authenticate", 'Basic realm="token endpoint", charset="UTF-8"');
  }
  // The log has the same one at what failed.
  return reply.send(errorBody(error, { traceId: request.id, correlationId }, clock));
}
