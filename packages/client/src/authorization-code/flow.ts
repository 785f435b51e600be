import { abortError, type Clock, untilAborted } from "../clock.ts";
import type { FlowObserver } from "../engines/engine.ts";
import { DoorcodeError } from "../errors.ts";
import { issuerError, plainText, redirectHint } from "../issuer/issuer-answer.ts";
import type { ConnectedSession, IssuerMetadata } from "../issuer/issuer-session.ts";
import { isLoopback, isSecure } from "../transport/secure-url.ts";
import { listenOnLoopback, notSignedInPage, signedInPage } from "./loopback-listener.ts";

/** The parts of the authorization request's address. None is secret. */
export interface AuthorizationRequest {
  redirectUri: string;
  state: string;
  nonce: string;
  /** The S256 code challenge (RFC 7636 §4.2). */
  codeChallenge: string;
}

/** What is redeemed at the token endpoint. Code and verifier are secret. */
export interface AuthorizationCode {
  code: string;
  codeVerifier: string;
  redirectUri: string;
  /** Must match the ID token's `nonce`. */
  nonce: string;
}

/** A browser that never comes back sends no signal. This is as long as most device codes live. */
const patienceMs = 15 * 60_000;

/**
 * The authorization code flow with PKCE and a loopback redirect (RFC 8252, RFC 9700 §2.1.1). The engines supply what
 * differs: the address and the redemption. The browser's page shows the result of `redeem`.
 * @throws DoorcodeError for the issuer's error; `timed_out` after 15 minutes; `cancelled`; and whatever `redeem` throws
 */
export async function authorizationCodeFlow<T>(
  session: Pick<ConnectedSession, "clientId" | "metadata" | "clock">,
  { observer, signal }: { observer: Pick<FlowObserver, "browser">; signal: AbortSignal },
  address: (request: AuthorizationRequest) => string | Promise<string>,
  redeem: (code: AuthorizationCode) => Promise<T>,
): Promise<T> {
  const oauth = await import("oauth4webapi");
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const codeChallenge = await oauth.calculatePKCECodeChallenge(codeVerifier);
  const listener = await listenOnLoopback(state);
  const over = new AbortController();
  signal.addEventListener("abort", listener.close, { once: true });
  try {
    const { redirectUri, answer } = listener;
    const url = forBrowser(await address({ redirectUri, state, nonce, codeChallenge }), session.metadata);
    // Runs in parallel: the function that shows the page may itself be the browser, and wait for the sign-in to end.
    const waiting = Promise.race([answer, failureOf(observer.browser(url)), tooLong(session.clock, over.signal)]);
    const parameters = await untilAborted(waiting, signal);
    const code = await readAuthorizationAnswer(parameters, session, state);
    // Never cut off: it stores all or nothing. Its requests follow the signal.
    const result = await redeem({ code, codeVerifier, redirectUri, nonce });
    await listener.show(signedInPage());
    return result;
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    if (error instanceof DoorcodeError) await listener.show(notSignedInPage(error));
    throw error;
  } finally {
    over.abort();
    signal.removeEventListener("abort", listener.close);
    listener.close();
  }
}

/**
 * A Doorcode tenant on this machine also serves its page over http, at a second address, where no browser meets an
 * unknown certificate. Used only where both are on this machine. The answer's `iss` is checked as always.
 */
function forBrowser(address: string, { document, authorizationEndpoint = address }: IssuerMetadata): string {
  const local = document.doorcode_loopback_authorization_endpoint;
  if (typeof local !== "string" || !URL.canParse(local)) return address;
  const url = new URL(local);
  if (!isSecure(url) || ![url, new URL(authorizationEndpoint)].every(({ hostname }) => isLoopback(hostname)))
    return address;
  for (const [name, value] of new URL(address).searchParams) url.searchParams.set(name, value);
  return url.href;
}

const failureOf = (promise: void | Promise<void>): Promise<never> =>
  new Promise((_, reject) => Promise.resolve(promise).catch(reject));

