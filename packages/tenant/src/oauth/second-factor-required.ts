import { ProtocolError } from "./protocol-error.ts";
import { ACR_MFA } from "./tokens/context-class.ts";

const CLAIMS = JSON.stringify({ id_token: { acr: { essential: true, values: [ACR_MFA] } } });

/** As Entra says it: MSAL throws `InteractionRequiredAuthError`, with the claims to ask for in the sign-in that follows. */
export function secondFactorRequired(): ProtocolError {
  return new ProtocolError("mfa_required", { suberror: "basic_action", claims: CLAIMS });
}
