import type { Account } from "../client.ts";
import { DoorcodeError } from "../errors.ts";
import type { IdTokenClaims } from "../issuer/id-token.ts";
import type { ConnectedSession } from "../issuer/issuer-session.ts";
import { namesIn } from "../issuer/token-answer.ts";
import type { Change, Snapshot } from "../token-store/contract.ts";
import { accountKey, type StoredToken } from "../token-store/read-store.cts";
import { putAccessToken, putAccount } from "../token-store/store-keys.ts";
import type { SignInInput } from "./engine.ts";

/**
 * Asks the caller whether this account may sign in. If not, its new tokens are revoked.
 * @throws whatever `accept` throws
 */
export async function acceptAccount(
  {
    account,
    claims,
    refreshToken,
  }: { account: Account; claims: IdTokenClaims | undefined; refreshToken: string | undefined },
  accept: SignInInput["accept"],
  session: ConnectedSession,
): Promise<void> {
  try {
    accept(account, claims ? namesIn(claims, session.metadata) : []);
  } catch (refusal) {
    if (refreshToken) {
      const { revokeToken } = await import("../sign-out.ts");
      await revokeToken({ token: refreshToken, hint: "refresh_token" }, session);
    }
    throw refusal;
  }
}

/** Stores a sign-in in one change: the account, its token, and the engine's own records (`more`). */
export async function keepSignIn(
  { store }: Pick<ConnectedSession, "store">,
  { account, token, scopes }: { account: Account; token: StoredToken; scopes: string[] },
  more: readonly Change[],
): Promise<{ account: Account; accessToken: StoredToken }> {
  const snapshot = await store.read();
  await store.change([
    ...more,
    putAccount(account, token.obtainedAt),
    ...putAccessToken(account, token, scopes, snapshot),
  ]);
  return { account, accessToken: token };
}

/**
 * A renewal must not return tokens of another account (OpenID Connect Core §12.2). `id`: the account in the new ID
 * token.
 */
export function checkRenewed(id: string, account: Account): void {
  if (id === account.id) return;
  throw new DoorcodeError("token_not_trusted", { detail: "the renewal returned tokens of another account." });
}

/**
 * Stores a renewal in one change, unless the account was signed out since `before`.
 * @throws DoorcodeError `sign_in_needed`
 */
export async function keepRenewal(
  { store }: Pick<ConnectedSession, "store">,
  { account, token, scopes }: { account: Account; token: StoredToken; scopes: string[] },
  before: Snapshot,
  more: readonly Change[],
): Promise<StoredToken> {
  const kept = putAccessToken(account, token, scopes, before, before.generation);
  const after = await store.change([...more, ...kept]);
  if (after.records.has(accountKey(account))) return token;
  throw new DoorcodeError("sign_in_needed", { detail: `${account.username} was signed out in the meantime.` });
}
