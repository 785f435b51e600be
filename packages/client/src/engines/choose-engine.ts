/** Microsoft's own sign-in hosts, national clouds included. */
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

/** An external tenant's host: `contoso.ciamlogin.com`, or the tenant's GUID in that place. */
export const isCiamHost = (host: string): boolean => /^[a-z0-9-]+\.ciamlogin\.com$/.test(host);

/**
 * By the caller's word, else by the host, else by the issuer's own: `doorcode_profile` in its metadata says that MSAL Node
 * can be the engine. Undefined while the metadata is not known and needed.
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
