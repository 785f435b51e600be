import type { App } from "../../directory/entities.ts";
import type { ScopeSet } from "../../directory/scopes.ts";
import type { ResponseMode, ReturnAddress } from "../../storage/authorization-request.ts";
import { findClient, requireGrant } from "../client-authentication.ts";
import { type Form, required } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { requestedScopes } from "../parse-scopes.ts";
import { ProtocolError } from "../protocol-error.ts";
import { formMayLeadTo, isRegistered } from "./redirect-uri.ts";

export const RESPONSE_MODES = ["query", "form_post"] as const satisfies ResponseMode[];

/** OpenID Connect Core §3.1.2.1, and `create` (Initiating User Registration §4). */
export const PROMPTS = ["none", "login", "consent", "select_account", "create"] as const;

export type Prompt = (typeof PROMPTS)[number];

/** A program's request, as far as it can be checked without a browser. */
export interface AuthorizationParameters {
  client: App;
  back: ReturnAddress;
  nonce: string | null;
  codeChallenge: string | null;
  requested: ScopeSet;
  prompts: ReadonlySet<Prompt>;
  /** Seconds. */
  maxAge: number | null;
  loginHint: string | null;
  idTokenHint: string | null;
}

/**
 * An invalid request. `back` is null until it is certain that the program may receive the error. Until then, only the
 * user sees it (RFC 6749 §4.1.2.1).
 */
export class RefusedAuthorization extends Error {
  override name = "RefusedAuthorization";
  readonly error: ProtocolError;
  readonly back: ReturnAddress | null;

  constructor(error: ProtocolError, back: ReturnAddress | null) {
    super(error.message);
    this.error = error;
    this.back = back;
  }
}

/**
 * Authorization Request (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).
 *
 * @throws RefusedAuthorization
 */
export async function readAuthorizationParameters(ctx: OAuthContext, form: Form): Promise<AuthorizationParameters> {
  const client = await answered(null, () => clientOf(ctx, form));
  const back = await answered(null, async () => returnAddressOf(client, form));
  return answered(back, async () => {
    const responseType = required(form, "response_type");
    if (responseType !== "code") throw new ProtocolError("response_type");
    requireGrant(client, "authorization_code");
    refuseUnknownModes(form, back);
    for (const name of ["request", "request_uri", "registration"] as const) {
      if (form.has(name)) throw malformed(`'${name}' is not supported.`, `${name}_not_supported`);
    }
    const codeChallenge = challengeOf(client, form);
    const prompts = promptsOf(form);
    return {
      client,
      back,
      nonce: printable(form, "nonce"),
      codeChallenge,
      requested: await requestedScopes(ctx, client, required(form, "scope"), "authorization_code"),
      prompts,
      maxAge: maxAgeOf(form),
      loginHint: form.get("login_hint") ?? null,
      idTokenHint: form.get("id_token_hint") ?? null,
    };
  });
}

async function answered<T>(back: ReturnAddress | null, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof ProtocolError ? new RefusedAuthorization(error, back) : error;
  }
}

async function clientOf(ctx: OAuthContext, form: Form): Promise<App> {
  const clientId = form.get("client_id");
  if (clientId === undefined) throw new ProtocolError("client_id_missing");
  const client = await findClient(ctx, clientId);
  if (!client || client.disabledAt !== null) throw new ProtocolError("app_unknown");
  return client;
}

/** If this parameter is missing, Entra takes the registered one. Here, each request must name its redirect URI. */
function returnAddressOf(client: App, form: Form): ReturnAddress {
  const redirectUri = required(form, "redirect_uri");
  if (!isRegistered(client, redirectUri)) throw new ProtocolError("redirect_unregistered");
  const responseMode = form.get("response_mode") === "form_post" && formMayLeadTo(redirectUri) ? "form_post" : "query";
  const state = form.get("state") ?? null;
  // A value that is not a valid state (RFC 6749 §A.5) is not returned.
  return { redirectUri, responseMode, state: state !== null && PRINTABLE.test(state) ? state : null };
}

function refuseUnknownModes(form: Form, { redirectUri }: ReturnAddress): void {
  const asked = form.get("response_mode") ?? "query";
  const mode = RESPONSE_MODES.find((one) => one === asked);
  if (!mode) throw malformed(`'response_mode' must be one of ${RESPONSE_MODES.join(", ")}.`);
  if (mode === "form_post" && !formMayLeadTo(redirectUri)) {
    throw malformed("pages cannot send a form to an IPv6 address; use response_mode=query.");
  }
  printable(form, "state");
}

/** SHA-256, base64url. */
const CHALLENGE = /^[\w-]{43}$/;

/** Without a method, it would be `plain` (RFC 7636 §4.3), which does not protect a challenge that was seen. */
function challengeOf(client: App, form: Form): string | null {
  const challenge = form.get("code_challenge");
  const method = form.get("code_challenge_method");
  if (challenge === undefined) {
    if (client.publicClient || method !== undefined) throw new ProtocolError("challenge_missing");
    return null;
  }
  if (method !== "S256") throw new ProtocolError("challenge_method");
  if (!CHALLENGE.test(challenge)) throw new ProtocolError("challenge_invalid");
  return challenge;
}

function promptsOf(form: Form): ReadonlySet<Prompt> {
  const asked = (form.get("prompt") ?? "").split(" ").filter((word) => word !== "");
  const prompts = new Set<Prompt>();
  for (const word of asked) {
    const prompt = PROMPTS.find((one) => one === word);
    if (!prompt) throw malformed(`'prompt' must consist of ${PROMPTS.join(", ")}.`);
    prompts.add(prompt);
  }
  if (prompts.has("none") && prompts.size > 1) throw malformed("'prompt' cannot combine none with another value.");
  return prompts;
}

function maxAgeOf(form: Form): number | null {
  const text = form.get("max_age");
  if (text === undefined) return null;
  if (!/^\d{1,9}$/.test(text)) throw malformed("'max_age' must be a number of seconds.");
  return Number(text);
}

/** VSCHAR of RFC 6749 §A. */
const PRINTABLE = /^[\x20-\x7e]*$/;

function printable(form: Form, name: string): string | null {
  const text = form.get(name) ?? null;
  if (text !== null && !PRINTABLE.test(text)) throw malformed(`'${name}' contains an invalid character.`);
  return text;
}

function malformed(detail: string, error?: string): ProtocolError {
  return new ProtocolError("parameter_invalid", { detail, ...(error === undefined ? {} : { error }) });
}
