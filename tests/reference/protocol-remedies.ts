import type { ProtocolErrorName } from "../../packages/tenant/src/oauth/protocol-error.ts";

const again = "Start the sign-in again.";
const libraryFault =
  "The program's OAuth library has a fault: use a maintained one, or compare the request with RFC 6749.";

/** What to do about each error of the tenant's OAuth endpoints. The compiler requires every one. */
export const protocolRemedies: Record<ProtocolErrorName, string> = {
  pending: "Nothing: the program polls until the user has decided.",
  slow_down: "Nothing: the program polls less often. If it persists, two processes poll with the same code.",
  code_expired: again,
  declined: "Start the sign-in again if it was declined by mistake.",
  bad_code: "Start the sign-in again. After a restore of the tenant, codes from before are unknown.",
  code_redeemed: "Start the sign-in again. One process alone must poll with a code.",
  wrong_client: "Use the client ID that the sign-in was started with.",
  bad_refresh_token:
    "Sign in again. After a restore of the tenant, refresh tokens that were issued since the backup are unknown.",
  refresh_expired:
    "Sign in again. A program that runs less often than this needs a longer lifetime: see the tenant's lifetimes.",
  revoked:
    "Sign in again. If the user did not end it: a refresh token was used twice, so it may have been stolen. See the audit log.",
  user_disabled: "Enable the account: the administrator disabled it.",
  mfa_required: "Sign in again, with a second factor.",
  sign_in_method: "Sign in again with a method that the app's user flow lists, or add the method to the user flow.",
  details_required: "Sign in again: the page asks for what is missing.",
  not_assigned: "Assign the user or a group to the app, or turn off the requirement.",
  app_unknown:
    "Compare the client ID with the tenant's apps: `doorcode tenant apps`. Check that the authority is the right tenant.",
  secret_missing: "Send the app's secret or a client assertion, or allow public client flows for the app.",
  secret_wrong: "Compare the secret, or add a new one: `doorcode tenant apps add-secret CLIENT_ID`.",
  secret_expired: "Add a new secret: `doorcode tenant apps add-secret CLIENT_ID`. Then remove the old one.",
  assertion_malformed: "Send a signed JWT with the claims of RFC 7523 §3.",
  assertion_signature:
    "Register the certificate whose key signs: `doorcode tenant apps add-certificate CLIENT_ID FILE`.",
  assertion_time: "Set the machine's clock, and create assertions that live ten minutes or less.",
  assertion_client: "Set `iss` and `sub` of the assertion to the client ID.",
  assertion_audience: "Set `aud` of the assertion to the issuer or the token endpoint.",
  assertion_used: "Create a new assertion, with a new `jti`, for each request.",
  client_id_missing: libraryFault,
  parameter_missing: libraryFault,
  parameter_repeated: libraryFault,
  parameter_invalid: libraryFault,
  grant_unsupported: "Use device code, authorization code, refresh token or client credentials.",
  grant_not_allowed: "Add the grant type to the app's registration, or remove its list of grant types.",
  administration_not_allowed: "Allow the scopes: `doorcode tenant apps allow-administration CLIENT_ID`.",
  administration_by_device_code:
    "Sign in through a browser, or allow it: `doorcode tenant apps allow-administration CLIENT_ID --by-device-code`.",
  scope_invalid: "Correct the scope that the message names. An API's scope is `api://CLIENT_ID/NAME`.",
  scope_not_default: "Request `api://CLIENT_ID/.default`, and nothing else.",
  service_principal_missing: "Create the service principal, or apply the tenant file: `doorcode prepare`.",
  role_missing: "Assign an app role of the API to the app.",
  several_resources: "Request the scopes of each API on their own: one sign-in serves them all.",
  resource_unknown: "Compare the API's client ID or identifier URI with the registered APIs.",
  admin_consent: "Grant the administrator's consent, for example in the tenant file.",
  administrator_needed: "Sign in as an administrator. To make one: `doorcode tenant recover-administrator EMAIL`.",
  consent_required: "Sign in again and request the scope, so that the user can consent.",
  tenant_unknown: "Compare the authority with the one that the tenant prints at its start.",
  response_type: "Use the authorization code flow: `response_type=code`.",
  redirect_unregistered: "Register exactly this redirect URI for the app.",
  challenge_missing: "Use PKCE (RFC 7636) with S256.",
  challenge_invalid: "Use PKCE (RFC 7636) with S256.",
  challenge_method: "Use PKCE (RFC 7636) with S256.",
  login_required: "Send the request without `prompt=none`.",
  question_required: "Send the request without `prompt=none`.",
  refused: "Start the sign-in again if it was declined by mistake.",
  code_unknown: again,
  code_too_old: "Start the sign-in again. The program must redeem the code at once.",
  code_used: "Start the sign-in again. If no browser reload explains it, someone else had the code.",
  redirect_differs: "Send the same `redirect_uri` in both requests.",
  verifier_wrong: "Send the `code_verifier` of the same sign-in. Two sign-ins at the same time need one each.",
  too_many: "Wait as long as `Retry-After` says. If it is regular use, raise the tenant's limits.",
  unavailable:
    "Wait, then try again. If it persists, check the database: `doorcode tenant doctor`, and `/readyz` of each node.",
  failed: "Try again. Search the tenant's log for the trace ID, and run `doorcode tenant doctor`.",
};
