import type { Account } from "../../account.ts";
import { stringOf } from "../../device-flow/read-json.ts";
import { DoorcodeError } from "../../errors.ts";
import type { DeviceAuthorization } from "../ask-device-code.ts";
import type { Engine, EngineContext } from "../engine.ts";
import { issuerKeys, verifyIdToken } from "../id-token.ts";
import type { IssuerMetadata } from "../metadata.ts";
import { accountKey, putAccessToken, putAccount } from "../records.ts";
import { revokeRefreshToken } from "../revocation.ts";
import { accessTokenFrom, accountFrom, accountIdOf, namesIn, type TokenAnswer } from "../token-answer.ts";
import { application, checkingTokens } from "./msal-application.ts";
import { asDoorcodeError } from "./msal-failure.ts";
import { entraNetworkClient } from "./network-client.ts";
import { stagedStore } from "./staged-store.ts";

/** The rest of a device flow whose code is shown already: MSAL polls with the answer it would have had. */
export async function signInByMsal(
  asked: DeviceAuthorization,
  { scopes, claims, observer, accept, signal }: Parameters<Engine["signIn"]>[0],
  metadata: IssuerMetadata,
  context: EngineContext,
): ReturnType<Engine["signIn"]> {
  const { store, clock, transport } = context;
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
    const msal = application(metadata, context, checked, staged);
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
  await store.change([...fromMsal, putAccount(account, at), ...putAccessToken(account, accessToken, scopes, snapshot)]);
  return { account, accessToken };
}

/** A token by MSAL's refresh token, whatever its cache holds. */
export async function renewByMsal(
  { account, scopes, claims, signal }: Parameters<Engine["renew"]>[0],
  metadata: IssuerMetadata,
  context: EngineContext,
): ReturnType<Engine["renew"]> {
  const { store, clock, transport } = context;
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
    const msal = application(metadata, context, checked, staged);
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
}
