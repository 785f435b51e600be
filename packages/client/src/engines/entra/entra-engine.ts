import type { PresentedCode } from "../../client.ts";
import { askDeviceCode, presentedCode } from "../../device-flow/device-code.ts";
import { isCiamHost } from "../../issuer/issuer-check.ts";
import type { ConnectedSession } from "../../issuer/issuer-session.ts";
import { protocolScopes } from "../../token-store/store-keys.ts";
import type { Engine } from "../engine.ts";

/**
 * MSAL Node as the engine: it builds the requests and keeps the cache. What it does not do, or does wrongly, is done
 * around it. It is loaded only after the code is shown: it takes longer than everything else, and the user needs the
 * code first.
 */
export function entraEngine(session: ConnectedSession): Engine {
  return {
    kind: "entra",

    async signIn(input) {
      const { scopes, claims, deviceName, observer, signal } = input;
      // Reports an unusable store before the user approves in vain.
      await session.store.change([]);
      const scope = [...new Set([...scopes, ...protocolScopes])];
      const asked = await askDeviceCode({ scopes: scope, claims, deviceName, observer, signal }, session);
      await observer.code(whereAccountsCanSignIn(presentedCode(asked.code), session.metadata.authority));
      const { signInByMsal } = await import("./msal-sign-in.ts");
      return await signInByMsal(asked, input, session);
    },

    async signInByBrowser(input) {
      await session.store.change([]);
      const { signInByMsalInBrowser } = await import("./msal-sign-in.ts");
      return await signInByMsalInBrowser(input, session);
    },

    async renew(input) {
      const { renewByMsal } = await import("./msal-tokens.ts");
      return await renewByMsal(input, session);
    },
  };
}

/**
 * An external tenant names microsoft.com/devicelogin, which rejects its customers' local accounts (AADSTS500208). The
 * tenant's own page accepts them.
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
