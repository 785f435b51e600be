import type { AccessToken, Account } from "../client.ts";
import type { Change, Json, Snapshot, StoredAccessToken } from "./contract.ts";

/** Whose records: one program at one authority. */
export interface Owner {
  clientId: string;
  authority: string;
}

export const scopeKey = ({ clientId, authority }: Owner): string => `${clientId}|${authority}`.toLowerCase();

export const accountKey = (account: Account): string => `account:${scopeKey(account)}|${account.id}`;

export const refreshKey = (account: Account): string => `refresh:${scopeKey(account)}|${account.id}`;

const accessPrefix = (account: Account): string => `access:${scopeKey(account)}|${account.id}|`;

/** Scopes are compared without case, as MSAL and Entra do. */
export const accessKey = (account: Account, scopes: readonly string[]): string =>
  accessPrefix(account) + [...new Set(scopes.map((scope) => scope.toLowerCase()))].sort().join(" ");

export const metadataKey = (authority: string): string => `metadata:${authority.toLowerCase()}`;

/** What OpenID Connect asks for besides an API's scopes; never part of an access token's record. */
export const protocolScopes: readonly string[] = ["openid", "profile", "offline_access"];

export function accountsOf(snapshot: Snapshot, owner: Owner): (Account & { signedInAt: number })[] {
  const prefix = `account:${scopeKey(owner)}|`;
  const found: (Account & { signedInAt: number })[] = [];
  for (const [key, value] of snapshot.records) {
    if (!key.startsWith(prefix) || !isObject(value)) continue;
    const { id, username, name, tenant_id, issuer, signed_in_at } = value;
    if (typeof id !== "string" || typeof username !== "string" || typeof issuer !== "string") continue;
    found.push({
      id,
      username,
      name: typeof name === "string" ? name : undefined,
      tenantId: typeof tenant_id === "string" ? tenant_id : undefined,
      issuer,
      authority: owner.authority,
      clientId: owner.clientId,
      signedInAt: typeof signed_in_at === "number" ? signed_in_at : 0,
    });
  }
  return found.sort((a, b) => b.signedInAt - a.signedInAt);
}

export function putAccount(account: Account, signedInAt: number): Change {
  const { id, username, name = null, tenantId = null, issuer, authority, clientId } = account;
  const value = { id, username, name, tenant_id: tenantId, issuer, authority, client_id: clientId };
  return { put: accountKey(account), value: { ...value, signed_in_at: signedInAt } };
}

export interface KeptAccessToken extends AccessToken {
  obtainedAt: number;
}

/** The changes that keep a token; those of its account that are over go with them. */
export function putAccessToken(
  account: Account,
  token: KeptAccessToken,
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
  };
  const key = accessKey(account, requested);
  const over = [...snapshot.records]
    .filter(([name]) => name.startsWith(accessPrefix(account)) && name !== key)
    .filter(([, kept]) => isObject(kept) && Number(kept.expires_at) <= token.obtainedAt)
    .map(([name]): Change => ({ remove: name }));
  const put: Change = { put: key, value, ...(basedOn !== undefined && { basedOn, belongsTo: accountKey(account) }) };
  return [...over, put];
}

/** The kept token that covers these scopes and lasts longest; of equals the one that was asked for by just these. */
export function findAccessToken(
  snapshot: Snapshot,
  account: Account,
  scopes: readonly string[],
): KeptAccessToken | undefined {
  const exact = accessKey(account, scopes);
  let best: KeptAccessToken | undefined;
  for (const [key, value] of snapshot.records) {
    const kept = key.startsWith(accessPrefix(account)) ? readAccessToken(value) : undefined;
    if (!kept || (key !== exact && !covers(kept.scopes, scopes))) continue;
    const lead = best === undefined ? 1 : kept.expiresAt - best.expiresAt || kept.obtainedAt - best.obtainedAt;
    if (lead > 0 || (lead === 0 && key === exact)) best = kept;
  }
  return best;
}

function readAccessToken(value: Json): KeptAccessToken | undefined {
  if (!isObject(value)) return undefined;
  const { token, expires_at: expiresAt, scopes, obtained_at: obtainedAt } = value;
  if (typeof token !== "string" || typeof expiresAt !== "number" || !Array.isArray(scopes)) return undefined;
  return {
    token,
    expiresAt,
    scopes: scopes.filter((scope) => typeof scope === "string"),
    obtainedAt: typeof obtainedAt === "number" ? obtainedAt : 0,
  };
}

/** Whether a token with these scopes serves a request for those; no scopes at all ask for a token of their own. */
export function covers(granted: readonly string[], wanted: readonly string[]): boolean {
  const have = new Set(granted.map((scope) => scope.toLowerCase()));
  return wanted.length > 0 && wanted.every((scope) => have.has(scope.toLowerCase()));
}

/** Everything kept of an account, whichever engine kept it; needs no issuer. */
export function removeAccount(snapshot: Snapshot, account: Account): Change[] {
  const keys = new Set([accountKey(account), refreshKey(account), ...msalKeysOf(snapshot, account)]);
  for (const key of snapshot.records.keys()) if (key.startsWith(accessPrefix(account))) keys.add(key);
  return [...keys].map((key) => ({ remove: key }));
}

/** The refresh tokens kept of an account: our own, or those among MSAL's records. */
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

const msalPrefix = (owner: Owner): string => `msal:${scopeKey(owner)}|`;

/** MSAL's ids may be in mixed case where another program wrote them. */
function msalKeysOf(snapshot: Snapshot, account: Account): string[] {
  return [...snapshot.records]
    .filter(([key, value]) => key.startsWith(msalPrefix(account)) && isObject(value))
    .filter(([, value]) => String((value as { home_account_id?: Json }).home_account_id).toLowerCase() === account.id)
    .map(([key]) => key);
}

export function isObject(value: unknown): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
