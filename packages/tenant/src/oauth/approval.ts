import { type AccessFacts, mayApprove, type Refusal, type StoredFacts, spelledOut } from "../directory/access-rules.ts";
import type { App, User } from "../directory/entities.ts";
import { type Permissions, permissionsOf } from "../directory/permissions.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { deriveKey, keyedHash, type SealKey } from "../kernel/seal.ts";
import type { AuthorizationRequest } from "../storage/authorization-request.ts";
import type { DeviceGrant } from "../storage/device-grant.ts";
import type { AuditRecord } from "../storage/store.ts";
import type { OAuthContext } from "./oauth-context.ts";

/** Who decides: a browser session of a signed-in user, or the operator in a user's name. */
export interface Approver {
  sessionId: string;
  user: User;
  amr: string[];
  /** Milliseconds since the epoch of the sign-in. */
  authTime: number;
  by: "user" | "operator";
  ip: string | null;
}

/** What a user is asked about, by a device or by a program in their browser. */
export type Asked = Pick<DeviceGrant, "id" | "clientId" | "requested"> &
  Partial<Pick<AuthorizationRequest, "signedInSince">>;

/** What the consent page shows. */
export interface ConsentPrompt {
  app: App;
  permissions: Permissions;
  /** See `consentDigest`. */
  digest: string;
}

/**
 * What an approval by this user would mean now, or why it would be rejected. Pages show it; the transaction that
 * approves decides again (`GrantStore.approve`, `AuthorizationStore.approve`).
 */
export type Evaluation = { refusal: Refusal; app: App | undefined } | { refusal: undefined; prompt: ConsentPrompt };

export function evaluateApproval(
  { sealKey, config }: Pick<OAuthContext, "sealKey" | "config">,
  asked: Asked,
  { amr, authTime }: Pick<Approver, "amr" | "authTime">,
  stored: StoredFacts,
): Evaluation {
  const { requested, signedInSince = null } = asked;
  const facts: AccessFacts = { ...stored, scopes: spelledOut(stored, requested), amr, authTime, signedInSince };
  const { app } = facts;
  const refusal = mayApprove(facts);
  if (refusal || !app) return { refusal: refusal ?? "app_unknown", app };
  const permissions = permissionsOf(facts, requested, config.lifetimes);
  const digest = consentDigest(sealKey, { asked, app, permissions });
  return { refusal: undefined, prompt: { app, permissions, digest } };
}

/** What the access rule decides on, for one request and one user. Reads only. */
export function loadFacts(
  { store }: Pick<OAuthContext, "store">,
  asked: Pick<Asked, "clientId" | "requested"> | undefined,
  userId: string,
): Promise<StoredFacts> {
  const resourceId = asked?.requested.resourceId ?? GRAPH_RESOURCE_ID;
  return store.access.facts({ clientId: asked?.clientId ?? null, userId, resourceId });
}

/** 96 bits: it proves nothing by itself; an approval still needs session and claim. */
const DIGEST_LENGTH = 16;

/**
 * A digest of what a consent page showed: the app's name, the words and the scopes behind them. The form carries it, so
 * that an approval never means more, or other, than what was read.
 */
function consentDigest(
  sealKey: SealKey,
  shown: { asked: Pick<Asked, "id">; app: App; permissions: Permissions },
): string {
  const { asked, app, permissions } = shown;
  const { oidc, resourceId, resourceScopes } = permissions.approved;
  const text = JSON.stringify([asked.id, app.name, permissions.lines, oidc, resourceId, resourceScopes]);
  return keyedHash(deriveKey(sealKey, "shown permissions"), text).slice(0, DIGEST_LENGTH);
}

/** Whether something else would be approved than the page had shown; an operator has read none. */
export function isOtherThanShown({ digest }: ConsentPrompt, { by }: Approver, shown: string | undefined): boolean {
  return by === "user" && shown !== digest;
}

/** Of a decision; `approver` null is the operator's, in nobody's name. */
export function decisionRecord(
  event: string,
  asked: Pick<Asked, "id" | "clientId">,
  approver: Approver | null,
  at: number,
): AuditRecord {
  return {
    at,
    event,
    actor: approver === null || approver.by === "operator" ? "operator" : "user",
    userId: approver?.user.id ?? null,
    clientId: asked.clientId,
    grantId: asked.id,
    ip: approver?.ip ?? null,
    detail: {},
  };
}
