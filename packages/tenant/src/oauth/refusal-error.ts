import type { Refusal } from "../directory/access-rules.ts";
import { ProtocolError, type ProtocolErrorName } from "./protocol-error.ts";
import { ACR_MFA } from "./tokens/claims.ts";

/** Where the access rule refused: at a code or device code, a refresh token, or `prompt=none`. */
export type RefusedAt = "redemption" | "renewal" | "authorization";

type Answer = [ProtocolErrorName, ConstructorParameters<typeof ProtocolError>[1]?];

/** In Entra's form: MSAL throws `InteractionRequiredAuthError`, with the claims to request in the next sign-in. */
const SECOND_FACTOR: Answer = [
  "mfa_required",
  {
    suberror: "basic_action",
    claims: JSON.stringify({ id_token: { acr: { essential: true, values: [ACR_MFA] } } }),
  },
];

const answers: Record<Refusal, Answer> = {
  user_unknown: ["user_disabled"],
  user_disabled: ["user_disabled"],
  app_unknown: ["revoked"],
  app_disabled: ["revoked"],
  grant_not_allowed: ["grant_not_allowed"],
  login_required: ["login_required"],
  not_assigned: ["not_assigned"],
  sign_in_method_required: ["sign_in_method", { suberror: "basic_action" }],
  second_factor_required: SECOND_FACTOR,
  details_required: ["details_required", { suberror: "basic_action" }],
  administrator_required: ["administrator_needed"],
  administration_not_allowed: ["administration_not_allowed"],
  scope_unavailable: ["revoked"],
  consent_required: ["revoked"],
};

/** `bad_token` makes MSAL discard the refresh token and ask the user again. */
const DEAD = { suberror: "bad_token" };
const WITHDRAWN = { detail: "a scope that was just withdrawn.", suberror: "consent_required" };

const answersAt: Record<RefusedAt, Partial<Record<Refusal, Answer>>> = {
  redemption: {},
  renewal: {
    user_unknown: ["user_disabled", DEAD],
    user_disabled: ["user_disabled", DEAD],
    app_unknown: ["revoked", DEAD],
    app_disabled: ["revoked", DEAD],
    // MSAL keeps the token and asks for interaction, and the page says whom to ask.
    not_assigned: ["not_assigned", { suberror: "message_only" }],
    scope_unavailable: ["consent_required", WITHDRAWN],
    consent_required: ["consent_required", WITHDRAWN],
  },
  // Errors of RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6.
  authorization: {
    user_unknown: ["login_required"],
    user_disabled: ["login_required"],
    app_unknown: ["app_unknown", { error: "unauthorized_client" }],
    app_disabled: ["app_unknown", { error: "unauthorized_client" }],
    not_assigned: ["not_assigned", { error: "access_denied" }],
    sign_in_method_required: ["login_required"],
    scope_unavailable: ["question_required"],
    consent_required: ["question_required"],
  },
};

/**
 * The error that a program receives for a refusal.
 * @param options `recorded`: the audit log has it
 */
export function refusalError(
  refusal: Refusal,
  at: RefusedAt,
  { recorded = false }: { recorded?: boolean } = {},
): ProtocolError {
  const [name, more] = answersAt[at][refusal] ?? answers[refusal];
  return new ProtocolError(name, { ...more, recorded });
}
