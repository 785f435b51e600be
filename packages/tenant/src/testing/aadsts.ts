import { ProtocolError, type ProtocolErrorName, protocolErrors } from "../oauth/protocol-error.ts";

type EntraError = readonly [error: string, sentence: string, suberror?: string];

const BLOCKED = "message_only";

/**
 * Errors of Entra that this tenant itself never returns (facts: Microsoft's list of AADSTS codes). All have status 400.
 */
const ENTRA_ONLY: Readonly<Record<number, EntraError>> = {
  16000: ["interaction_required", "The user account does not exist in the tenant. Sign in with another account."],
  28002: ["invalid_scope", "The provided value for the parameter 'scope' is not valid."],
  50005: ["invalid_grant", "The user signed in from a platform that Conditional Access does not support.", BLOCKED],
  50034: ["invalid_grant", "The user account does not exist in the directory."],
  50053: ["invalid_grant", "The account is locked: the user tried to sign in too often with a wrong password."],
  50055: ["invalid_grant", "The password has expired."],
  50072: ["interaction_required", "The user must enroll in multi-factor authentication.", "basic_action"],
  50074: ["interaction_required", "Strong authentication is required.", "basic_action"],
  50078: ["interaction_required", "The multi-factor authentication has expired.", "basic_action"],
  50079: ["interaction_required", "The user must enroll in multi-factor authentication.", "basic_action"],
  50097: ["interaction_required", "Device authentication is required.", BLOCKED],
  50126: ["invalid_grant", "The user name or the password is wrong."],
  50129: ["invalid_grant", "The device is not joined to the workplace.", BLOCKED],
  50131: ["invalid_grant", "Conditional Access does not allow this sign-in.", BLOCKED],
  50158: ["interaction_required", "An external security challenge was not satisfied.", "basic_action"],
  50196: ["invalid_grant", "The server ended the operation because the client's requests loop."],
  53000: ["invalid_grant", "The device does not meet the policy of Conditional Access: it is not compliant.", BLOCKED],
  53001: ["invalid_grant", "The device does not meet the policy of Conditional Access: it is not joined.", BLOCKED],
  53002: ["invalid_grant", "The application is not an approved one for Conditional Access.", BLOCKED],
  53003: ["invalid_grant", "Conditional Access has blocked access: the policy does not allow tokens.", BLOCKED],
  70043: ["invalid_grant", "The refresh token has expired because of the sign-in frequency check.", "token_expired"],
  90019: ["invalid_request", "The request names no tenant."],
  90119: ["invalid_request", "The user code is null or empty."],
  500208: ["invalid_request", "The domain is not a valid sign-in domain for the account type."],
  530032: ["invalid_grant", "The tenant's security policy has blocked this request.", BLOCKED],
  7000112: ["unauthorized_client", "The application is disabled."],
};

/** What the numbers of Microsoft's list are between. */
export const isAadsts = (number: number): boolean =>
  Number.isInteger(number) && number >= 10_000 && number <= 99_999_999;

/** The error that the tenant, or else Entra, returns with this number. An unknown number is an `invalid_grant`. */
export function errorOfNumber(number: number): ProtocolError {
  const ours = Object.entries(protocolErrors).find(([, [each]]) => each === number);
  if (ours) return new ProtocolError(ours[0] as ProtocolErrorName, { injected: true });
  const known = ENTRA_ONLY[number];
  const [error, sentence, suberror] = known ?? ["invalid_grant", "A tester asked for this error."];
  const more = { number, status: 400, error, sentence, injected: true };
  return new ProtocolError("failed", { ...more, ...(suberror && { suberror }) });
}
