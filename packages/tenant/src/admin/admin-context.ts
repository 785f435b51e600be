import type { MailQueue } from "../mail/mail-queue.ts";
import type { OAuthContext } from "../oauth/oauth-context.ts";
import type { AuditRecord, Store, StoreReader } from "../storage/store.ts";
import type { Branding } from "../ui/branding/branding.ts";

/** Handed to whatever administers the tenant: Graph, the operator's socket, the programming interface. */
export interface AdminContext extends OAuthContext {
  /** Replaced when an administrator changes it. */
  branding: Branding;
  /** The way of every mail to a person. */
  mail: MailQueue;
}

/** The same for those who only read: whatever they change goes through `administration`. */
export interface AdminView extends Omit<AdminContext, "store"> {
  store: StoreReader & Pick<Store, "throttle">;
}

/** What most operations need. */
export type AdminStore = Pick<AdminContext, "store" | "clock">;

/** Who changes the tenant, for the audit log. */
export interface Actor {
  actor: AuditRecord["actor"];
  /** Whoever calls Graph. Null for those who run the tenant: the operator, and a program that embeds it. */
  caller: Pick<AuditRecord, "userId" | "clientId" | "ip"> | null;
}

/** Whoever runs the tenant. */
export const OPERATOR: Actor = { actor: "operator", caller: null };

/**
 * The record of one change. Graph's are named `graph.…` and say who called; the others say whom or what it was about.
 *
 * @param now milliseconds since the epoch
 */
export function auditRecord(
  { actor, caller }: Actor,
  now: number,
  event: string,
  detail: AuditRecord["detail"],
  about: Partial<Pick<AuditRecord, "userId" | "clientId">> = {},
): AuditRecord {
  const named = caller ?? { userId: about.userId ?? null, clientId: about.clientId ?? null, ip: null };
  return { at: now, event: caller ? `graph.${event}` : event, actor, ...named, grantId: null, detail };
}
