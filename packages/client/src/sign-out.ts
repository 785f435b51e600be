import type { Account, SignOutResult } from "./client.ts";
import { DoorcodeError } from "./errors.ts";
import type { ConnectedSession, IssuerSession } from "./issuer/issuer-session.ts";
import { connect } from "./issuer/metadata.ts";
import { requestTimeoutMs, withRetries } from "./issuer/with-retries.ts";
import { refreshTokensOf, removeAccount } from "./token-store/store-keys.ts";

type Revoked = Exclude<SignOutResult["revoked"], "not_asked">;

/** Signing out here needs no issuer: whatever it answers, nothing of the account stays in the store. */
export async function signOut(
  session: IssuerSession,
  account: Account,
  everywhere: boolean,
): Promise<SignOutResult["revoked"]> {
  const { store } = session;
  const revoked = everywhere ? await revokeSignIn(session, account) : "not_asked";
  await store.change(removeAccount(await store.read(), account));
  return revoked;
}

async function revokeSignIn(session: IssuerSession, account: Account): Promise<Revoked> {
  try {
    const connected = await connect(session, { anyAge: true });
    const outcomes = new Set<Revoked>();
    for (const token of refreshTokensOf(await session.store.read(), account)) {
      outcomes.add(await revokeRefreshToken(token, connected));
    }
    if (outcomes.has("failed")) return "failed";
    return connected.metadata.revocationEndpoint === undefined ? "unsupported" : "yes";
  } catch (error) {
    const ofIssuer = error instanceof DoorcodeError && issuerCodes.includes(error.code);
    if (!ofIssuer) throw error;
    return "failed";
  }
}

const issuerCodes: readonly string[] = ["issuer_unreachable", "invalid_issuer_response"];

/** Revokes a refresh token, and with it what came of it (RFC 7009 §2.1). Never throws: who signs out here is out here. */
export async function revokeRefreshToken(
  token: string,
  { metadata, clientId, transport, clock }: Pick<ConnectedSession, "metadata" | "clientId" | "transport" | "clock">,
): Promise<Revoked> {
  const url = metadata.revocationEndpoint;
  if (url === undefined) return "unsupported";
  const body = new URLSearchParams({ token, token_type_hint: "refresh_token", client_id: clientId }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  try {
    const answer = await withRetries(
      (signal) => transport.send({ url, method: "POST", headers, body, timeoutMs: requestTimeoutMs, signal }),
      { clock },
    );
    return answer.status === 200 ? "yes" : "failed";
  } catch {
    return "failed";
  }
}
