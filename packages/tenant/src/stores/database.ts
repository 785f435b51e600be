import type { Kysely, Transaction } from "kysely";
import type { PolledGrant } from "../device-grant/grant.ts";
import type { Tables } from "./schema.ts";

/** One of the two databases, open and migrated; the verbs are written once over it. */
export interface Database {
  readonly kind: "sqlite" | "postgres";
  readonly db: Kysely<Tables>;
  /** True where a row that was read can change before the commit, and must be locked to be relied on. SQLite has one writer. */
  readonly locksRows: boolean;
  /** The hot path: a statement prepared once, past the query builder. */
  pollGrant(deviceCodeHash: string): Promise<PolledGrant | undefined>;
  close(): Promise<void>;
}

/** Either the database or an open transaction in it. */
export type Connection = Kysely<Tables> | Transaction<Tables>;

/** The poll's read, with its one parameter written as each driver wants it. */
export const pollStatement = (parameter: "?" | "$1") =>
  `select id, client_id as "clientId", status, expires_at as "expiresAt" from device_grants where device_code_hash = ${parameter}`;
