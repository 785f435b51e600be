import { type INetworkModule, type NetworkRequestOptions, PublicClientApplication } from "@azure/msal-node";
import { withoutEmpty } from "../../issuer/issuer-answer.ts";
import type { ConnectedSession } from "../../issuer/issuer-session.ts";
import { type TokenAnswer, withLowerCaseIds } from "../../issuer/token-answer.ts";
import type { TokenStore } from "../../token-store/contract.ts";
import { entraCachePlugin } from "./cache-plugin.ts";
import { asDoorcodeError, failedAnswer } from "./msal-errors.ts";

export function application(
  session: ConnectedSession,
  networkClient: INetworkModule,
  store: TokenStore,
): PublicClientApplication {
  return new PublicClientApplication({
    auth: authOf(session),
    cache: { cachePlugin: entraCachePlugin(store, session) },
    system: quietSystem(networkClient),
  });
}

/** Application and authority, for both kinds of MSAL applications. */
export function authOf({ metadata, clientId }: Pick<ConnectedSession, "metadata" | "clientId">) {
  const { authority, document, issuer } = metadata;
  return {
    clientId,
    authority,
    // A named authority counts as known; otherwise MSAL would ask Microsoft about it.
    knownAuthorities: [new URL(authority).host, new URL(issuer.replace("{tenantid}", "common")).host],
    authorityMetadata: JSON.stringify(document),
  };
}

/** Uses our network and no log: MSAL's log may contain user names. */
export const quietSystem = (networkClient: INetworkModule) => ({
  networkClient,
  loggerOptions: { loggerCallback() {}, piiLoggingEnabled: false },
});

/** Passes a token answer to MSAL only after `check`. An error from `check` ends MSAL's request. */
export function checkingTokens(network: INetworkModule, check: (answer: TokenAnswer) => Promise<void>): INetworkModule {
  return {
    sendGetRequestAsync: (url, options, timeout) => network.sendGetRequestAsync(url, options, timeout),
    async sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions) {
      const response = await network.sendPostRequestAsync<T>(url, options);
      const answer = response.body as TokenAnswer | undefined;
      if (typeof answer?.access_token !== "string") return response;
      try {
        await check(answer);
      } catch (error) {
        return failedAnswer<T>(asDoorcodeError(error));
      }
      return { ...response, body: withLowerCaseIds(withoutEmpty(answer)) as T };
    },
  };
}
