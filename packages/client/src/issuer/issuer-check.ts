import { DoorcodeError } from "../errors.ts";
import { plainText } from "./issuer-answer.ts";
import type { IssuerMetadata } from "./issuer-session.ts";

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Checks that metadata from this authority may speak for that issuer. OpenID Connect: the issuer is the authority
 * (Discovery §4.3), or its `/v2.0`. Entra names its issuers differently from its hosts; see the rules below.
 * @throws DoorcodeError `invalid_issuer_response`
 */
export function checkIssuer(issuer: string, authority: string, engine: "entra" | "oidc"): void {
  const named = issuer.replace(/\/$/, "");
  const accepted =
    named === authority || named === `${authority}/v2.0` || (engine === "entra" && isEntraIssuer(issuer, authority));
  if (accepted) return;
  throw new DoorcodeError("invalid_issuer_response", {
    detail: `the metadata of ${authority} names another issuer, ${plainText(issuer, { limit: 200 })}.`,
    hint: "Check the authority: it must be the issuer's own address.",
  });
}

function isEntraIssuer(issuer: string, authority: string): boolean {
  const ours = new URL(authority);
  const theirs = new URL(issuer.replace("{tenantid}", "common"));
  if (theirs.protocol !== "https:") return false;
  const asked = tenantOf(ours);
  const tenant = tenantOf(theirs);
  // A tenant named by its GUID is that tenant and no other.
  if (guid.test(asked) && tenant !== asked) return false;
  if (theirs.origin === ours.origin) return true;
  if (isMicrosoftHost(ours.hostname) && isMicrosoftHost(theirs.hostname)) return true;
  // An external tenant's issuer has its GUID where the request had its name: https://<guid>.ciamlogin.com/<guid>/v2.0.
  return isCiamHost(ours.hostname) && guid.test(tenant) && theirs.host === `${tenant}.ciamlogin.com`;
}

/** The first segment of the path. GUIDs and domains ignore case. */
const tenantOf = (url: URL) => url.pathname.split("/")[1]!.toLowerCase();

/** Microsoft's sign-in hosts, including national clouds. */
const microsoftHosts = new Set([
  "login.microsoftonline.com",
  "login.microsoft.com",
  "login.windows.net",
  "sts.windows.net",
  "login.microsoftonline.us",
  "login.partner.microsoftonline.cn",
  "login.chinacloudapi.cn",
]);

export const isMicrosoftHost = (host: string): boolean => microsoftHosts.has(host);

/** An external tenant's host: `contoso.ciamlogin.com`, or the tenant's GUID in place of the name. */
export const isCiamHost = (host: string): boolean => /^[a-z0-9-]+\.ciamlogin\.com$/.test(host);

/**
 * Metadata that names another issuer's token endpoint would receive secrets meant for that issuer (mix-up, RFC 9700
 * §4.4): an application's token, whose issuer no ID token proves, or an assertion that is valid there, since Entra's
 * assertions have the token endpoint as their audience and are sent to the other endpoints as well.
 * @throws DoorcodeError `invalid_issuer_response`
 */
export function checkTokenEndpoint({
  authority,
  tokenEndpoint,
}: Pick<IssuerMetadata, "authority" | "tokenEndpoint">): void {
  const [named, leadsTo] = [new URL(authority), new URL(tokenEndpoint)];
  const isMicrosofts = ({ hostname }: URL) => isMicrosoftHost(hostname) || isCiamHost(hostname);
  if (named.origin === leadsTo.origin || (isMicrosofts(named) && isMicrosofts(leadsTo))) return;
  throw new DoorcodeError("invalid_issuer_response", {
    detail: `the metadata of ${authority} names another host's token endpoint, ${leadsTo.origin}.`,
    hint: "Check the authority: it must be the issuer's own address.",
  });
}

/**
 * Chosen by the caller, otherwise by the host, otherwise by the issuer: `doorcode_profile` in its metadata says that
 * MSAL Node can be the engine. Undefined while metadata is needed but not yet known.
 */
export function chooseEngine(known: {
  option: "entra" | "oidc" | undefined;
  authority: string;
  document?: Record<string, unknown>;
}): "entra" | "oidc" | undefined {
  if (known.option) return known.option;
  const { hostname } = new URL(known.authority);
  if (isMicrosoftHost(hostname) || isCiamHost(hostname)) return "entra";
  if (!known.document) return undefined;
  return known.document.doorcode_profile === "entra" ? "entra" : "oidc";
}
