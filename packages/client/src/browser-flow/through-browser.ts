import type { Clock } from "../clock.ts";
import { redirectHint } from "../device-flow/aadsts.ts";
import { abortError, untilAborted } from "../device-flow/abort.ts";
import type { FlowObserver } from "../engines/engine.ts";
import type { IssuerMetadata } from "../engines/metadata.ts";
import { DoorcodeError } from "../errors.ts";
import { listenOnLoopback } from "./loopback-listener.ts";
import { readAuthorizationAnswer } from "./read-authorization-answer.ts";
import { notSignedInPage, signedInPage } from "./result-page.ts";

/** What the address of the authorization endpoint is made of; none of it is secret. */
export interface AuthorizationRequest {
  redirectUri: string;
  state: string;
  nonce: string;
  /** Of S256 (RFC 7636 §4.2). */
  codeChallenge: string;
}

/** What is redeemed at the token endpoint; the code and the verifier are secret. */
export interface AuthorizationCode {
  code: string;
  codeVerifier: string;
  redirectUri: string;
  /** To be found in the ID token. */
  nonce: string;
}

/** A browser that never comes back tells nobody. As long as most device codes live. */
const patienceMs = 15 * 60_000;

/**
 * The authorization code flow with PKCE and an answer on loopback (RFC 8252, RFC 9700 §2.1.1), around what the engines do their
 * own way: the address, and the redemption. The browser's page tells how `redeem` ended.
 * @throws DoorcodeError what the issuer answered, `timed_out` after 15 minutes, `cancelled`; and what `redeem` throws
 */
export async function throughBrowser<T>(
  context: {
    clientId: string;
    metadata: IssuerMetadata;
    clock: Clock;
    observer: Pick<FlowObserver, "browser">;
    signal: AbortSignal;
  },
  address: (request: AuthorizationRequest) => string | Promise<string>,
  redeem: (code: AuthorizationCode) => Promise<T>,
): Promise<T> {
  const { clock, observer, signal } = context;
  const oauth = await import("oauth4webapi");
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const codeChallenge = await oauth.calculatePKCECodeChallenge(codeVerifier);
  const listener = await listenOnLoopback(state);
  const over = new AbortController();
  signal.addEventListener("abort", listener.close, { once: true });
  try {
    const { redirectUri, answer } = listener;
    const url = await address({ redirectUri, state, nonce, codeChallenge });
    // Side by side: whoever shows the page may be the browser, and wait for its end.
    const waiting = Promise.race([answer, failureOf(observer.browser(url)), tooLong(clock, over.signal)]);
    const parameters = await untilAborted(waiting, signal);
    const code = await readAuthorizationAnswer(parameters, { ...context, state });
    // Not cut off: what it keeps, it keeps whole. Its requests know the signal.
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

const failureOf = (promise: void | Promise<void>): Promise<never> =>
  new Promise((_, reject) => Promise.resolve(promise).catch(reject));

async function tooLong(clock: Clock, signal: AbortSignal): Promise<never> {
  try {
    await clock.sleep(patienceMs, signal);
  } catch {
    // The sign-in is over; nobody waits for this any more.
    return new Promise(() => {});
  }
  const detail = `nobody came back from the browser within ${patienceMs / 60_000} minutes.`;
  throw new DoorcodeError("timed_out", { detail, hint: noAnswerHint });
}

/** An issuer that does not know the redirect URI says so on its page and sends nobody back (RFC 6749 §4.1.2.1). */
export const noAnswerHint = `Start it again. If the browser's page did not know the redirect URI: ${redirectHint}`;
