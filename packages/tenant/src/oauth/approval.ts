import {
  type AccessFacts,
  type ConsentFacts,
  mayApprove,
  type Refusal,
  spelledOut,
} from "../directory/access-rules.ts";
import type { App, User } from "../directory/entities.ts";
import { type Permissions, permissionsOf } from "../directory/permissions.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import type { SignInMethod } from "../directory/sign-in-methods.ts";
import { deriveKey, keyedHash, type SealKey } from "../kernel/seal.ts";
import type { AuditEvent } from "../storage/audit-events.ts";
import type { AuthorizationRequest } from "../storage/authorization-request.ts";
import type { DeviceGrant } from "../storage/device-grant.ts";
import type { AuditRecord } from "../storage/store.ts";
import type { OAuthContext } from "./oauth-context.ts";

/** Who decides: a browser session of a signed-in user, or the operator on a user's behalf. */
export interface Approver {
  sessionId: string;
  user: User;
  methods: SignInMethod[];
  /** When the user signed in, in milliseconds since the epoch. */
  authTime: number;
  by: "user" | "operator";
  ip: string | null;
}

/** What a user is asked to approve, for a device or for a program in their browser. */
export type Asked = Pick<DeviceGrant, "id" | "clientId" | "requested"> &
  Partial<Pick<AuthorizationRequest, "signedInSince" | "redirectUri">>;

/** What the consent page shows. */
export interface ConsentPrompt {
  app: App;
  permissions: Permissions;
  /** See `consentDigest`. */
  digest: string;
}

/**
 * What an approval by this user would mean now, or why it would be rejected. With `silent`, no page is shown first.
 * Pages display the result; the transaction that approves decides again (`GrantStore.approve`,
 * `AuthorizationStore.approve`).
 */
export type Evaluation = { refusal: Refusal; app: App | undefined } | { refusal: undefined; prompt: ConsentPrompt };

export function evaluateApproval(
  { sealKey, config }: Pick<OAuthContext, "sealKey" | "config">,
  asked: Asked,
  { methods, authTime }: Pick<Approver, "methods" | "authTime">,
  stored: ConsentFacts,
  options: { silent?: boolean } = {},
): Evaluation {
  const { requested, signedInSince = null } = asked;
  // A device has no address to redirect back to.
  const grantType = asked.redirectUri === undefined ? "device_code" : "authorization_code";
  const scopes = spelledOut(stored, requested);
  const by = { methods, authTime, grantType, signedInSince, reach: null } as const;
  const facts: AccessFacts & ConsentFacts = { ...stored, scopes, ...by };
  const { app } = facts;
  const refusal = mayApprove(facts);
  if (refusal || !app) return { refusal: refusal ?? "app_unknown", app };
  const { lifetimes } = config;
  const permissions = permissionsOf(facts, requested, { ...options, lifetimes });
  const digest = consentDigest(sealKey, { asked, app, permissions });
  return { refusal: undefined, prompt: { app, permissions, digest } };
}

/** What the access rule decides on and the consent page displays, for one request and one user. Read-only. */
export function loadFacts(
  { store }: Pick<OAuthContext, "store">,
  asked: Pick<Asked, "clientId" | "requested"> | undefined,
  userId: string,
): Promise<ConsentFacts> {
  const resourceId = asked?.requested.resourceId ?? GRAPH_RESOURCE_ID;
  return store.access.consentFacts({ clientId: asked?.clientId ?? null, userId, resourceId });
}

/** 96 bits. The digest proves nothing on its own: an approval also needs session and claim. */
const DIGEST_LENGTH = 16;

/**
 * A digest of what a consent page showed: the app's name, the texts, and their scopes, including those that a renewal
 * could add. The form contains it, so that an approval never covers more, or something else, than the user read.
 */
function consentDigest(
  sealKey: SealKey,
  shown: { asked: Pick<Asked, "id">; app: App; permissions: Permissions },
): string {
  const { asked, app, permissions } = shown;
  const { lines, approved, reach } = permissions;
  const { oidc, resourceId, resourceScopes } = approved;
  const text = JSON.stringify([asked.id, app.name, lines, oidc, resourceId, resourceScopes, reach]);
  return keyedHash(deriveKey(sealKey, "shown permissions"), text).slice(0, DIGEST_LENGTH);
}

/** Whether the approval would differ from what the page showed. An operator has read no page. */
export function isOtherThanShown({ digest }: ConsentPrompt, { by }: Approver, shown: string | undefined): boolean {
  return by === "user" && shown !== digest;
}

/** The audit record of a decision. `approver` null: the operator decided, for no particular user. */
export function decisionRecord(
  event: AuditEvent,
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
    // Not the user's: the operator of an embedded tenant approved as if it had been.
    detail: approver?.by === "operator" && approver.methods.includes("totp") ? { second_factor: "operator" } : {},
  };
}
