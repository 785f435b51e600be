import { issuerOf } from "../../directory/tenant-config.ts";
import { formMayLeadTo } from "../../oauth/authorization-code/redirect-uri.ts";
import { errorBody, type ProtocolError } from "../../oauth/protocol-error.ts";
import type { ReturnAddress } from "../../storage/authorization-request.ts";
import type { Answer, PageRequest } from "../page-request.ts";

/** Redirects the browser to the program with a code (RFC 6749 §4.1.2) and the issuer (RFC 9207). */
export function answerWithCode(request: PageRequest, back: ReturnAddress, code: string): Answer {
  return answerProgram(request, back, { code });
}

/** Spelled like Entra's (RFC 6749 §4.1.2.1). */
export function answerWithError(request: PageRequest, back: ReturnAddress, error: ProtocolError): Answer {
  const body = errorBody(error, idsOf(request), request.ctx.clock);
  return answerProgram(request, back, {
    error: error.error,
    error_description: String(body.error_description),
    ...(error.suberror === undefined ? {} : { error_subcode: error.suberror }),
  });
}

/**
 * Shows the error to the user if the program must not be answered. The code is enough for its developer; the log has
 * the details. With the embedded default, the user is the developer: `yaml` is what to add to their file.
 */
export function refuseToPerson(request: PageRequest, error: ProtocolError, yaml: string | null = null): Answer {
  const { traceId } = idsOf(request);
  request.ctx.log.warn(
    { trace_id: traceId, aadsts: error.number, why: error.message },
    "an authorization request was refused",
  );
  return { view: { page: "request_refused", code: `AADSTS${error.number}`, traceId, yaml } };
}

function answerProgram(request: PageRequest, back: ReturnAddress, answer: Record<string, string>): Answer {
  const { redirectUri, responseMode, state } = back;
  const fields = { ...answer, ...(state === null ? {} : { state }), iss: issuerOf(request.ctx.config) };
  // OAuth 2.0 Form Post Response Mode: one of our pages sends the form.
  if (responseMode === "form_post") {
    return { view: { page: "form_post", by: "form", to: redirectUri, fields }, formTarget: redirectUri };
  }
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(fields)) target.searchParams.append(name, value);
  // No form may lead there, not even by a redirect, so the page has a link.
  if (!formMayLeadTo(redirectUri)) return { view: { page: "form_post", by: "link", to: target.href } };
  return { to: target.href };
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function idsOf({ requestId, fields }: PageRequest): { traceId: string; correlationId: string } {
  const sent = fields.get("client-request-id") ?? "";
  return { traceId: requestId, correlationId: GUID.test(sent) ? sent.toLowerCase() : requestId };
}
