import { randomUUID } from "node:crypto";
import type { ScopeSet } from "../../src/directory/scopes.ts";
import type { AuthorizationRequest } from "../../src/storage/authorization-request.ts";
import type { NewAuthorizationRequest, Store } from "../../src/storage/store.ts";
import { signedInSession } from "./link-suite.ts";
import { LIFETIME, MINUTE, newSignIn, type Samples, sampleAudit, T0 } from "./samples.ts";

export function sampleRequest(
  clientId: string,
  requested: ScopeSet,
  changes: Partial<NewAuthorizationRequest> = {},
): NewAuthorizationRequest {
  return {
    id: randomUUID(),
    clientId,
    redirectUri: "http://localhost:51004/callback",
    responseMode: "query",
    state: "state",
    nonce: "nonce",
    codeChallenge: "challenge",
    requested,
    signedInSince: null,
    createdAt: T0,
    expiresAt: T0 + LIFETIME,
    ...changes,
  };
}

export const yesBy = (userId: string, sessionId: string, approved: ScopeSet, now = T0) => ({
  sessionId,
  userId,
  approved,
  reach: [],
  methods: ["password" as const],
  authTime: T0,
  codeHash: `code-${randomUUID()}`,
  codeExpiresAt: now + 5 * MINUTE,
  now,
  audit: sampleAudit("authorization.approved", now),
});

export async function pendingRequest(store: Store, { app, scopes }: Pick<Samples, "app" | "scopes">) {
  const request = sampleRequest(app.clientId, scopes);
  await store.authorizations.insert(request);
  return request;
}

/** A request with its code. */
export async function approvedRequest(
  store: Store,
  samples: Pick<Samples, "app" | "scopes" | "user">,
  sessionId?: string,
): Promise<AuthorizationRequest & { codeHash: string }> {
  const { user, scopes } = samples;
  const { id } = await pendingRequest(store, samples);
  const browser = sessionId ?? (await signedInSession(store, user.id));
  const yes = yesBy(user.id, browser, scopes);
  const result = await store.authorizations.approve(id, yes);
  if (result.outcome !== "done") throw new Error(`approval: ${result.outcome}`);
  return { ...result.request, codeHash: yes.codeHash };
}

/** What a token endpoint passes in to redeem this code. */
export function codeRedemption(request: AuthorizationRequest & { codeHash: string }, userId: string, now = T0) {
  const { codeHash, redirectUri, codeChallenge } = request;
  const audit = sampleAudit("authorization.redeemed", now);
  return { ...newSignIn(request, userId, now), codeHash, redirectUri, codeChallenge, audit };
}
