import { DoorcodeError, type DoorcodeErrorCode } from "../errors.ts";
import { type HttpAnswer, isOutsidePeriod, isProxyError, type TransportError } from "../transport/transport.ts";
import { withoutSecrets } from "./without-secrets.ts";

export interface IssuerErrorContext {
  /** What was requested; completes "the answer to the request for …". */
  request: string;
  /** What the request carried and errors must not repeat: device code, refresh token, client secret. */
  secrets?: readonly string[];
}

/** OAuth errors (RFC 6749 §5.2, RFC 8628 §3.5, OpenID Connect Core §3.1.2.6) and Microsoft's own. */
const oauthCodes: Record<string, DoorcodeErrorCode> = {
  access_denied: "denied",
  authorization_declined: "denied",
  expired_token: "code_expired",
  code_expired: "code_expired",
  invalid_grant: "sign_in_again",
  bad_token: "sign_in_again",
  interaction_required: "sign_in_again",
  login_required: "sign_in_again",
  consent_required: "sign_in_again",
  account_selection_required: "sign_in_again",
  temporarily_unavailable: "issuer_unreachable",
  server_error: "issuer_unreachable",
};

/** Converts an error answer into the error that a caller sees, with AADSTS number, description and correlation ID. */
export function issuerError(answer: HttpAnswer, context: IssuerErrorContext): DoorcodeError {
  const body = readJsonObject(answer.body);
  const error = body && stringOf(body.error);
  if (!error) return withoutError(answer, context);

  const text = (value: unknown) => {
    const given = stringOf(value);
    return given && plainText(given, { secrets: context.secrets ?? [] });
  };
  const name = plainText(error, { secrets: context.secrets ?? [], limit: 80 });
  const description = text(body.error_description);
  const aadsts = aadstsNumber(body.error_codes, description);
  const correlationId = text(body.correlation_id) ?? /Correlation ID: ([0-9a-f-]{36})/i.exec(description ?? "")?.[1];
  const traceId = text(body.trace_id) ?? /Trace ID: ([0-9a-f-]{36})/i.exec(description ?? "")?.[1];
  const known = aadstsCode(aadsts) ?? oauthCodes[name];
  // Throttled: the issuer did not process the request, whatever else the answer says.
  const throttled = answer.status === 429;
  const code = throttled
    ? "issuer_unreachable"
    : (known ?? (isBusy(answer) ? "issuer_unreachable" : "client_rejected"));
  const suberror = text(body.suberror);
  const hint = aadstsHint(aadsts, { description, suberror }) ?? hintOfWords(name, description ?? name);
  return new DoorcodeError(code, {
    detail: sentence({ name, description, aadsts, correlationId }),
    error: name,
    ...(suberror !== undefined && { suberror }),
    ...(aadsts !== undefined && { aadsts }),
    ...(correlationId !== undefined && { correlationId }),
    ...(traceId !== undefined && { traceId }),
    ...(hint !== undefined && { hint }),
  });
}

/** Temporary failures: the same statuses that `withRetries` tries again. */
export const isBusy = ({ status }: HttpAnswer): boolean => status >= 500 || status === 429 || status === 408;

/** For issuers without error numbers, which are recognized by their wording. */
function hintOfWords(error: string, text: string): string | undefined {
  if (/\bredirect[_ -]?ur[il]/i.test(text)) return `If the redirect URI is the cause: ${redirectHint}`;
  return /^(unauthorized_client|unsupported_grant_type)$/.test(error) ? grantTypeHint : undefined;
}

/** Not an OAuth error: a gateway in front, a wrong address, or a server that is down. Its text is never repeated. */
function withoutError(answer: HttpAnswer, context: IssuerErrorContext): DoorcodeError {
  const type = plainText(answer.headers["content-type"]?.split(";")[0] ?? "", { limit: 60 });
  const what = answer.body === "" ? "an empty body" : type ? `a body of type ${type}` : "a body without a type";
  const detail = `the answer to the request for ${context.request} is HTTP ${answer.status} with ${what}.`;
  return new DoorcodeError(isBusy(answer) ? "issuer_unreachable" : "invalid_issuer_response", { detail });
}

