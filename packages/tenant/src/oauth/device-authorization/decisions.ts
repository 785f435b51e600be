import { mayGrant } from "../../directory/administration.ts";
import { mayUse } from "../../directory/assignment.ts";
import { MFA } from "../../directory/authentication-methods.ts";
import { consentsOf, missingAdminConsent } from "../../directory/consented.ts";
import type { App, User } from "../../directory/entities.ts";
import { requiresMfa } from "../../directory/mfa-requirement.ts";
import { type Permissions, permissionsOf } from "../../directory/permissions.ts";
import { normalizeUserCode } from "../../directory/user-code.ts";
import type { DeviceGrant } from "../../storage/device-grant.ts";
import type { AuditRecord, ClaimResult, DecisionResult } from "../../storage/store.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { digestOfShown } from "./consent-digest.ts";

/** Who decides: a browser session of a signed-in person, or the operator in a person's name. */
export interface Decider {
  sessionId: string;
  user: User;
  amr: string[];
  /** Milliseconds since the epoch of the sign-in. */
  authTime: number;
  by: "user" | "operator";
  ip: string | null;
}

export type EnteredCode =
  | { outcome: "found"; grant: DeviceGrant }
  | { outcome: "ended"; why: "expired" | "used" | "used_twice"; grant: DeviceGrant }
  | { outcome: "unknown" };

/** Looks a typed code up. Changes nothing: a code that was only typed is nobody's yet. */
export async function enterCode(ctx: OAuthContext, typed: string): Promise<EnteredCode> {
  const userCode = normalizeUserCode(typed);
  const grant = userCode === "" ? undefined : await ctx.store.grants.findByUserCode(userCode);
  if (!grant) return { outcome: "unknown" };
  const why = endedBecause(grant, ctx.clock.now());
  return why ? { outcome: "ended", why, grant } : { outcome: "found", grant };
}

/** Why nobody can decide on this grant any more, or undefined while somebody can. */
export function endedBecause(grant: DeviceGrant, now: number): "expired" | "used" | "used_twice" | undefined {
  if (grant.status === "denied") return grant.denialReason === "two_users" ? "used_twice" : "used";
  if (grant.status === "approved" || grant.status === "redeemed") return "used";
  return grant.expiresAt <= now ? "expired" : undefined;
}

/** The app is for people who are assigned to it, and this person is not (any more): the grant stays as it is. */
export interface Unassigned {
  outcome: "unassigned";
  grant: DeviceGrant;
}

/** What is asked for is an administrator's to grant, and this person is none (any more): the grant stays as it is. */
export interface NotAdministrator {
  outcome: "not_administrator";
  grant: DeviceGrant;
}

/**
 * After sign-in, when consent is first shown: the grant becomes this session's and this person's, or dies of a second
 * person. Who may not use the app, or not grant what it asks, takes no part: their sign-in neither claims nor ends it.
 */
export async function claimGrant(
  ctx: OAuthContext,
  grantId: string,
  decider: Decider,
): Promise<ClaimResult | Unassigned | NotAdministrator> {
  const now = ctx.clock.now();
  const grant = await ctx.store.grants.findById(grantId);
  if (!grant) return { outcome: "unknown" };
  if (!(await mayUse(ctx.store, grant.clientId, decider.user.id))) return { outcome: "unassigned", grant };
  if (!(await mayGrant(ctx.store, grant.requested, decider.user.id))) return { outcome: "not_administrator", grant };
  const result = await ctx.store.grants.claim(grantId, { sessionId: decider.sessionId, userId: decider.user.id, now });
  if (result.outcome === "killed") {
    await ctx.store.audit.write(record("device_grant.used_twice", result.grant, decider, now));
  }
  return result;
}

/** What a person is asked about, by a device or by a program in their browser. */
export type Asked = Pick<DeviceGrant, "id" | "clientId" | "requested">;

export interface Described {
  app: App;
  permissions: Permissions;
  /** See `digestOfShown`. */
  digest: string;
}

