import { z } from "zod";
import { listedRecord } from "../admin/listed-record.ts";
import { normalizeEmail, type User } from "../directory/entities.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { AUDIT_EVENTS, isRecorded, eventOf as recordedEvent } from "../storage/audit-events.ts";
import type { AuditCursor, AuditRecord, StoreReader } from "../storage/store.ts";
import type { ControlRequest } from "./messages.ts";
import type { ControlResults, ListedRecord, RecordNames } from "./results.ts";

/** Records that one request looks at. */
const PAGE = 500;

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const cursorShape: z.ZodType<AuditCursor> = z.object({
  low: z.number(),
  complete: z.number(),
  read: z.array(z.tuple([z.number(), z.number()])),
  pending: z.object({ upTo: z.number(), transaction: z.string().regex(/^\d{1,20}$/) }).nullable(),
  // Cursors of earlier versions have neither.
  epochs: z
    .array(z.tuple([z.string(), z.number()]))
    .nullable()
    .default(null),
  anchor: z.object({ seq: z.number(), at: z.number(), digest: z.string() }).nullable().default(null),
});

/**
 * The next records of the audit log.
 *
 * @throws TenantError `user_unknown`, `usage` for an unknown event, or for an invalid cursor or time
 */
export async function readAudit(
  store: StoreReader,
  request: Extract<ControlRequest, { do: "read_audit" }>,
): Promise<ControlResults["read_audit"]> {
  const { audit } = store;
  const filter = {
    event: request.event === undefined ? undefined : eventOf(request.event),
    userId: request.user === undefined ? undefined : await userIdOf(store, request.user),
    since: request.since === undefined ? undefined : timeOf(request.since),
  };
  const from = request.after === undefined ? undefined : cursorOf(request.after);
  const cursor = from ?? (await audit.start({ ...filter, newest: request.newest }));
  const page = await audit.read(cursor, { ...filter, limit: PAGE });
  return {
    records: await Promise.all(
      page.records.map((record) => (request.names ? namedRecord(store, record) : listedRecord(record))),
    ),
    after: JSON.stringify(page.cursor),
    more: page.more,
    ...(page.restored !== undefined && { restored: page.restored }),
  };
}

/** The records of a deleted user can be read by its ID. */
async function userIdOf({ directory }: StoreReader, given: string): Promise<string> {
  const id = given.trim().toLowerCase();
  if (GUID.test(id)) return id;
  return (await userOf(directory, given)).id;
}

/** @throws TenantError `usage` */
function eventOf(name: string): string {
  if (isRecorded(name)) return name;
  const kindOf = (event: string) => event.slice(0, event.indexOf("."));
  const ofKind = AUDIT_EVENTS.filter((event) => kindOf(event) === kindOf(recordedEvent(name)));
  const known = ofKind.length > 0 ? ofKind.join(", ") : [...new Set(AUDIT_EVENTS.map(kindOf))].join(".*, ");
  throw new TenantError(
    "usage",
    "The audit log has no event of this name.",
    `Name one of these: ${known}${ofKind.length > 0 ? "" : ".*"}.`,
  );
}

/** @throws TenantError `user_unknown` */
export async function userOf(directory: StoreReader["directory"], email: string): Promise<User> {
  const user = await directory.findUserByEmail(normalizeEmail(email));
  if (user) return user;
  throw userUnknown(email);
}

export const userUnknown = (email: string): TenantError =>
  new TenantError(
    "user_unknown",
    `No user has the email address ${email.trim()}.`,
    "List the users: doorcode tenant users",
  );

function cursorOf(text: string): AuditCursor {
  try {
    return cursorShape.parse(JSON.parse(text));
  } catch (cause) {
    const hint = "Use the value of `after` in a response, or start without one.";
    throw new TenantError("usage", "The cursor of the audit log is invalid.", hint, { cause });
  }
}

/** @throws TenantError `usage` */
export function timeOf(text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new TenantError("usage", "This is not a time.", "For example 2026-11-29T12:00:00Z.");
}

/** The record with the names of its app and its user, as they are now. */
export async function namedRecord(
  { directory, registrations }: Pick<StoreReader, "directory" | "registrations">,
  record: AuditRecord,
): Promise<ListedRecord & RecordNames> {
  const clientId = record.clientId ?? textOf(record.detail.client_id);
  const userId = record.userId ?? textOf(record.detail.user_id);
  const [found, user] = await Promise.all([
    clientId === null ? undefined : registrations.find({ clientId: clientId.toLowerCase() }),
    userId === null ? undefined : directory.findUser(userId),
  ]);
  const app = found?.kind === "app" ? found.app.name : null;
  const app_key = found?.kind === "app" ? (found.registration.uniqueName ?? app) : null;
  return { ...listedRecord(record), app, app_key, user: user?.email ?? null };
}

/** The record alone, where the names cannot be read. */
export const unnamedRecord = (record: AuditRecord): ListedRecord & RecordNames => ({
  ...listedRecord(record),
  ...{ app: null, app_key: null, user: null },
});

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
