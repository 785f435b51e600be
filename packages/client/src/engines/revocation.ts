import type { Account } from "../account.ts";
import { withRetries } from "../device-flow/with-retries.ts";
import type { EngineContext } from "./engine.ts";
import { type IssuerMetadata, requestTimeoutMs } from "./metadata.ts";
import { refreshTokensOf, removeAccount } from "./records.ts";

export type Revoked = "yes" | "unsupported" | "failed";

/** Revokes a refresh token, and with it what came of it (RFC 7009 §2.1). Never throws: who signs out here is out here. */
export async function revokeRefreshToken(
  token: string,
  metadata: IssuerMetadata,
  { clientId, transport, clock }: EngineContext,
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

/** Removes everything of the account from the store; with `revoke` the issuer is told first. */
export async function endAccount(
  account: Account,
  { revoke }: { revoke: boolean },
  metadata: IssuerMetadata,
  context: EngineContext,
): Promise<Revoked> {
  const snapshot = await context.store.read();
  const outcomes = new Set<Revoked>();
  for (const token of revoke ? refreshTokensOf(snapshot, account) : []) {
    outcomes.add(await revokeRefreshToken(token, metadata, context));
  }
  await context.store.change(removeAccount(await context.store.read(), account));
  if (outcomes.has("failed")) return "failed";
  return metadata.revocationEndpoint === undefined ? "unsupported" : "yes";
}
