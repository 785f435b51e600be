import type { TenantConfig } from "../directory/tenant-config.ts";
import type { MailQueue } from "../mail/mail-queue.ts";
import type { OAuthContext } from "../oauth/oauth-context.ts";
import type { AuditEvent } from "../storage/audit-events.ts";
import type { AuditRecord, NewOutboxMail, Store, StoreReader } from "../storage/store.ts";
import type { Branding } from "../ui/branding/branding.ts";

/** Passed to everything that administers the tenant: Graph, the operator's socket, the TypeScript API. */
export interface AdminContext extends OAuthContext {
  /** Replaced when an administrator changes it. */
  branding: Branding;
  /** Sends every mail to users. */
  mail: MailQueue;
}

/** What the operator's changes need. It can be made from a store, without a server. */
export interface OperatorContext extends Pick<AdminContext, "store" | "clock" | "branding" | "signingKeys"> {
  config: Pick<TenantConfig, "tenantId" | "name" | "issuerOrigin" | "caFile" | "lifetimes">;
  mail: OperatorMail;
}

/** Mails that are stored together with the change that they report. Without a server, a running node sends them. */
export interface OperatorMail extends Pick<MailQueue, "stored"> {
  /** In the store alone, it first reads the seal key. */
  prepare(...of: Parameters<MailQueue["prepare"]>): NewOutboxMail | Promise<NewOutboxMail>;
}

/** The same for readers: every change goes through `administration`. */
export interface AdminView extends Omit<AdminContext, "store"> {
  store: StoreReader & Pick<Store, "throttle">;
}

/** What most operations need. */
export type AdminStore = Pick<AdminContext, "store" | "clock">;

/** Who changes the tenant, for the audit log. */
export interface Actor {
  actor: AuditRecord["actor"];
  /** The caller of Graph, or the administrator in the console. Null for those who run the tenant: the operator, and a program that embeds it. */
  caller: Pick<AuditRecord, "userId" | "clientId" | "ip"> | null;
  /** Where the caller is. Default: Graph. */
  through?: "graph" | "console";
}

/** The operator, or the embedding program. */
export const OPERATOR: Actor = { actor: "operator", caller: null };

/**
 * The audit record of one change. Events of a caller are named `graph.…` or `console.…` and record the caller. All others
 * record the affected user or object.
 *
 * @param now milliseconds since the epoch
 */
export function auditRecord(
  { actor, caller, through = "graph" }: Actor,
  now: number,
  event: AuditEvent,
  detail: AuditRecord["detail"],
  about: Partial<Pick<AuditRecord, "userId" | "clientId">> = {},
): AuditRecord {
  const named = caller ?? { userId: about.userId ?? null, clientId: about.clientId ?? null, ip: null };
  return { at: now, event: caller ? `${through}.${event}` : event, actor, ...named, grantId: null, detail };
}
