import type { INetworkModule, NetworkRequestOptions, PublicClientApplication } from "@azure/msal-node";
import type { Account } from "../../account.ts";
import { presentedCode } from "../../device-flow/read-device-code.ts";
import { stringOf } from "../../device-flow/read-json.ts";
import { DoorcodeError } from "../../errors.ts";
import type { TokenStore } from "../../token-store/contract.ts";
import { askDeviceCode } from "../ask-device-code.ts";
import type { Engine, EngineContext } from "../engine.ts";
import { issuerKeys, verifyIdToken } from "../id-token.ts";
import type { IssuerMetadata } from "../metadata.ts";
import { accountKey, protocolScopes, putAccessToken, putAccount } from "../records.ts";
import { endAccount, revokeRefreshToken } from "../revocation.ts";
import {
  accessTokenFrom,
  accountFrom,
  accountIdOf,
  namesIn,
  type TokenAnswer,
  withLowerCaseIds,
} from "../token-answer.ts";
import { entraCachePlugin } from "./cache-plugin.ts";
import { whereAccountsCanSignIn } from "./code-page.ts";
import { failedAnswer } from "./msal-answer.ts";
import { asDoorcodeError } from "./msal-failure.ts";
import { entraNetworkClient } from "./network-client.ts";
import { stagedStore } from "./staged-store.ts";

/** MSAL Node as the engine: it builds the requests and keeps the cache; what it does not do, or does wrongly, is done around it. */
export function entraEngine(context: EngineContext, metadata: IssuerMetadata): Engine {
  const { store, clock, transport } = context;

  return {
    kind: "entra",

    async signIn({ scopes, claims, deviceName, observer, accept, signal }) {
      // An unusable store is said before a person approves for nothing.
      await store.change([]);
      const scope = [...new Set([...scopes, ...protocolScopes])];
      const asked = await askDeviceCode({ scopes: scope, claims, deviceName, observer, signal }, metadata, context);
      await observer.code(whereAccountsCanSignIn(presentedCode(asked.code), metadata.authority));

      const keys = issuerKeys(metadata, { ...context, signal });
      // While the person is busy; what fails is asked for again when there is a token to verify.
      keys.get().catch(() => {});
      const staged = stagedStore(store);
      const { answer: _answer, requestedAt, monotonicAt } = asked;
      const network = entraNetworkClient({
        transport,
        clock,
        observer,
        signal,
        deviceAuthorization: { answer: asked.answer, requestedAt, monotonicAt },
      });
      let signedIn: { account: Account; answer: TokenAnswer; at: number } | undefined;
      const checked = checkingTokens(network, async (answer) => {
        const verified = await verifyIdToken(answer.id_token, metadata, { ...context, keys });
        const account = accountFrom(accountIdOf(answer, verified), verified, context);
        try {
          accept(account, namesIn(verified));
        } catch (refusal) {
          const token = stringOf(answer.refresh_token);
          if (token) await revokeRefreshToken(token, metadata, context);
          throw refusal;
        }
        signedIn = { account, answer, at: clock.now() };
      });
      try {
        const msal = await application(metadata, context, checked, staged);
        await msal.acquireTokenByDeviceCode({
          scopes,
          deviceCodeCallback() {},
          ...(claims !== undefined && { claims }),
        });
      } catch (error) {
        throw asDoorcodeError(error, network);
      }
      if (!signedIn) throw new DoorcodeError("issuer_misbehaved", { detail: "MSAL ended without a token." });
      const { account, answer, at } = signedIn;
      const accessToken = accessTokenFrom(answer, scopes, at);
      const snapshot = await store.read();
      // A new sign-in stands whatever was removed before.
      const fromMsal = staged
        .changes()
        .map((change) => ("put" in change ? { put: change.put, value: change.value } : change));
      await store.change([
        ...fromMsal,
        putAccount(account, at),
        ...putAccessToken(account, accessToken, scopes, snapshot),
      ]);
      return { account, accessToken };
    },

    async renew({ account, scopes, claims, signal }) {
      const snapshot = await store.read();
      const keys = issuerKeys(metadata, { ...context, signal });
      await keys.get();
      const staged = stagedStore(store);
      const network = entraNetworkClient({ transport, clock, signal });
      let renewed: { answer: TokenAnswer; at: number } | undefined;
      const checked = checkingTokens(network, async (answer) => {
        const at = clock.now();
        if (answer.id_token !== undefined) {
          const verified = await verifyIdToken(answer.id_token, metadata, { ...context, keys });
          if (accountIdOf(answer, verified) !== account.id) {
            throw new DoorcodeError("token_not_trusted", { detail: "the renewal answered for another account." });
          }
        }
        renewed = { answer, at };
      });
      try {
        const msal = await application(metadata, context, checked, staged);
        const known = await msal.getTokenCache().getAllAccounts();
        const ours = known.find((each) => each.homeAccountId.toLowerCase() === account.id);
        if (!ours) throw new DoorcodeError("sign_in_needed");
        await msal.acquireTokenSilent({
          account: ours,
          scopes,
          forceRefresh: true,
          ...(claims !== undefined && { claims }),
        });
      } catch (error) {
        throw asDoorcodeError(error, network);
      }
      if (!renewed) throw new DoorcodeError("issuer_misbehaved", { detail: "MSAL ended without a token." });
      const accessToken = accessTokenFrom(renewed.answer, scopes, renewed.at);
      const kept = putAccessToken(account, accessToken, scopes, snapshot, snapshot.generation);
      const after = await store.change([...staged.changes(), ...kept]);
      if (!after.records.has(accountKey(account))) {
        throw new DoorcodeError("sign_in_needed", { detail: `${account.username} was signed out meanwhile.` });
      }
      return accessToken;
    },

    async signOut(account, { revoke }) {
      return { revoked: await endAccount(account, { revoke }, metadata, context) };
    },
  };
}

/** MSAL is loaded here and nowhere sooner: it costs more than all the rest, and until now a person had nothing to read. */
async function application(
  { authority, document, issuer }: IssuerMetadata,
  scope: EngineContext,
  networkClient: INetworkModule,
  store: TokenStore,
): Promise<PublicClientApplication> {
  const { PublicClientApplication } = await import("@azure/msal-node");
  return new PublicClientApplication({
    auth: {
      clientId: scope.clientId,
      authority,
      // An authority that the program names is a known one; else MSAL would ask Microsoft about it.
      knownAuthorities: [new URL(authority).host, new URL(issuer.replace("{tenantid}", "common")).host],
      authorityMetadata: JSON.stringify(document),
    },
    cache: { cachePlugin: entraCachePlugin(store, scope) },
    system: { networkClient, loggerOptions: { loggerCallback() {}, piiLoggingEnabled: false } },
  });
}

/** MSAL sees a token answer only after `check`; what that throws ends MSAL's request. */
function checkingTokens(network: INetworkModule, check: (answer: TokenAnswer) => Promise<void>): INetworkModule {
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
      return { ...response, body: withLowerCaseIds(answer) as T };
    },
  };
}
