import type { Account } from "../client.ts";
import type { Change, Json, Owner, Snapshot, StoredAccessToken } from "./contract.ts";
import {
  type AccountRef,
  accessKey,
  accessPrefix,
  accountKey,
  isFromFuture,
  isObject,
  ownerKey,
  type StoredToken,
  storedAccounts,
} from "./read-store.cts";

export const refreshKey = (account: AccountRef): string => `refresh:${ownerKey(account)}|${account.id}`;

export const metadataKey = (authority: string): string => `metadata:${authority.toLowerCase()}`;

/** The prefix of all records of MSAL's cache for this program at this authority. */
export const msalPrefix = ({ clientId, authority }: Owner): string =>
  `msal:${ownerKey({ clientId, authority: authority.replace(/\/+$/, "") })}|`;

/** The scopes of OpenID Connect itself; never part of an access token's key. */
export const protocolScopes: readonly string[] = ["openid", "profile", "offline_access"];

/** The signed-in accounts, the most recent first. */
export function accountsOf({ records }: Snapshot, { authority, clientId }: Owner): Account[] {
  return storedAccounts(records, { authority, clientId }).map(({ id, username, name, tenant_id, issuer }) => ({
    id,
    username,
    name: name ?? undefined,
    tenantId: tenant_id ?? undefined,
    issuer,
    authority,
    clientId,
  }));
}

export function putAccount(account: Account, signedInAt: number): Change {
  const { id, username, name = null, tenantId = null, issuer, authority, clientId } = account;
  const value = { id, username, name, tenant_id: tenantId, issuer, authority, client_id: clientId };
  return { put: accountKey(account), value: { ...value, signed_in_at: signedInAt } };
}

/**
 * The changes that store a token. They also remove the account's expired tokens, and those from before the clock was
 * set back.
 */
export function putAccessToken(
  account: Account,
  token: StoredToken,
  requested: readonly string[],
  snapshot: Snapshot,
  basedOn?: number,
): Change[] {
  const value: StoredAccessToken = {
    token: token.token,
    expires_at: token.expiresAt,
    scopes: token.scopes,
    account_id: account.id,
    obtained_at: token.obtainedAt,
    ...(token.notGranted.length > 0 && { not_granted: token.notGranted }),
  };
  const key = accessKey(account, requested);
  const over = [...snapshot.records]
    .filter(([name]) => name.startsWith(accessPrefix(account)) && name !== key)
    .filter(([, kept]) => isObject(kept) && isOver(kept, token.obtainedAt))
    .map(([name]): Change => ({ remove: name }));
  const put: Change = { put: key, value, ...(basedOn !== undefined && { basedOn, belongsTo: accountKey(account) }) };
  return [...over, put];
}

const isOver = (kept: { [name: string]: Json }, now: number): boolean =>
  Number(kept.expires_at) <= now || isFromFuture({ obtainedAt: Number(kept.obtained_at) }, now);

/** Everything stored for an account, by either engine. Needs no issuer. */
export function removeAccount(snapshot: Snapshot, account: Account): Change[] {
  const keys = new Set([accountKey(account), refreshKey(account), ...msalKeysOf(snapshot, account)]);
  for (const key of snapshot.records.keys()) if (key.startsWith(accessPrefix(account))) keys.add(key);
  return [...keys].map((key) => ({ remove: key }));
}

/** The account's stored refresh tokens: our own, or those among MSAL's records. */
export function refreshTokensOf(snapshot: Snapshot, account: Account): string[] {
  const own = snapshot.records.get(refreshKey(account));
  const fromMsal = msalKeysOf(snapshot, account)
    .filter((key) => key.startsWith(`${msalPrefix(account)}RefreshToken|`))
    .map((key) => snapshot.records.get(key));
  return [
    isObject(own) ? own.token : undefined,
    ...fromMsal.map((kept) => (isObject(kept) ? kept.secret : undefined)),
  ].filter((token) => typeof token === "string");
}

/** The account's stored access tokens that are valid at this time. */
export function accessTokensOf(snapshot: Snapshot, account: Account, now: number): string[] {
  return [...snapshot.records]
    .filter(([key]) => key.startsWith(accessPrefix(account)))
    .map(([, kept]) => (isObject(kept) && Number(kept.expires_at) > now ? kept.token : undefined))
    .filter((token) => typeof token === "string");
}

/** MSAL's ids may be in mixed case if another program wrote them. */
function msalKeysOf(snapshot: Snapshot, account: Account): string[] {
  return [...snapshot.records]
    .filter(([key, value]) => key.startsWith(msalPrefix(account)) && isObject(value))
    .filter(([, value]) => String((value as { home_account_id?: Json }).home_account_id).toLowerCase() === account.id)
    .map(([key]) => key);
}
