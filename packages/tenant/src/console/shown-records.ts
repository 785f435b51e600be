import { isByCaller, subjectOf } from "../storage/audit-events.ts";
import type { AuditRecord, StoreReader } from "../storage/store.ts";
import type { ShownRecord } from "../ui/console/audit-record.ts";

type Names = Pick<StoreReader, "directory">;

/** Records with the names of their users and apps, as they are now. Each is looked up once. */
export async function shownRecords<R extends AuditRecord>(
  { directory }: Names,
  records: R[],
): Promise<(R & ShownRecord)[]> {
  const about = records.map((record) => ({ record, ...subjectsOf(record) }));
  const [emails, apps] = await Promise.all([
    namesOf(
      about.flatMap(({ userId, callerId }) => [userId, callerId]),
      async (id) => (await directory.findUser(id))?.email,
    ),
    namesOf(
      about.map(({ clientId }) => clientId),
      async (id) => (await directory.findApp(id))?.name,
    ),
  ]);
  const userOf = (id: string | null) => (id === null ? null : { id, email: emails.get(id) ?? null });
  return about.map(({ record, userId, callerId, clientId }) => ({
    ...record,
    user: userOf(userId),
    caller: userOf(callerId),
    app: clientId === null ? null : { id: clientId, name: apps.get(clientId) ?? null },
  }));
}

/** Of a change by a caller, `userId` and `clientId` are the caller's. */
function subjectsOf(record: AuditRecord): { userId: string | null; callerId: string | null; clientId: string | null } {
  const { event, userId, clientId, detail } = record;
  const named = textOf(detail.client_id)?.toLowerCase() ?? null;
  if (isByCaller(event)) return { userId: subjectOf(record), callerId: userId, clientId: named };
  return {
    userId: userId ?? textOf(detail.user_id) ?? textOf(detail.member_id),
    callerId: null,
    clientId: clientId ?? named,
  };
}

async function namesOf(
  ids: (string | null)[],
  find: (id: string) => Promise<string | undefined>,
): Promise<Map<string, string>> {
  const distinct = [...new Set(ids)].filter((id) => id !== null);
  const found = await Promise.all(distinct.map(async (id) => [id, await find(id)] as const));
  return new Map(found.flatMap(([id, name]) => (name === undefined ? [] : [[id, name]])));
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
