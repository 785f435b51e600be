import { DoorcodeError } from "../../errors.ts";
import type { HttpAnswer } from "../../transport/transport.ts";
import type { EngineContext } from "../engine.ts";
import type { IssuerMetadata } from "../metadata.ts";
import type { TokenAnswer } from "../token-answer.ts";

/**
 * A 200 of the token endpoint, checked by oauth4webapi (RFC 6749 §5.1): token type, types of the members. `nonce` is that of
 * the authorization request.
 * Loaded only once there is an answer to read; its ID token is verified before.
 * @throws DoorcodeError `issuer_misbehaved`
 */
export async function readTokenAnswer(
  grant: "device_code" | "refresh" | { nonce: string },
  answer: HttpAnswer,
  metadata: IssuerMetadata,
  { clientId, clock }: EngineContext,
): Promise<TokenAnswer> {
  const oauth = await import("oauth4webapi");
  const server = { ...metadata.document, issuer: metadata.issuer } as import("oauth4webapi").AuthorizationServer;
  const client: import("oauth4webapi").Client = {
    client_id: clientId,
    [oauth.clockSkew]: Math.round((clock.now() - Date.now()) / 1_000),
    [oauth.clockTolerance]: 300,
  };
  const response = new Response(answer.body, { status: answer.status, headers: answer.headers });
  const read = () => {
    if (grant === "device_code") return oauth.processDeviceCodeResponse(server, client, response);
    if (grant === "refresh") return oauth.processRefreshTokenResponse(server, client, response);
    return oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: grant.nonce });
  };
  try {
    return { ...(await read()) };
  } catch (error) {
    // Its errors hold the response as their cause, tokens and all; only its sentence goes on.
    const detail = error instanceof Error ? `${error.message}.` : "it cannot be read.";
    throw new DoorcodeError("issuer_misbehaved", { detail });
  }
}