/** What the page that asks shows to this person; undefined when the app, or a scope or consent that the request stood on, is gone or disabled since. */
export async function describeGrant(ctx: OAuthContext, grant: Asked, userId: string): Promise<Described | undefined> {
  const app = await ctx.store.directory.findApp(grant.clientId);
  if (!app || app.disabledAt !== null) return undefined;
  const permissions = await permissionsOf(ctx.store, { clientId: grant.clientId, userId, requested: grant.requested });
  const unconsented = await missingAdminConsent(ctx.store, grant.clientId, grant.requested);
  if (permissions.withdrawn || unconsented.length > 0) return undefined;
  return { app, permissions, digest: digestOfShown(ctx.sealKey, { grant, app, permissions }) };
}

/** Why a yes is none, whoever asked. */
export type Obstacle = "ended" | "mfa_required" | "unassigned" | "not_administrator" | "changed";

/**
 * What a yes of this person's would mean now, or why it would be none. `shown` is the digest of the page that was read;
 * an operator has read none.
 */
export async function groundOfYes(
  ctx: OAuthContext,
  asked: Asked,
  decider: Decider,
  shown?: string,
): Promise<Described | { outcome: Obstacle }> {
  const described = await describeGrant(ctx, asked, decider.user.id);
  if (!described) return { outcome: "ended" };
  if (!decider.amr.includes(MFA) && (await requiresMfa(ctx.store, described.app, decider.user.id))) {
    return { outcome: "mfa_required" };
  }
  if (!(await mayUse(ctx.store, asked.clientId, decider.user.id))) return { outcome: "unassigned" };
  if (!(await mayGrant(ctx.store, asked.requested, decider.user.id))) return { outcome: "not_administrator" };
  if (decider.by === "user" && shown !== described.digest) return { outcome: "changed" };
  return described;
}

export type ApprovalResult =
  | DecisionResult
  | Unassigned
  | NotAdministrator
  /** A second factor is demanded that the decider's sign-in did not have: the grant stays as it is. */
  | { outcome: "mfa_required"; grant: DeviceGrant }
  /** Something else would be frozen than the page had shown: nothing is approved. */
  | { outcome: "changed"; grant: DeviceGrant };

/**
 * Yes: freezes the scopes as they are shown now; there is nothing to say yes to where there is nothing to show.
 * `shown` is the digest of the page that was read; an operator has read none.
 */
export async function approveGrant(
  ctx: OAuthContext,
  grant: DeviceGrant,
  decider: Decider,
  shown?: string,
): Promise<ApprovalResult> {
  const now = ctx.clock.now();
  const ground = await groundOfYes(ctx, grant, decider, shown);
  if ("outcome" in ground) return { outcome: ground.outcome, grant };
  const { approved } = ground.permissions;
  const result = await ctx.store.grants.approve(grant.id, {
    sessionId: decider.sessionId,
    userId: decider.user.id,
    approved,
    consents: await consentsOf(ctx.store, grant.clientId, decider.user.id, approved),
    amr: decider.amr,
    authTime: decider.authTime,
    decidedBy: decider.by,
    now,
  });
  if (result.outcome === "done") await ctx.store.audit.write(record("device_grant.approved", grant, decider, now));
  return result;
}

/** No: only from the session that holds the claim. */
export async function denyGrant(ctx: OAuthContext, grant: DeviceGrant, decider: Decider): Promise<DecisionResult> {
  const now = ctx.clock.now();
  const result = await ctx.store.grants.deny(grant.id, { sessionId: decider.sessionId, reason: "user", now });
  if (result.outcome === "done") await ctx.store.audit.write(record("device_grant.denied", grant, decider, now));
  return result;
}

/** The operator's no, which needs no claim. */
export async function denyAsOperator(ctx: OAuthContext, grant: DeviceGrant): Promise<DecisionResult> {
  const now = ctx.clock.now();
  const result = await ctx.store.grants.deny(grant.id, { sessionId: null, reason: "operator", now });
  if (result.outcome === "done") await ctx.store.audit.write(record("device_grant.denied", grant, null, now));
  return result;
}

function record(event: string, grant: DeviceGrant, decider: Decider | null, at: number): AuditRecord {
  return {
    at,
    event,
    actor: decider === null || decider.by === "operator" ? "operator" : "user",
    userId: decider?.user.id ?? null,
    clientId: grant.clientId,
    grantId: grant.id,
    ip: decider?.ip ?? null,
    detail: {},
  };
}
