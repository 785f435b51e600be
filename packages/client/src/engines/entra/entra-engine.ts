import { presentedCode } from "../../device-flow/read-device-code.ts";
import { askDeviceCode } from "../ask-device-code.ts";
import type { Engine, EngineContext } from "../engine.ts";
import type { IssuerMetadata } from "../metadata.ts";
import { protocolScopes } from "../records.ts";
import { whereAccountsCanSignIn } from "./code-page.ts";

/**
 * MSAL Node as the engine: it builds the requests and keeps the cache; what it does not do, or does wrongly, is done around it.
 * It is loaded only after the code is shown: it costs more than all the rest, and until then a person has nothing to read.
 */
export function entraEngine(context: EngineContext, metadata: IssuerMetadata): Engine {
  return {
    kind: "entra",

    async signIn(input) {
      const { scopes, claims, deviceName, observer, signal } = input;
      // An unusable store is said before a person approves for nothing.
      await context.store.change([]);
      const scope = [...new Set([...scopes, ...protocolScopes])];
      const asked = await askDeviceCode({ scopes: scope, claims, deviceName, observer, signal }, metadata, context);
      await observer.code(whereAccountsCanSignIn(presentedCode(asked.code), metadata.authority));
      const { signInByMsal } = await import("./msal-flows.ts");
      return await signInByMsal(asked, input, metadata, context);
    },

    async signInByBrowser(input) {
      await context.store.change([]);
      const { signInByMsalInBrowser } = await import("./msal-browser.ts");
      return await signInByMsalInBrowser(input, metadata, context);
    },

    async renew(input) {
      const { renewByMsal } = await import("./msal-flows.ts");
      return await renewByMsal(input, metadata, context);
    },

    async signOut(account, { revoke }) {
      const { endAccount } = await import("../revocation.ts");
      return { revoked: await endAccount(account, { revoke }, metadata, context) };
    },
  };
}
