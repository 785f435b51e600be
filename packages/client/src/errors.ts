/**
 * Every way the client can fail, by its stable `code`: the sentence a person reads and what to do about it.
 * A command line maps codes to exit codes; see packages/cli.
 */
export const errorCatalogue = {
  configuration: ["The configuration is not usable", "Check the value named in the message."],
  sign_in_needed: ["Nobody is signed in, or the sign-in is no longer good", "Sign in again."],
  sign_in_again: ["The issuer asks for a new sign-in", "Sign in again; the issuer's reason is in the message."],
  wrong_account: ["Somebody else signed in than was expected", "Sign in as the expected account; nothing was kept."],
  denied: ["The sign-in was declined", "Start it again if that was a mistake."],
  code_expired: ["The code expired before anybody used it", "Start the sign-in again to get a new code."],
  blocked_by_policy: [
    "A policy of the tenant blocks this sign-in",
    "Ask the tenant's administrator; the correlation ID in the message finds the entry in the sign-in log.",
  ],
  client_rejected: [
    "The issuer does not accept this application or request",
    "Check the client ID, its public client flows, and the scopes.",
  ],
  issuer_unreachable: ["The issuer cannot be reached", "Check the network, the proxy and the authority's address."],
  invalid_issuer_response: [
    "The issuer's answer makes no sense",
    "Check the authority's address; if it is right, tell the issuer's operator.",
  ],
  token_not_trusted: [
    "The ID token is not from this issuer for this application",
    "Nothing was kept. Check the authority; if it is right, somebody may be in between.",
  ],
  scope_not_granted: [
    "The sign-in was not granted a scope that is asked for",
    "Sign in again with that scope: `signIn({ scopes })`, `doorcode login --scope SCOPE`. If it is still left out, ask the issuer's administrator to allow it.",
  ],
  origin_not_declared: [
    "A token was about to go to an origin that no API declares",
    "Add the origin to `apis`, or call it without a token.",
  ],
  body_not_replayable: [
    "The API asked for another token, and the request's body cannot be sent a second time",
    "The token is renewed now: make the request again, or give its body as text or bytes instead of a stream.",
  ],
  store_locked: ["The token store cannot be used now", "Check who owns its folder and whether the disk is full."],
  store_damaged: ["The token store is damaged", "Move the file away and sign in again."],
  cancelled: ["The sign-in was cancelled", "Start it again when you are ready."],
  timed_out: ["The sign-in took longer than allowed", "Start it again, or allow more time."],
} as const satisfies Record<string, readonly [sentence: string, hint: string]>;

export type DoorcodeErrorCode = keyof typeof errorCatalogue;

export interface DoorcodeErrorDetails {
  /** Added to the sentence: what exactly, where. Never a secret. */
  detail?: string;
  hint?: string;
  cause?: unknown;
  /** OAuth error of the issuer (`invalid_grant`). */
  error?: string | undefined;
  suberror?: string | undefined;
  /** Microsoft's AADSTS number. */
  aadsts?: number | undefined;
  correlationId?: string | undefined;
  traceId?: string | undefined;
  /** A claims challenge that a new sign-in must answer: `signIn({ claims })`. */
  claims?: string | undefined;
}

/** The one error type of this package. `code` is stable; `message` is for people. */
export class DoorcodeError extends Error {
  override name = "DoorcodeError";
  readonly code: DoorcodeErrorCode;
  readonly hint: string;
  readonly error: string | undefined;
  readonly suberror: string | undefined;
  readonly aadsts: number | undefined;
  readonly correlationId: string | undefined;
  readonly traceId: string | undefined;
  readonly claims: string | undefined;

  constructor(code: DoorcodeErrorCode, details: DoorcodeErrorDetails = {}) {
    const [sentence, hint] = errorCatalogue[code];
    super(details.detail === undefined ? `${sentence}.` : `${sentence}: ${details.detail}`, { cause: details.cause });
    this.code = code;
    this.hint = details.hint ?? hint;
    this.error = details.error;
    this.suberror = details.suberror;
    this.aadsts = details.aadsts;
    this.correlationId = details.correlationId;
    this.traceId = details.traceId;
    this.claims = details.claims;
  }
}
