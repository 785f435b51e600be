import type { INetworkModule, PublicClientApplication } from "@azure/msal-node";
import type { Account } from "../../account.ts";
import { stringOf } from "../../device-flow/read-json.ts";
import { DoorcodeError } from "../../errors.ts";
import type { EngineContext, SignedIn, SignInInput } from "../engine.ts";
import { type IssuerKeys, verifyIdToken } from "../id-token.ts";
import type { IssuerMetadata } from "../metadata.ts";
import { putAccessToken, putAccount } from "../records.ts";
import { revokeRefreshToken } from "../revocation.ts";
import { accessTokenFrom, accountFrom, accountIdOf, namesIn, type TokenAnswer } from "../token-answer.ts";
import { application, checkingTokens } from "./msal-application.ts";
import { asDoorcodeError } from "./msal-failure.ts";
import { stagedStore } from "./staged-store.ts";

export interface MsalSignIn extends Pick<SignInInput, "scopes" | "accept"> {
  network: INetworkModule;
  keys: IssuerKeys;
  /** Of the authorization request, where there was one. */
  nonce?: string;
  /** The one request of MSAL that ends in tokens. */
  acquire(msal: PublicClientApplication): Promise<unknown>;
}

/** Everything around MSAL's request: the ID token is verified before MSAL reads it, and all records are kept in one change. */
export async function signInThroughMsal(
  { scopes, accept, network, keys, nonce, acquire }: MsalSignIn,
  metadata: IssuerMetadata,
  context: EngineContext,
): SignedIn {
  const { store, clock } = context;
  const staged = stagedStore(store);
  let signedIn: { account: Account; answer: TokenAnswer; at: number } | undefined;
  const checked = checkingTokens(network, async (answer) => {
    const verified = await verifyIdToken(answer.id_token, metadata, { ...context, keys, nonce });
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
    await acquire(application(metadata, context, checked, staged));
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
