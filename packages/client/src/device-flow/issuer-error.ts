import { DoorcodeError, type DoorcodeErrorCode } from "../errors.ts";
import type { HttpAnswer } from "../transport/transport.ts";
import { aadstsCode, aadstsHint, redirectHint } from "./aadsts.ts";
import { plainText } from "./plain-text.ts";
import { readJsonObject, stringOf } from "./read-json.ts";

export interface IssuerErrorContext {
  /** What was asked for, to complete "the answer to the request for …". */
  request: string;
  /** What the request carried and no error may repeat: device code, refresh token, client secret. */
  secrets?: readonly string[];
}

/** OAuth errors (RFC 6749 §5.2, RFC 8628 §3.5, OpenID Connect Core §3.1.2.6) and Microsoft's own. */
const codes: Record<string, DoorcodeErrorCode> = {
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

/** An answer that is no success, as the error a caller sees: AADSTS number, description and correlation ID are kept. */
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
  const known = aadstsCode(aadsts) ?? codes[name];
  // Throttled: whatever else it says was not looked into.
  const throttled = answer.status === 429;
  const code = throttled
    ? "issuer_unreachable"
    : (known ?? (isBusy(answer) ? "issuer_unreachable" : "client_rejected"));
  const hint = aadstsHint(aadsts) ?? hintOfWords(description ?? name);
  const suberror = text(body.suberror);
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

/** What may pass by itself: the same statuses as `withRetries` tries again. */
export const isBusy = ({ status }: HttpAnswer): boolean => status >= 500 || status === 429 || status === 408;

/** Issuers without numbers of their own: nothing but the redirect URI is called that. */
const hintOfWords = (text: string) =>
  /\bredirect[_ -]?ur[il]/i.test(text) ? `If it is that one: ${redirectHint}` : undefined;

/** No OAuth error inside: a gateway in front, a wrong address, or a server that is down. Its text is never repeated. */
function withoutError(answer: HttpAnswer, context: IssuerErrorContext): DoorcodeError {
  const type = plainText(answer.headers["content-type"]?.split(";")[0] ?? "", { limit: 60 });
  const what = answer.body === "" ? "an empty body" : type ? `a body of type ${type}` : "a body without a type";
  const detail = `the answer to the request for ${context.request} is HTTP ${answer.status} with ${what}.`;
  return new DoorcodeError(isBusy(answer) ? "issuer_unreachable" : "issuer_misbehaved", { detail });
}

function sentence(parts: {
  name: string;
  description: string | undefined;
  aadsts: number | undefined;
  correlationId: string | undefined;
}): string {
  const number = parts.aadsts === undefined ? "" : `AADSTS${parts.aadsts}`;
  const told = parts.description ?? parts.name;
  const numbered = number === "" || told.includes(number) ? told : `${number}: ${told}`;
  const id = parts.correlationId;
  return id === undefined || numbered.includes(id) ? numbered : `${numbered} (Correlation ID: ${id})`;
}

function aadstsNumber(errorCodes: unknown, description: string | undefined): number | undefined {
  if (Array.isArray(errorCodes) && Number.isInteger(errorCodes[0])) return errorCodes[0];
  const found = /AADSTS(\d{4,8})\b/.exec(description ?? "");
  return found ? Number(found[1]) : undefined;
}