async function tooLong(clock: Clock, signal: AbortSignal): Promise<never> {
  try {
    await clock.sleep(patienceMs, signal);
  } catch {
    // The sign-in is over; this promise is not needed any more.
    return new Promise(() => {});
  }
  const detail = `the browser did not come back within ${patienceMs / 60_000} minutes.`;
  throw new DoorcodeError("timed_out", { detail, hint: noAnswerHint });
}

/** An issuer that does not know the redirect URI shows an error page and does not redirect (RFC 6749 §4.1.2.1). */
export const noAnswerHint = `Start the sign-in again. If the browser showed an error about the redirect URI: ${redirectHint}`;

/** Builds the authorization request's address (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1, RFC 7636 §4.3). */
export function authorizationAddress(
  { redirectUri, state, nonce, codeChallenge }: AuthorizationRequest,
  asked: { clientId: string; scopes: readonly string[]; claims?: string | undefined; loginHint?: string | undefined },
  endpoint: string,
): string {
  // Keeps the endpoint's own query (RFC 6749 §3.1).
  const url = new URL(endpoint);
  const parameters: Record<string, string | undefined> = {
    response_type: "code",
    client_id: asked.clientId,
    redirect_uri: redirectUri,
    scope: asked.scopes.join(" "),
    state,
    nonce,
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
    // Without consent an issuer ignores `offline_access` (OpenID Connect Core §11), and any program on this machine
    // could be the one that asks (RFC 8252 §8.6).
    prompt: "consent",
    login_hint: asked.loginHint,
    claims: asked.claims,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Returns the authorization endpoint.
 * @throws DoorcodeError `invalid_issuer_response` where the issuer has none, or one that is unsafe for passwords
 */
export function authorizationEndpointOf({ authorizationEndpoint: endpoint, issuer }: IssuerMetadata): string {
  if (endpoint === undefined) {
    throw new DoorcodeError("invalid_issuer_response", {
      detail: `${issuer} offers no sign-in in a browser: its metadata has no authorization_endpoint.`,
      hint: "Sign in with a code instead.",
    });
  }
  if (isSecure(new URL(endpoint))) return endpoint;
  throw new DoorcodeError("invalid_issuer_response", {
    detail: `the issuer's sign-in page, ${new URL(endpoint).origin}, is not https.`,
  });
}

/**
 * Reads the code from an authorization response (RFC 6749 §4.1.2). oauth4webapi checks that it comes from the issuer
 * that was asked (`iss`, RFC 9207) and that no parameter appears twice. An error response is thrown as the matching
 * DoorcodeError.
 * @throws DoorcodeError `denied`, `blocked_by_policy`, `client_rejected`, `invalid_issuer_response`, …
 */
export async function readAuthorizationAnswer(
  parameters: URLSearchParams,
  { clientId, metadata }: Pick<ConnectedSession, "clientId" | "metadata">,
  state: string,
): Promise<string> {
  const oauth = await import("oauth4webapi");
  const issuer = issuerNamed(parameters.get("iss") ?? "", metadata.issuer);
  const server = { ...metadata.document, issuer } as import("oauth4webapi").AuthorizationServer;
  try {
    const code = oauth.validateAuthResponse(server, { client_id: clientId }, parameters, state).get("code");
    if (code) return code;
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) throw refusal(parameters, state);
    // The library's errors carry the parameters, including the code, as their cause. Only the message is used.
    throw unusable(error instanceof Error ? plainText(error.message) : "it cannot be read", parameters, issuer);
  }
  throw unusable("it has no code", parameters, issuer);
}

/** Microsoft's shared authorities have one metadata document for all tenants, with a placeholder for the tenant ID. */
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
  const secrets = [state, ...parameters.getAll("code")];
  return issuerError(answer, { request: "the authorization", secrets });
}

function unusable(why: string, parameters: URLSearchParams, issuer: string): DoorcodeError {
  const iss = parameters.get("iss");
  const detail = `the browser returned an unusable answer: ${why}.`;
  if (iss === null || iss === issuer) return new DoorcodeError("invalid_issuer_response", { detail });
  return new DoorcodeError("invalid_issuer_response", {
    detail: `${detail} It claims to be from ${plainText(iss, { limit: 200 })}.`,
    hint: "The connection may have been intercepted; the code was not sent on. Check the authority and start the sign-in again.",
  });
}
