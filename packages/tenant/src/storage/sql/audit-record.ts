import type { Tables } from "../migrations/tables.ts";
import type { AuditRecord } from "../store.ts";

/** The columns of a record. */
export const COLUMNS = ["at", "event", "actor", "userId", "clientId", "grantId", "ip", "detail"] as const;

export const toRecord = ({
  detail,
  ...row
}: Omit<Tables["auditRecords"], "seq" | "subjectId"> & { seq?: unknown }): AuditRecord => {
  const { at, event, actor, userId, clientId, grantId, ip } = row;
  return { at, event, actor, userId, clientId, grantId, ip, detail: JSON.parse(detail) };
};
