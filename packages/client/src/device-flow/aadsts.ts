import type { DoorcodeErrorCode } from "../errors.ts";

/**
 * What Microsoft's numbers say that the OAuth error beside them does not: Conditional Access answers `invalid_grant` or
 * `access_denied`, and only the number tells a policy from a person's "no".
 */
const codes: Record<number, DoorcodeErrorCode> = {
  50005: "blocked_by_policy", // device policy: platform not supported
  50053: "blocked_by_policy", // locked
  50057: "blocked_by_policy", // account disabled
  50097: "blocked_by_policy", // device authentication required
  50105: "blocked_by_policy", // not assigned to the application
  50129: "blocked_by_policy", // device not joined
  50131: "blocked_by_policy", // Conditional Access, general
  65004: "denied",
  70016: "issuer_misbehaved", // pending: where that comes as an end, the issuer contradicts itself
  70018: "denied",
  70019: "code_expired",
  70020: "code_expired",
  90119: "client_rejected",
  501051: "client_rejected",
};

/** What a person does about a redirect URI that the issuer does not know: the sign-in in a browser comes back to this machine. */
export const redirectHint =
  "register http://localhost as a redirect URI of the app (on Entra: mobile and desktop applications), or sign in by a code.";

const hints: Record<number, string> = {
  50011: `The redirect URI is not the app's: ${redirectHint}`,
  65001: "An administrator of the tenant must consent to these permissions; customers cannot.",
  90094: "An administrator of the tenant must consent to these permissions; customers cannot.",
  90002: "No such tenant: check the authority's tenant ID or name.",
  500011: "No such API in this tenant: check the scope's prefix.",
  70011: "Check the scopes: `api://<API's client ID>/<scope>`.",
  28002: "Check the scopes: `api://<API's client ID>/<scope>`.",
  700022: "Ask for the scopes of one API at a time.",
  700016: "No such application in this tenant: check the client ID and the authority.",
  7000218: 'Set "Allow public client flows" to Yes on the application\'s registration.',
  700027:
    "The application has no such certificate, or it has expired: register it (Entra: Certificates & secrets; a Doorcode tenant: doorcode tenant apps add-certificate).",
  700024: "Check this machine's clock: it differs from the issuer's by minutes.",
  501051: "An administrator must assign the application a role of that API (application permission), then consent.",
  7000229: "The application has no service principal in this tenant: an administrator makes one by consenting to it.",
  500208:
    "Customers' accounts cannot sign in on that page: use https://<subdomain>.ciamlogin.com/common/oauth2/deviceauth.",
};

export function aadstsCode(aadsts: number | undefined): DoorcodeErrorCode | undefined {
  if (aadsts === undefined) return undefined;
  // 53000 to 53999 and the longer numbers below them (530032 …) are Conditional Access.
  if (Math.floor(aadsts / 1_000) === 53 || Math.floor(aadsts / 10_000) === 53) return "blocked_by_policy";
  return codes[aadsts];
}

export const aadstsHint = (aadsts: number | undefined): string | undefined =>
  aadsts === undefined ? undefined : hints[aadsts];
