import { ConfidentialClientApplication } from "@azure/msal-node";
import type { AppCertificate } from "../../app-certificate.ts";
import { DoorcodeError } from "../../errors.ts";
import { issuerKeys, verifyIdToken } from "../../issuer/id-token.ts";
import type { ConnectedSession } from "../../issuer/issuer-session.ts";
import { accessTokenFrom, accountIdOf, type TokenAnswer } from "../../issuer/token-answer.ts";
import type { StoredToken } from "../../token-store/read-store.cts";
import type { Engine } from "../engine.ts";
import { checkRenewed, keepRenewal } from "../keep-tokens.ts";
import { stagedStore } from "./cache-plugin.ts";
import { application, authOf, checkingTokens, quietSystem } from "./msal-application.ts";
import { asDoorcodeError } from "./msal-errors.ts";
import { entraNetworkClient } from "./network-client.ts";

/** Gets a token with MSAL's refresh token, regardless of its cache. */
export async function renewByMsal(
  { account, scopes, ask = scopes, claims, signal }: Parameters<Engine["renew"]>[0],
  session: ConnectedSession,
): ReturnType<Engine["renew"]> {
  const { store, clock, transport } = session;
  const snapshot = await store.read();
  const keys = issuerKeys(session, signal);
  await keys.get();
  const staged = stagedStore(store);
  const network = entraNetworkClient({ transport, clock, signal });
  let renewed: { answer: TokenAnswer; at: number } | undefined;
  const checked = checkingTokens(network, async (answer) => {
    const at = clock.now();
    if (answer.id_token !== undefined) {
      const verified = await verifyIdToken(answer.id_token, session, { keys });
      checkRenewed(accountIdOf(answer, verified), account);
    }
    renewed = { answer, at };
  });
  try {
    const msal = application(session, checked, staged);
    const known = await msal.getTokenCache().getAllAccounts();
    const ours = known.find((each) => each.homeAccountId.toLowerCase() === account.id);
    if (!ours) throw new DoorcodeError("sign_in_needed");
    await msal.acquireTokenSilent({
      account: ours,
      scopes: ask,
      forceRefresh: true,
      ...(claims !== undefined && { claims }),
    });
  } catch (error) {
    throw asDoorcodeError(error, network);
  }
  if (!renewed) throw new DoorcodeError("invalid_issuer_response", { detail: "MSAL ended without a token." });
  const token = accessTokenFrom(renewed.answer, ask, renewed.at, { wanted: scopes });
  return await keepRenewal(session, { account, token, scopes }, snapshot, staged.changes());
}

/**
 * Gets a token for the application itself with MSAL, from the network. The MSAL application lives for this one request:
 * it would reuse one assertion for ten minutes, and an issuer may accept each only once (RFC 7523 §3, `jti`).
 */
export async function appTokenByMsal(
  { certificate, scope, signal }: { certificate: AppCertificate; scope: string; signal?: AbortSignal | undefined },
  session: ConnectedSession,
): Promise<StoredToken> {
  const { transport, clock } = session;
  const network = entraNetworkClient({ transport, clock, signal });
  let answered: { answer: TokenAnswer; at: number } | undefined;
  const networkClient = checkingTokens(network, async (answer) => {
    answered = { answer, at: clock.now() };
  });
  const { privateKey, chain: x5c, thumbprintSha256 } = certificate;
  try {
    const msal = new ConfidentialClientApplication({
      auth: { ...authOf(session), clientCertificate: { thumbprintSha256, privateKey, x5c } },
      system: quietSystem(networkClient),
    });
    await msal.acquireTokenByClientCredential({ scopes: [scope], skipCache: true });
  } catch (error) {
    throw asDoorcodeError(error, network);
  }
  if (!answered) throw new DoorcodeError("invalid_issuer_response", { detail: "MSAL ended without a token." });
  return accessTokenFrom(answered.answer, [scope], answered.at);
}
