import type { PresentedCode } from "../../device-flow/events.ts";
import { isCiamHost } from "../choose-engine.ts";

/**
 * An external tenant names microsoft.com/devicelogin, where its customers' local accounts are refused (AADSTS500208). The page
 * that lets them in is the tenant's own.
 */
export function whereAccountsCanSignIn(code: PresentedCode, authority: string): PresentedCode {
  const { hostname } = new URL(authority);
  const shown = new URL(code.verificationUri);
  if (!isCiamHost(hostname) || isCiamHost(shown.hostname)) return code;
  const verificationUri = `https://${hostname}/common/oauth2/deviceauth`;
  return {
    ...code,
    verificationUri,
    verificationUriComplete: undefined,
    message: code.message?.replaceAll(code.verificationUri, verificationUri),
  };
}
