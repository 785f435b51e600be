/**
 * Every error of the client, by its stable `code`: the sentence that a user reads, and what to do about it. The command
 * line maps codes to exit codes; see packages/cli.
 */
export const errorCatalogue = {
  configuration: ["The configuration is invalid", "Check the value named in the message."],
  sign_in_needed: ["Not signed in, or the sign-in is no longer valid", "Sign in again."],
  sign_in_again: ["The issuer requires a new sign-in", "Sign in again. The message gives the issuer's reason."],
  wrong_account: ["A different user signed in than expected", "Nothing was saved. Sign in as the expected user."],
  denied: ["The sign-in was declined", "Start the sign-in again if you declined by mistake."],
  code_expired: ["The code expired before it was used", "Start the sign-in again to get a new code."],
  blocked_by_policy: [
    "A policy of the tenant blocks this sign-in",
    "Ask the tenant's administrator. The correlation ID in the message identifies the entry in the sign-in log.",
  ],
  client_rejected: [
    "The issuer rejected the application or the request",
    "Check the client ID, the scopes and whether the app allows public client flows.",
  ],
  issuer_unreachable: ["The issuer cannot be reached", "Check the network, the proxy and the authority's address."],
  invalid_issuer_response: [
    "The issuer sent an invalid response",
    "Check the authority's address. If it is correct, contact the issuer's operator.",
  ],
  token_not_trusted: [
    "The ID token failed verification",
    "Nothing was saved. Check the authority. If it is correct, the connection may have been intercepted.",
  ],
  scope_not_granted: [
    "A requested scope was not granted",
    "Sign in again with that scope: signIn({ scopes }) in a program, doorcode login --scope SCOPE on the command line. If the issuer still does not grant it, ask its administrator to allow it.",
  ],
  origin_not_declared: [
    "No declared API has this origin, so no token was sent",
    "Add the origin to the apis option, or send the request without a token.",
  ],
  body_not_replayable: [
    "The API asked for a new token, but the request's body cannot be sent twice",
    "The token has been renewed. Repeat the request, or pass the body as text or bytes instead of a stream.",
  ],
  store_locked: ["The token store cannot be used", "Check who owns its folder and whether the disk is full."],
  store_damaged: ["The token store is damaged", "Move the damaged file away and sign in again."],
  cancelled: ["The sign-in was canceled", "Start the sign-in again when you are ready."],
  timed_out: ["The sign-in took longer than allowed", "Start the sign-in again, or allow more time."],
} as const satisfies Record<string, readonly [sentence: string, hint: string]>;

/** The stable code of a `DoorcodeError`. Compare codes, never messages. */
export type DoorcodeErrorCode = keyof typeof errorCatalogue;

/** What a `DoorcodeError` is created with. */
export interface DoorcodeErrorDetails {
  /** Completes the sentence: what exactly failed, and where. Never a secret. */
  detail?: string;
  /** What the user can do. Default: the code's hint. */
  hint?: string;
  /** The underlying error. */
  cause?: unknown;
  /** The issuer's OAuth error, for example `invalid_grant` (RFC 6749 §5.2). */
  error?: string | undefined;
  /** Refines `error`, for example `consent_required` (Microsoft). */
  suberror?: string | undefined;
  /** Microsoft's AADSTS number, for example 50011. */
  aadsts?: number | undefined;
  /** Identifies the request in the sign-in log of an Entra tenant. */
  correlationId?: string | undefined;
  /** Identifies the request at Microsoft. */
  traceId?: string | undefined;
  /** A claims challenge (JSON) that a new sign-in must answer: `signIn({ claims })`. */
  claims?: string | undefined;
}

/**
 * The only error class of this package. `code` is stable, `message` and `hint` are for people. Neither contains a
 * secret.
 * @example
 * ```ts
 * import { createClient, DoorcodeError } from "@doorcode/client";
 *
 * const client = createClient({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 * });
 * try {
 *   await client.signIn();
 * } catch (error) {
 *   if (error instanceof DoorcodeError && error.code === "code_expired") await client.signIn();
 *   else throw error;
 * }
 * ```
 */
export class DoorcodeError extends Error {
  /** Always `DoorcodeError`. */
  override name = "DoorcodeError";
  /** What failed: stable, for programs. */
  readonly code: DoorcodeErrorCode;
  /** What the user can do about it: one or two sentences. */
  readonly hint: string;
  /** The issuer's OAuth error, for example `invalid_grant` (RFC 6749 §5.2). */
  readonly error: string | undefined;
  /** Refines `error`, for example `consent_required` (Microsoft). */
  readonly suberror: string | undefined;
  /** Microsoft's AADSTS number, for example 50011. */
  readonly aadsts: number | undefined;
  /** Identifies the request in the sign-in log of an Entra tenant. */
  readonly correlationId: string | undefined;
  /** Identifies the request at Microsoft. */
  readonly traceId: string | undefined;
  /** A claims challenge (JSON) that a new sign-in must answer: `signIn({ claims })`. */
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