function sentence(parts: {
  name: string;
  description: string | undefined;
  aadsts: number | undefined;
  correlationId: string | undefined;
}): string {
  const number = parts.aadsts === undefined ? "" : `AADSTS${parts.aadsts}`;
  const text = parts.description ?? parts.name;
  const numbered = number === "" || text.includes(number) ? text : `${number}: ${text}`;
  const id = parts.correlationId;
  return id === undefined || numbered.includes(id) ? numbered : `${numbered} (Correlation ID: ${id})`;
}

function aadstsNumber(errorCodes: unknown, description: string | undefined): number | undefined {
  if (Array.isArray(errorCodes) && Number.isInteger(errorCodes[0])) return errorCodes[0];
  const found = /AADSTS(\d{4,8})\b/.exec(description ?? "");
  return found ? Number(found[1]) : undefined;
}

/** A final network failure. */
export function unreachable(failure: TransportError): DoorcodeError {
  if (failure.kind === "too_large") {
    return new DoorcodeError("invalid_issuer_response", { detail: `${failure.message}.`, cause: failure });
  }
  if (isProxyError(failure.cause)) {
    const hint = `Check the proxy that ${failure.cause.variable} names; hosts in NO_PROXY are reached without a proxy.`;
    return new DoorcodeError("issuer_unreachable", { detail: `${failure.message}.`, cause: failure, hint });
  }
  const hint = isOutsidePeriod(failure)
    ? "Correct this machine's clock if it is wrong; otherwise the issuer's operator must renew the certificate."
    : "Check the certificate, or name the issuer's CA (option ca, --ca-file or DOORCODE_CA_FILE).";
  return new DoorcodeError("issuer_unreachable", {
    detail: `${failure.message}.`,
    cause: failure,
    ...(failure.kind === "tls" && { hint }),
  });
}

/**
 * What only Microsoft's number says: Conditional Access answers `invalid_grant` or `access_denied`, and only the number
 * distinguishes a policy from a user who declined.
 */
const aadstsCodes: Record<number, DoorcodeErrorCode> = {
  50005: "blocked_by_policy", // device policy: platform not supported
  50053: "blocked_by_policy", // locked
  50057: "blocked_by_policy", // account disabled
  50097: "blocked_by_policy", // device authentication required
  50105: "blocked_by_policy", // not assigned to the application
  50129: "blocked_by_policy", // device not joined
  50131: "blocked_by_policy", // Conditional Access, general
  65004: "denied",
  70016: "invalid_issuer_response", // pending: if it arrives as a final answer, the issuer contradicts itself
  70018: "denied",
  70019: "code_expired",
  70020: "code_expired",
  90119: "client_rejected",
  501051: "client_rejected",
};

/** How to fix an unknown redirect URI: a sign-in in the browser comes back to this machine. */
export const redirectHint =
  "register http://localhost as a redirect URI of the app (on Entra: mobile and desktop applications), or sign in with a code.";

const grantTypeHint =
  "The application may not use this grant type: allow it in the application's registration (a Doorcode tenant: grantTypes), or sign in another way (doorcode login --browser or --device).";

/** For numbers with two meanings; the suberror or the issuer's text decides. */
function ambiguousHint(aadsts: number, { description = "", suberror }: Said): string | undefined {
  if (aadsts === 65001 && suberror === "consent_required") {
    return "Sign in again: the page asks for consent. On Entra an administrator must consent first; customers cannot.";
  }
  // Entra's 650057 means that the registration does not list the API.
  if (aadsts !== 650057 || !/administrative scopes/i.test(description)) return undefined;
  const allow = "on the tenant's machine: doorcode tenant apps allow-administration CLIENT_ID";
  return /by device code/i.test(description)
    ? `Sign in through a browser (doorcode login --browser), or allow it ${allow} --by-device-code`
    : `Allow it ${allow} (with --by-device-code for sign-ins with a code as well)`;
}

