import { ConfidentialClientApplication } from "@azure/msal-node";
import type { AppCertificate } from "../../app-certificate.ts";
import { DoorcodeError } from "../../errors.ts";
import type { AccessToken, EngineContext } from "../engine.ts";
import type { IssuerMetadata } from "../metadata.ts";
import type { TokenAnswer } from "../token-answer.ts";
import { accessTokenFrom } from "../token-answer.ts";
import { authOf, checkingTokens, quietSystem } from "./msal-application.ts";
import { asDoorcodeError } from "./msal-failure.ts";
import { entraNetworkClient } from "./network-client.ts";

/**
 * A token of the application's own by MSAL, from the network. MSAL's application lives for this one request: it would sign
 * one assertion for ten minutes, and an issuer may take each but once (RFC 7523 §3, `jti`).
 */
export async function appTokenByMsal(
  { certificate, scope, signal }: { certificate: AppCertificate; scope: string; signal?: AbortSignal | undefined },
  metadata: IssuerMetadata,
  { clientId, transport, clock }: Pick<EngineContext, "clientId" | "transport" | "clock">,
): Promise<AccessToken> {
  const network = entraNetworkClient({ transport, clock, signal });
  let answered: { answer: TokenAnswer; at: number } | undefined;
  const networkClient = checkingTokens(network, async (answer) => {
    answered = { answer, at: clock.now() };
  });
  const { privateKey, chain: x5c, thumbprintSha256 } = certificate;
  try {
    const msal = new ConfidentialClientApplication({
      auth: { ...authOf(metadata, clientId), clientCertificate: { thumbprintSha256, privateKey, x5c } },
      system: quietSystem(networkClient),
    });
    await msal.acquireTokenByClientCredential({ scopes: [scope], skipCache: true });
  } catch (error) {
    throw asDoorcodeError(error, network);
  }
  if (!answered) throw new DoorcodeError("issuer_misbehaved", { detail: "MSAL ended without a token." });
  return accessTokenFrom(answered.answer, [scope], answered.at);
}
