/**
 * The tables as Kysely sees them (docs/decisions/0001): integer milliseconds, booleans 0/1, JSON as text. Names are
 * camelCase here and snake_case in SQL (CamelCasePlugin).
 */
import type { DeviceGrant } from "../device-grant/grant.ts";
import type { Api, App, User } from "../directory/entities.ts";
import type { AuditRecord, BrowserSession, Flow, MailCode, StoredKey, TokenFamily } from "./contract.ts";

/** The same record with these members as JSON text. */
type WithText<T, K extends keyof T> = {
  [P in keyof T]: P extends K ? (null extends T[P] ? string | null : string) : T[P];
};

export interface Tables {
  settings: { name: string; value: string };
  deviceGrants: WithText<DeviceGrant, "requested" | "approved" | "amr">;
  tokenFamilies: WithText<TokenFamily, "scopes" | "amr">;
  refreshTokens: {
    tokenHash: string;
    familyId: string;
    generation: number;
    expiresAt: number;
    usedAt: number | null;
    /** The next generation, encrypted under a key derived from this token. */
    successorSealed: string | null;
  };
  users: User;
  /** Every client ID with what it belongs to, so that an app and an API never share one. */
  clientIds: { clientId: string; kind: "app" | "api" };
  apps: Omit<WithText<App, "redirectUris" | "postLogoutRedirectUris">, "publicClient"> & { publicClient: 0 | 1 };
  apis: WithText<Api, "scopes" | "roles">;
  /** `userId` is "" for the administrator's consent: NULL would not be unique. */
  consents: { clientId: string; userId: string; resourceId: string; scope: string };
  roleAssignments: { apiClientId: string; roleValue: string; userId: string };
  sessions: WithText<BrowserSession, "amr">;
  flows: Flow;
  mailCodes: MailCode & { attempts: number; usedAt: number | null };
  mails: {
    id: string;
    /** Order of arrival, for mails of the same millisecond. */
    seq: number;
    recipient: string;
    recipientNormalized: string;
    subject: string;
    text: string;
    html: string;
    createdAt: number;
  };
  throttles: { bucket: string; count: number; endsAt: number };
  signingKeys: StoredKey;
  auditRecords: WithText<AuditRecord, "detail"> & { seq: number };
}