const aadstsHints: Record<number, string> = {
  50011: `The redirect URI is not registered for the app: ${redirectHint}`,
  65001: "An administrator of the tenant must consent to these permissions; customers cannot.",
  90094: "An administrator of the tenant must consent to these permissions; customers cannot.",
  90002: "No such tenant: check the authority's tenant ID or name.",
  500011: "No such API in this tenant: check the scope's prefix.",
  70011: "Check the scopes: api://<API's client ID>/<scope>.",
  28002: "Check the scopes: api://<API's client ID>/<scope>.",
  700022: "Request the scopes of one API at a time.",
  700016: "No such application in this tenant: check the client ID and the authority.",
  70003: grantTypeHint,
  50076:
    "Sign in again: the page asks for what the tenant now requires, such as a second factor or another way to sign in.",
  650057:
    "The application's registration does not list this API: check the scope's prefix, or add the API's permission there.",
  7000215:
    "Check the client secret: use its value, not its ID, and the secret of this application. A public client has no secret: omit it.",
  7000222:
    "The client secret has expired: create a new one (Entra: Certificates & secrets; a Doorcode tenant: doorcode tenant apps add-secret).",
  7000218: 'Set "Allow public client flows" to Yes on the application\'s registration.',
  700027:
    "The application has no such certificate, or it has expired: register it (Entra: Certificates & secrets; a Doorcode tenant: doorcode tenant apps add-certificate).",
  700024: "Check this machine's clock: it differs from the issuer's by minutes.",
  501051:
    "An administrator must assign one of the API's roles (application permissions) to the application, then consent.",
  7000229:
    "The application has no service principal in this tenant: an administrator creates one by consenting to the application.",
  500208:
    "Customer accounts cannot sign in on that page: use https://<subdomain>.ciamlogin.com/common/oauth2/deviceauth.",
};

export function aadstsCode(aadsts: number | undefined): DoorcodeErrorCode | undefined {
  if (aadsts === undefined) return undefined;
  // 53000 to 53999, and the longer numbers that begin with these (530032 …), are Conditional Access.
  if (Math.floor(aadsts / 1_000) === 53 || Math.floor(aadsts / 10_000) === 53) return "blocked_by_policy";
  return aadstsCodes[aadsts];
}

/** The parts of an error besides its number. */
interface Said {
  description?: string | undefined;
  suberror?: string | undefined;
}

export const aadstsHint = (aadsts: number | undefined, said: Said = {}): string | undefined =>
  aadsts === undefined ? undefined : (ambiguousHint(aadsts, said) ?? aadstsHints[aadsts]);

/**
 * Makes an issuer's text safe for a terminal and a log: one line, without control or direction characters (they could
 * change what the reader sees), of limited length, and without the request's secrets, which some servers echo.
 */
export function plainText(text: string, options: { secrets?: readonly string[]; limit?: number } = {}): string {
  const plain = withoutSecrets(text, options.secrets ?? [])
    .replace(/[\p{Cc}\s]+/gu, " ")
    .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, "")
    .trim();
  const limit = options.limit ?? 600;
  return plain.length <= limit ? plain : `${plain.slice(0, limit - 1)}…`;
}

/** The same answer; if it is an OAuth error, with any status, none of its members repeats the request's secrets. */
export function errorWithoutSecrets(answer: HttpAnswer, secrets: readonly string[]): HttpAnswer {
  const body = readJsonObject(answer.body);
  // Any other body is never repeated.
  if (!body || !stringOf(body.error)) return answer;
  const masked = (_: string, value: unknown) => (typeof value === "string" ? withoutSecrets(value, secrets) : value);
  return { ...answer, body: JSON.stringify(body, masked) };
}

/**
 * Reads a body as a JSON object; undefined for anything else. A parser's own message quotes the text, which may hold a
 * token.
 */
export function readJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Not JSON.
  }
  return undefined;
}

/** Drops empty members: a server may send an optional one as null, "" or [] instead of leaving it out. */
export function withoutEmpty<T>(value: T): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const isEmpty = (member: unknown) =>
    member === null || member === "" || (Array.isArray(member) && member.length === 0);
  return Object.fromEntries(Object.entries(value).filter(([, member]) => !isEmpty(member))) as T;
}

/** The member if it is a non-empty string. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
