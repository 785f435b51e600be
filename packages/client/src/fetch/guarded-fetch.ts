import type { AccessToken, Api, TokenRequest } from "../client.ts";
import { DoorcodeError } from "../errors.ts";
import { plainText } from "../issuer/issuer-answer.ts";
import { covers } from "../token-store/read-store.cts";
import { isStream, sendFollowing, wentElsewhere } from "./bearer-fetch.ts";
import type { Fetch } from "./node-fetch.ts";

export interface FetchContext {
  apis: readonly Api[];
  fetch: Fetch;
  getToken(request: TokenRequest): Promise<AccessToken>;
}

/**
 * `fetch` with the token of the API that declares the URL's origin. A 401 and a claims challenge lead to one silent
 * renewal; a 403 for missing scopes, to a token with more of the declared scopes. If the API still rejects the request,
 * the user must sign in.
 */
export async function guardedFetch(
  context: FetchContext,
  target: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  const { fetch } = context;
  const url = URL.canParse(String(target)) ? new URL(target) : undefined;
  if (!url)
    throw new DoorcodeError("configuration", {
      detail: "the address to call is not a URL.",
      hint: "Use a complete URL, for example https://api.contoso.example/items.",
    });
  const api = context.apis.find(({ origin }) => origin === url.origin);
  if (!api) throw new DoorcodeError("origin_not_declared", { detail: `${url.origin}.` });
  const signal = init.signal ?? undefined;
  const ask = { scopes: api.scopes, ...(signal && { signal }) };

  const token = await context.getToken(ask);
  const response = await sendFollowing(url, init, { token: token.token, fetch });
  const renewal = whatToAskFor(response, api, token);
  if (!renewal) return response;
  // Frees the connection.
  await response.body?.cancel();

  const renewed = await renew(context, { ...ask, ...renewal }, renewal.claims);
  if (isStream(init.body)) throw new DoorcodeError("body_not_replayable");
  const second = await sendFollowing(url, init, { token: renewed.token, fetch });
  const refusal = challengeOf(second);
  if (second.status !== 401 || !refusal) return second;
  await second.body?.cancel();
  const asked = plainText(second.headers.get("www-authenticate") ?? "", { secrets: [renewed.token], limit: 400 });
  const answered = asked === "" ? "HTTP 401" : `HTTP 401, WWW-Authenticate: ${asked}`;
  throw refused(`The API at ${url.origin} rejects the token (${answered}).`, refusal.claims);
}

/** The issuer renewed the token, so it is not the issuer that demands a sign-in. */
function refused(message: string, claims: string | undefined): DoorcodeError {
  const hint = "Check --scope: it must be a scope of that API. If it is, sign in again.";
  const details = claims === undefined ? { hint } : { claims };
  return Object.assign(new DoorcodeError("sign_in_again", details), { message });
}

type Renewal = Pick<TokenRequest, "forceRefresh" | "claims" | "scopes">;

function whatToAskFor(response: Response, api: Api, token: AccessToken): Renewal | undefined {
  const challenge = challengeOf(response);
  if (!challenge) return undefined;
  if (response.status === 401) {
    return challenge.claims === undefined ? { forceRefresh: true } : { claims: challenge.claims };
  }
  // RFC 6750 §3.1. A challenge cannot add scopes that the program did not declare.
  const more = challenge.error === "insufficient_scope" && covers(api.scopes, challenge.scopes);
  if (!more || covers(token.scopes, challenge.scopes)) return undefined;
  return { forceRefresh: true, scopes: challenge.scopes };
}

/**
 * A 401 counts as a challenge even without one. After a redirect to another origin the request had no token, so its
 * answer says nothing about the token.
 */
function challengeOf(response: Response): BearerChallenge | undefined {
  if (response.status !== 401 && response.status !== 403) return undefined;
  if (wentElsewhere(response)) return undefined;
  return readBearerChallenge(response.headers.get("www-authenticate") ?? "Bearer");
}

async function renew(context: FetchContext, request: TokenRequest, claims: string | undefined): Promise<AccessToken> {
  try {
    return await context.getToken(request);
  } catch (error) {
    if (claims === undefined || !(error instanceof DoorcodeError) || error.code !== "sign_in_again") throw error;
    const { message, hint, error: name, suberror, aadsts, correlationId, traceId } = error;
    const details = { hint, error: name, suberror, aadsts, correlationId, traceId };
    // The same error, with what a sign-in must answer.
    throw Object.assign(new DoorcodeError("sign_in_again", { ...details, cause: error, claims }), { message });
  }
}

/** What a web API demands of its caller (RFC 6750 §3, RFC 9470, Microsoft's claims challenge). */
export interface BearerChallenge {
  error: string | undefined;
  scopes: string[];
  /** JSON, decoded. */
  claims: string | undefined;
}

/**
 * Finds the Bearer challenge in a WWW-Authenticate header, which may hold several challenges of several schemes (RFC
 * 9110 §11.6.1).
 */
export function readBearerChallenge(header: string): BearerChallenge | undefined {
  let scheme: string | undefined;
  let found: Map<string, string> | undefined;
  const parts = /(?:^|[,\s])\s*([A-Za-z0-9._~+-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
  for (const [, name, quoted, bare] of header.matchAll(parts)) {
    const value = quoted?.replace(/\\(.)/g, "$1") ?? bare;
    if (value === undefined) {
      scheme = name!.toLowerCase();
      if (scheme === "bearer") found ??= new Map();
    } else if (scheme === "bearer") found!.set(name!.toLowerCase(), value);
  }
  if (!found) return undefined;
  return {
    error: found.get("error"),
    scopes: (found.get("scope") ?? "").split(" ").filter(Boolean),
    claims: decodeClaims(found.get("claims")),
  };
}

function decodeClaims(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  // Entra encodes it; some APIs pass on the bare JSON.
  const text = encoded.startsWith("{") ? encoded : Buffer.from(encoded, "base64").toString();
  try {
    const claims: unknown = JSON.parse(text);
    if (typeof claims === "object" && claims !== null && !Array.isArray(claims)) return text;
  } catch {
    // Not JSON.
  }
  return undefined;
}
