import type { INetworkModule, PublicClientApplication } from "@azure/msal-node";
import type { AuthorizationRequest } from "../../authorization-code/flow.ts";
import type { Account } from "../../client.ts";
import type { DeviceAuthorization } from "../../device-flow/device-code.ts";
import { DoorcodeError } from "../../errors.ts";
import { type IssuerKeys, issuerKeys, verifyIdToken } from "../../issuer/id-token.ts";
import { stringOf } from "../../issuer/issuer-answer.ts";
import type { ConnectedSession } from "../../issuer/issuer-session.ts";
import { accessTokenFrom, accountFrom, accountIdOf, type TokenAnswer } from "../../issuer/token-answer.ts";
import type { Engine, SignedIn, SignInInput } from "../engine.ts";
import { acceptAccount, keepSignIn } from "../keep-tokens.ts";
import { stagedStore } from "./cache-plugin.ts";
import { application, checkingTokens } from "./msal-application.ts";
import { asDoorcodeError } from "./msal-errors.ts";
import { entraNetworkClient } from "./network-client.ts";

export interface MsalSignIn extends Pick<SignInInput, "scopes" | "accept"> {
  network: INetworkModule;
  keys: IssuerKeys;
  /** The nonce of the authorization request, if there was one. */
  nonce?: string;
  /** The one MSAL request that ends with tokens. */
  acquire(msal: PublicClientApplication): Promise<unknown>;
}

/**
 * Everything around MSAL's request: the ID token is verified before MSAL reads it, and all records are stored in one
 * change.
 */
export async function signInThroughMsal(
  { scopes, accept, network, keys, nonce, acquire }: MsalSignIn,
  session: ConnectedSession,
): SignedIn {
  const { store, clock } = session;
  const staged = stagedStore(store);
  let signedIn: { account: Account; answer: TokenAnswer; at: number } | undefined;
  const checked = checkingTokens(network, async (answer) => {
    const verified = await verifyIdToken(answer.id_token, session, { keys, nonce });
    const account = accountFrom(accountIdOf(answer, verified), verified, session);
    await acceptAccount({ account, claims: verified, refreshToken: stringOf(answer.refresh_token) }, accept, session);
    signedIn = { account, answer, at: clock.now() };
  });
  try {
    await acquire(application(session, checked, staged));
  } catch (error) {
    throw asDoorcodeError(error, network);
  }
  if (!signedIn) throw new DoorcodeError("invalid_issuer_response", { detail: "MSAL ended without a token." });
  const { account, answer, at } = signedIn;
  const token = accessTokenFrom(answer, scopes, at);
  // A new sign-in is kept even if the account was removed before.
  const fromMsal = staged
    .changes()
    .map((change) => ("put" in change ? { put: change.put, value: change.value } : change));
  return await keepSignIn(session, { account, token, scopes }, fromMsal);
}

/**
 * MSAL builds the address and redeems the code. Its `acquireTokenInteractive` is not used: its listener ends at the
 * first wrong answer, its page says "signed in" too early, and it cannot be cancelled.
 */
export async function signInByMsalInBrowser(
  input: Parameters<Engine["signInByBrowser"]>[0],
  session: ConnectedSession,
): SignedIn {
  // A device flow loads none of this.
  const { authorizationCodeFlow, authorizationEndpointOf } = await import("../../authorization-code/flow.ts");
  authorizationEndpointOf(session.metadata);
  const { clock, transport, store } = session;
  const { scopes, claims, loginHint, observer, signal } = input;
  const keys = issuerKeys(session, signal);
  const network = entraNetworkClient({ transport, clock, observer, signal });
  const common = { scopes, ...(claims !== undefined && { claims }) };

  const address = async ({ redirectUri, state, nonce, codeChallenge }: AuthorizationRequest): Promise<string> => {
    // Before the user is asked: without the keys the answer could not be verified.
    await keys.get();
    try {
      return await application(session, network, stagedStore(store)).getAuthCodeUrl({
        ...common,
        ...{ redirectUri, state, nonce, codeChallenge, codeChallengeMethod: "S256" },
        ...(loginHint !== undefined && { loginHint }),
      });
    } catch (error) {
      throw asDoorcodeError(error, network);
    }
  };
  return await authorizationCodeFlow(session, { observer, signal }, address, async (code) => {
    const acquire = (msal: PublicClientApplication) => msal.acquireTokenByCode({ ...common, ...code });
    return await signInThroughMsal({ ...input, network, keys, nonce: code.nonce, acquire }, session);
  });
}

/** The rest of a device flow whose code is already shown: MSAL polls with the answer that it would have received. */
export async function signInByMsal(
  asked: DeviceAuthorization,
  input: SignInInput,
  session: ConnectedSession,
): SignedIn {
  const { clock, transport } = session;
  const { scopes, claims, observer, signal } = input;
  const keys = issuerKeys(session, signal);
  // Loads while the user is busy; failures are retried before the first poll.
  keys.get().catch(() => {});
  const { answer, requestedAt, monotonicAt, codeVerifier } = asked;
  const network = entraNetworkClient({
    transport,
    clock,
    observer,
    signal,
    ready: () => keys.get(),
    deviceAuthorization: { answer, requestedAt, monotonicAt, codeVerifier },
    announcedWait: session.metadata.announcedWait,
  });
  const acquire = (msal: PublicClientApplication) =>
    msal.acquireTokenByDeviceCode({ scopes, deviceCodeCallback() {}, ...(claims !== undefined && { claims }) });
  return await signInThroughMsal({ ...input, network, keys, acquire }, session);
}
