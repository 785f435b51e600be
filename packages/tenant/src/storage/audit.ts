export interface AuditRecord {
  at: number;
  /** `device_grant.redeemed`, `refresh_token.reused`, `user.signed_in` … */
  event: string;
  actor: "user" | "client" | "operator" | "tenant";
  userId: string | null;
  clientId: string | null;
  grantId: string | null;
  ip: string | null;
  /** Never a secret. */
  detail: Record<string, string | number | boolean>;
}

export interface AuditStore {
  write(record: AuditRecord): Promise<void>;
  list(filter: { event?: string; limit: number }): Promise<AuditRecord[]>;
}
