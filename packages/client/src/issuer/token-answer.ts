import type { Account } from "../client.ts";
import { DoorcodeError } from "../errors.ts";
import type { Owner } from "../token-store/contract.ts";
import type { StoredToken } from "../token-store/read-store.cts";
import { protocolScopes } from "../token-store/store-keys.ts";
import type { HttpAnswer } from "../transport/transport.ts";
import type { IdTokenClaims } from "./id-token.ts";
import { readJsonObject, stringOf } from "./issuer-answer.ts";
import type { ConnectedSession } from "./issuer-session.ts";

/** Members of a token answer, as MSAL gets them. */
export type TokenAnswer = Record<string, unknown>;

/** `uid.utid` as MSAL builds it, in lower case: with mixed case MSAL does not find its own records. */
export function accountIdOf(answer: TokenAnswer, claims: IdTokenClaims): string {
  const info = clientInfoOf(answer);
  return (info ? `${info.uid}.${info.utid}` : claims.sub).toLowerCase();
}

/** The same answer with `client_info` in lower case, so that MSAL's ids are ours. */
export function withLowerCaseIds<T extends TokenAnswer>(answer: T): T {
  const info = clientInfoOf(answer);
  if (!info) return answer;
  const lower = { ...info, uid: info.uid.toLowerCase(), utid: info.utid.toLowerCase() };
  return { ...answer, client_info: Buffer.from(JSON.stringify(lower)).toString("base64url") };
}

function clientInfoOf(answer: TokenAnswer): { uid: string; utid: string } | undefined {
  const text = stringOf(answer.client_info);
  const info = text === undefined ? undefined : readJsonObject(Buffer.from(text, "base64url").toString("utf8"));
  const uid = stringOf(info?.uid);
  const utid = stringOf(info?.utid);
  return uid && utid ? { uid, utid } : undefined;
}

export function accountFrom(id: string, claims: IdTokenClaims, owner: Owner): Account {
  return {
    id,
    username: stringOf(claims.preferred_username) ?? stringOf(claims.email) ?? claims.sub,
    name: stringOf(claims.name),
    tenantId: stringOf(claims.tid),
    issuer: String(claims.iss),
    authority: owner.authority,
    clientId: owner.clientId,
  };
}

/** By what a person may be expected: user name and email, unless the issuer says that it never checked the latter. */
export function namesIn(claims: IdTokenClaims): string[] {
  const email = claims.email_verified === false ? undefined : claims.email;
  return [claims.preferred_username, email].filter((name) => typeof name === "string");
}

/** `Date` counts whole seconds, and the answer was under way. */
const smallestLeadMs = 10_000;

/** Milliseconds that this machine's clock is ahead of an answer's `Date` (RFC 9110 §6.6.1); 0 where it is not. */
export function clockLead({ headers }: Pick<HttpAnswer, "headers">, now: number): number {
  const lead = now - Date.parse(headers.date ?? "");
  return lead > smallestLeadMs ? lead : 0;
}

/**
 * The access token of an answer (RFC 6749 §5.1): no `scope` means that all was granted. Its end counts from `now` or from the
 * issuer's time, whichever is earlier: `lead` is how far the clock is ahead of the issuer's, in milliseconds. A clock that is
 * set right later must not find a token that is over.
 */
export function accessTokenFrom(answer: TokenAnswer, requested: readonly string[], now: number, lead = 0): StoredToken {
  const token = stringOf(answer.access_token);
  if (!token) throw new DoorcodeError("invalid_issuer_response", { detail: "the token answer has no access token." });
  const seconds = Number(answer.expires_in);
  const granted = stringOf(answer.scope)
    ?.split(" ")
    .filter((scope) => scope !== "" && !protocolScopes.includes(scope));
  return {
    token,
    scopes: granted ?? requested.filter((scope) => !protocolScopes.includes(scope)),
    // RFC 6749 leaves the lifetime out at will; then the token serves now and is asked for again next time.
    expiresAt: now - lead + (Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0),
    obtainedAt: now,
  };
}

/**
 * A 200 of the token endpoint, checked by oauth4webapi (RFC 6749 §5.1): token type, types of the members. `nonce` is that of
 * the authorization request.
 * Loaded only once there is an answer to read; its ID token is verified before.
 * @throws DoorcodeError `invalid_issuer_response`
 */
export async function readTokenAnswer(
  grant: "device_code" | "refresh" | { nonce: string },
  answer: HttpAnswer,
  { metadata, clientId, clock }: Pick<ConnectedSession, "metadata" | "clientId" | "clock">,
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
    throw new DoorcodeError("invalid_issuer_response", { detail });
  }
}
