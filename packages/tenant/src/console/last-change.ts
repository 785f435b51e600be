import type { AuditEvent } from "../storage/audit-events.ts";
import type { AuditRecord } from "../storage/store.ts";
import type { ChangedBy } from "../ui/console/conflict.ts";
import type { ConsoleRequest } from "./console-request.ts";

/** How long a form may have been open, in milliseconds. An older change of another administrator is not looked for. */
const OPEN_MS = 2 * 60 * 60 * 1000;
/** Newest records of one event that are looked at. */
const MOST = 50;

/** Who made the newest of these changes of a user, for a form that lost against it. Null: the log has none of them. */
export async function lastChangeOfUser(
  request: ConsoleRequest,
  userId: string,
  events: readonly AuditEvent[],
): Promise<ChangedBy | null> {
  const [record] = await request.ctx.store.audit.listOwn({ userId, since: 0, events, limit: 1 });
  return record ? changedBy(request, record) : null;
}

/**
 * The same for another object.
 *
 * @param about the member of the record's detail that names the object, and its ID
 */
export async function lastChangeOf(
  request: ConsoleRequest,
  event: AuditEvent,
  [member, id]: [member: string, id: string],
): Promise<ChangedBy | null> {
  const { ctx, now } = request;
  const { records } = await ctx.store.audit.search({ event, since: now - OPEN_MS, limit: MOST });
  const newest = records.find(({ detail }) => detail[member] === id);
  return newest ? changedBy(request, newest) : null;
}

async function changedBy({ ctx }: ConsoleRequest, { at, event, actor, userId }: AuditRecord): Promise<ChangedBy> {
  // Of the operator's changes, the record has the affected user; of all others the one who made them.
  const user = actor === "user" && userId !== null ? await ctx.store.directory.findUser(userId) : undefined;
  return { at, event, actor, email: user?.email ?? null };
}
