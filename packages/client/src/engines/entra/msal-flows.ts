import type { PublicClientApplication } from "@azure/msal-node";
import { DoorcodeError } from "../../errors.ts";
import type { DeviceAuthorization } from "../ask-device-code.ts";
import type { Engine, EngineContext, SignedIn, SignInInput } from "../engine.ts";
import { issuerKeys, verifyIdToken } from "../id-token.ts";
import type { IssuerMetadata } from "../metadata.ts";
import { accountKey, putAccessToken } from "../records.ts";
import { accessTokenFrom, accountIdOf, type TokenAnswer } from "../token-answer.ts";
import { application, checkingTokens } from "./msal-application.ts";
import { asDoorcodeError } from "./msal-failure.ts";
import { signInThroughMsal } from "./msal-sign-in.ts";
import { entraNetworkClient } from "./network-client.ts";
import { stagedStore } from "./staged-store.ts";

/** The rest of a device flow whose code is shown already: MSAL polls with the answer it would have had. */
export async function signInByMsal(
  asked: DeviceAuthorization,
  input: SignInInput,
  metadata: IssuerMetadata,
  context: EngineContext,
): SignedIn {
  const { clock, transport } = context;
  const { scopes, claims, observer, signal } = input;
  const keys = issuerKeys(metadata, { ...context, signal });
  // While the person is busy; what fails is asked for again when there is a token to verify.
  keys.get().catch(() => {});
  const { answer: _answer, requestedAt, monotonicAt } = asked;
  const network = entraNetworkClient({
    transport,
    clock,
    observer,
    signal,
    deviceAuthorization: { answer: asked.answer, requestedAt, monotonicAt },
  });
  const acquire = (msal: PublicClientApplication) =>
    msal.acquireTokenByDeviceCode({ scopes, deviceCodeCallback() {}, ...(claims !== undefined && { claims }) });
  return await signInThroughMsal({ ...input, network, keys, acquire }, metadata, context);
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
