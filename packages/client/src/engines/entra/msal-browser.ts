import type { PublicClientApplication } from "@azure/msal-node";
import { type AuthorizationRequest, throughBrowser } from "../../browser-flow/through-browser.ts";
import { authorizationEndpointOf } from "../authorization-endpoint.ts";
import type { Engine, EngineContext, SignedIn } from "../engine.ts";
import { issuerKeys } from "../id-token.ts";
import type { IssuerMetadata } from "../metadata.ts";
import { application } from "./msal-application.ts";
import { asDoorcodeError } from "./msal-failure.ts";
import { signInThroughMsal } from "./msal-sign-in.ts";
import { entraNetworkClient } from "./network-client.ts";
import { stagedStore } from "./staged-store.ts";

/**
 * MSAL builds the address and redeems the code. Not its `acquireTokenInteractive`: its listener ends at the first wrong answer,
 * its page says "signed in" before anything is, and nothing can cancel it.
 */
export async function signInByMsalInBrowser(
  input: Parameters<Engine["signInByBrowser"]>[0],
  metadata: IssuerMetadata,
  context: EngineContext,
): SignedIn {
  authorizationEndpointOf(metadata);
  const { clientId, clock, transport, store } = context;
  const { scopes, claims, loginHint, observer, signal } = input;
  const keys = issuerKeys(metadata, { ...context, signal });
  // While the person is busy; what fails is asked for again when there is a token to verify.
  keys.get().catch(() => {});
  const network = entraNetworkClient({ transport, clock, observer, signal });
  const common = { scopes, ...(claims !== undefined && { claims }) };

  const address = async ({ redirectUri, state, nonce, codeChallenge }: AuthorizationRequest): Promise<string> => {
    try {
      return await application(metadata, context, network, stagedStore(store)).getAuthCodeUrl({
        ...common,
        ...{ redirectUri, state, nonce, codeChallenge, codeChallengeMethod: "S256" },
        ...(loginHint !== undefined && { loginHint }),
      });
    } catch (error) {
      throw asDoorcodeError(error, network);
    }
  };
  return await throughBrowser({ clientId, metadata, clock, observer, signal }, address, async (code) => {
    const acquire = (msal: PublicClientApplication) => msal.acquireTokenByCode({ ...common, ...code });
    return await signInThroughMsal({ ...input, network, keys, nonce: code.nonce, acquire }, metadata, context);
  });
}
