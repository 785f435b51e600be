import type { AccessToken, Account, TokenRequest } from "./client.ts";
import { abortError, untilAborted } from "./clock.ts";
import { DoorcodeError } from "./errors.ts";
import { plainText } from "./issuer/issuer-answer.ts";
import type { IssuerSession } from "./issuer/issuer-session.ts";
import { engineOf } from "./issuer/open-session.ts";
import { accountKey, findToken, lasts, ownerKey, type StoredToken } from "./token-store/read-store.cts";

/** Extended while a renewal runs. This is only how long a killed process blocks the others. */
const leaseMs = 15_000;

/** Returns a token from the store. Otherwise one process at a time renews, and those that waited use its result. */
export async function getToken(
  session: IssuerSession,
  account: Account,
  request: TokenRequest & { scopes: string[]; allowFewerScopes: boolean },
): Promise<AccessToken> {
  const { clock, store } = session;
  const { scopes, signal, claims, allowFewerScopes: fewer } = request;
  const look = async (): Promise<StoredToken | undefined> => {
    const snapshot = await store.read();
    if (snapshot.records.has(accountKey(account))) return findToken(snapshot.records, account, scopes, fewer);
    throw new DoorcodeError("sign_in_needed", { detail: `${account.username} is no longer signed in.` });
  };
  const isGood = (kept: StoredToken | undefined) => kept && lasts(kept, clock.now(), request.minTtlMs);

  try {
    const mustAsk = request.forceRefresh === true || claims !== undefined;
    const before = await look();
    if (before && !mustAsk && isGood(before)) return published(before);
    const lease = { ttlMs: leaseMs, ...(signal && { signal }) };
    const renewed = store.withLease(`renew:${ownerKey(account)}|${account.id}`, lease, async (held) => {
      // A token that another process fetched in the meantime also serves here; claims belong to one request only.
      const meanwhile = await look();
      const isNew = meanwhile?.token !== before?.token;
      if (meanwhile && isGood(meanwhile) && claims === undefined && (isNew || !mustAsk)) return published(meanwhile);
      const engine = await engineOf(session, { signal: held });
      // Continues even if the caller stops waiting: its answer may hold the only valid refresh token.
      held.throwIfAborted();
      const lost = lostLease(held, signal);
      const ask = fewer ? grantable(scopes, before) : scopes;
      const token = await engine.renew({ account, scopes, ask, fewer, claims, signal: lost });
      if (!fewer && token.notGranted.length > 0) throw notGrantedError(token.notGranted);
      return published(token);
    });
    return await (signal ? untilAborted(renewed, signal) : renewed);
  } catch (error) {
    throw signal?.aborted ? abortError(signal) : error;
  }
}

/**
 * Leaves out what the issuer did not grant before: a renewal that asks for more than was granted fails (RFC 6749 §6).
 */
function grantable(scopes: string[], before: StoredToken | undefined): string[] {
  const left = scopes.filter((scope) => !before?.notGranted.includes(scope));
  return left.length > 0 ? left : scopes;
}

function notGrantedError(scopes: readonly string[]): DoorcodeError {
  return new DoorcodeError("scope_not_granted", { detail: `${scopes.map((scope) => plainText(scope)).join(" ")}.` });
}

/** Aborts when the lease is lost, not when the caller stops waiting. */
function lostLease(held: AbortSignal, callers: AbortSignal | undefined): AbortSignal {
  const lost = new AbortController();
  held.addEventListener("abort", () => callers?.aborted || lost.abort(held.reason), { once: true });
  return lost.signal;
}

const published = ({ token, scopes, expiresAt }: AccessToken): AccessToken => ({ token, scopes, expiresAt });
