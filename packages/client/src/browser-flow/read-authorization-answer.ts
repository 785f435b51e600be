import { issuerError } from "../device-flow/issuer-error.ts";
import { plainText } from "../device-flow/plain-text.ts";
import type { IssuerMetadata } from "../engines/metadata.ts";
import { DoorcodeError } from "../errors.ts";

/**
 * The code of an authorization response (RFC 6749 §4.1.2), checked by oauth4webapi: that it comes from the issuer that was asked
 * (`iss`, RFC 9207), that no parameter is there twice. An error response is the DoorcodeError that it stands for.
 * @throws DoorcodeError `denied`, `blocked_by_policy`, `client_rejected`, `issuer_misbehaved`, …
 */
export async function readAuthorizationAnswer(
  parameters: URLSearchParams,
  { state, clientId, metadata }: { state: string; clientId: string; metadata: IssuerMetadata },
): Promise<string> {
  const oauth = await import("oauth4webapi");
  const issuer = issuerNamed(parameters.get("iss") ?? "", metadata.issuer);
  const server = { ...metadata.document, issuer } as import("oauth4webapi").AuthorizationServer;
  try {
    const code = oauth.validateAuthResponse(server, { client_id: clientId }, parameters, state).get("code");
    if (code) return code;
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) throw refusal(parameters, state);
    // Its errors hold the parameters as their cause, the code among them; only its sentence goes on.
    throw unusable(error instanceof Error ? plainText(error.message) : "it cannot be read", parameters, issuer);
  }
  throw unusable("it has no code", parameters, issuer);
}

/** Microsoft's shared authorities have one metadata for all tenants, with a place for the tenant's ID. */
function issuerNamed(iss: string, issuer: string): string {
  const [before = "", after] = issuer.split("{tenantid}");
  if (after === undefined || !iss.startsWith(before) || !iss.endsWith(after)) return issuer;
  const tenant = iss.slice(before.length, iss.length - after.length);
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(tenant) ? iss : issuer;
}

function refusal(parameters: URLSearchParams, state: string): DoorcodeError {
  const { error_subcode, ...body } = Object.fromEntries(parameters);
  if (error_subcode) body.suberror ??= error_subcode;
  const answer = { status: 400, headers: {}, body: JSON.stringify(body) };
  return issuerError(answer, { request: "the authorization", secrets: [state] });
}

function unusable(why: string, parameters: URLSearchParams, issuer: string): DoorcodeError {
  const iss = parameters.get("iss");
  const detail = `the browser came back with an answer that cannot be used: ${why}.`;
  if (iss === null || iss === issuer) return new DoorcodeError("issuer_misbehaved", { detail });
  return new DoorcodeError("issuer_misbehaved", {
    detail: `${detail} It says that it is from ${plainText(iss, { limit: 200 })}.`,
    hint: "Somebody may be in between; the code was sent to nobody. Check the authority and start the sign-in again.",
  });
}
