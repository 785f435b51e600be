import type { Account, SignOutResult } from "./client.ts";
import { DoorcodeError } from "./errors.ts";
import { isBusy, issuerError, readJsonObject } from "./issuer/issuer-answer.ts";
import type { ConnectedSession, IssuerSession } from "./issuer/issuer-session.ts";
import { connect } from "./issuer/metadata.ts";
import { requestTimeoutMs, withRetries } from "./issuer/with-retries.ts";
import { accessTokensOf, refreshTokensOf, removeAccount } from "./token-store/store-keys.ts";

/** The result of a revocation at the issuer. */
export type Revocation = Omit<SignOutResult, "accounts">;

/**
 * Signing out locally does not depend on the issuer: nothing of the account stays in the store, whatever the issuer
 * answers.
 */
export async function signOut(session: IssuerSession, account: Account, everywhere: boolean): Promise<Revocation> {
  const { store } = session;
  const revocation: Revocation = everywhere ? await revokeSignIn(session, account) : { revoked: "not_asked" };
  await store.change(removeAccount(await store.read(), account));
  return revocation;
}

const byWorth = ["failed", "refused", "unsupported", "yes", "nothing", "not_asked"] as const;

/** The worst of several results; undefined for an empty list. */
export function worst(outcomes: readonly Revocation[]): Revocation | undefined {
  for (const revoked of byWorth) {
    const found = outcomes.find((outcome) => outcome.revoked === revoked);
    if (found) return found;
  }
  return undefined;
}

async function revokeSignIn(session: IssuerSession, account: Account): Promise<Revocation> {
  const tokens = revocable(await session.store.read(), account, session.clock.now());
  // Nothing was sent, so nothing may be reported as revoked.
  if (tokens.length === 0) return { revoked: "nothing" };
  try {
    const connected = await connect(session, { anyAge: true });
    const outcomes: Revocation[] = [];
    for (const token of tokens) outcomes.push(await revokeToken(token, connected));
    return worst(outcomes) ?? { revoked: "nothing" };
  } catch (error) {
    return failed(error);
  }
}

interface RevocableToken {
  token: string;
  /** RFC 7009 §2.1. */
  hint: "refresh_token" | "access_token";
}

/**
 * The refresh tokens, since revoking one also ends its access tokens. Without one, the access tokens that are still
 * valid.
 */
function revocable(snapshot: Parameters<typeof refreshTokensOf>[0], account: Account, now: number): RevocableToken[] {
  const refreshTokens = refreshTokensOf(snapshot, account);
  if (refreshTokens.length > 0) return refreshTokens.map((token) => ({ token, hint: "refresh_token" }));
  return accessTokensOf(snapshot, account, now).map((token) => ({ token, hint: "access_token" }));
}

/**
 * Revokes a token; with a refresh token, also what was issued from it (RFC 7009 §2.1). Never throws: the local sign-out
 * is already done.
 */
export async function revokeToken(
  { token, hint }: RevocableToken,
  { metadata, clientId, transport, clock }: Pick<ConnectedSession, "metadata" | "clientId" | "transport" | "clock">,
): Promise<Revocation> {
  const url = metadata.revocationEndpoint;
  if (url === undefined) return { revoked: "unsupported" };
  const body = new URLSearchParams({ token, token_type_hint: hint, client_id: clientId }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  try {
    const answer = await withRetries(
      (signal) => transport.send({ url, method: "POST", headers, body, timeoutMs: requestTimeoutMs, signal }),
      { clock },
    );
    const { status } = answer;
    if (status === 200) return { revoked: "yes" };
    // RFC 7009 §2.2.1: the issuer does not revoke this kind of token.
    if (readJsonObject(answer.body)?.error === "unsupported_token_type") return { revoked: "unsupported" };
    const reason = issuerError(answer, { request: "the revocation", secrets: [token] }).message;
    // RFC 7009 §2.2.1: after a 503 the token is still valid, and nothing was decided.
    return { revoked: isBusy(answer) ? "failed" : "refused", status, reason };
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Revocation {
  if (!(error instanceof DoorcodeError)) return { revoked: "failed" };
  // An unusable store is an error of its own: then nothing is signed out.
  if (error.code.startsWith("store_")) throw error;
  return { revoked: "failed", reason: error.message };
}
