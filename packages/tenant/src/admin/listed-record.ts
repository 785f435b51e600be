import type { AuditRecord } from "../storage/store.ts";

/** An entry of the audit log. */
export interface ListedRecord {
  /** When it happened. */
  at: string;
  /** Such as `user.signed_in`. */
  event: string;
  /** Who did it. */
  actor: "user" | "client" | "operator" | "tenant";
  /** The user who did it, or whom it is about. */
  user_id: string | null;
  /** The app that did it, or that it is about. */
  client_id: string | null;
  /** The device grant or authorization request. */
  grant_id: string | null;
  /** From where; null for the operator. */
  ip: string | null;
  /** Everything else that is known, never a secret. */
  detail: Record<string, string | number | boolean>;
}

/** The record in the form of every export: a line of `doorcode tenant audit --json`, and of a download. */
export const listedRecord = ({
  at,
  event,
  actor,
  userId,
  clientId,
  grantId,
  ip,
  detail,
}: AuditRecord): ListedRecord => ({
  at: new Date(at).toISOString(),
  event,
  actor,
  user_id: userId,
  client_id: clientId,
  grant_id: grantId,
  ip,
  detail,
});
