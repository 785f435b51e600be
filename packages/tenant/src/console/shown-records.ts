import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { isByCaller, subjectOf } from "../storage/audit-events.ts";
import type { AuditRecord, StoreReader } from "../storage/store.ts";
import type { ShownRecord } from "../ui/console/audit-record.ts";

type Names = Pick<StoreReader, "directory" | "registrations" | "administration">;

/** Records with the names of their users, apps and other objects, as they are now. Each is looked up once. */
export async function shownRecords<R extends AuditRecord>(store: Names, records: R[]): Promise<(R & ShownRecord)[]> {
  const { directory } = store;
  const about = records.map((record) => ({ record, ...subjectsOf(record), object: objectIn(record) }));
  const [emails, apps, objects] = await Promise.all([
    namesOf(
      about.flatMap(({ userId, callerId }) => [userId, callerId]),
      async (id) => (await directory.findUser(id))?.email,
    ),
    namesOf(
      about.map(({ clientId }) => clientId),
      (id) => appOf(store, id),
    ),
    namesOf(
      about.map(({ object }) => object && `${object.kind} ${object.id}`),
      (key) => objectName(store, key),
    ),
  ]);
  const userOf = (id: string | null) => (id === null ? null : { id, email: emails.get(id) ?? null });
  return about.map(({ record, userId, callerId, clientId, object }) => ({
    ...record,
    user: userOf(object?.kind === "principal_id" && !emails.has(object.id) ? null : userId),
    caller: userOf(callerId),
    app: clientId === null ? null : { id: clientId, ...(apps.get(clientId) ?? { name: null }) },
    object: object && { id: object.id, name: objects.get(`${object.kind} ${object.id}`) ?? null },
  }));
}

/** Of a change by a caller, `userId` and `clientId` are the caller's. */
function subjectsOf(record: AuditRecord): { userId: string | null; callerId: string | null; clientId: string | null } {
  const { event, userId, clientId, detail } = record;
  const named = (textOf(detail.client_id) ?? textOf(detail.app_id))?.toLowerCase() ?? null;
  const principal = textOf(detail.principal_id);
  if (isByCaller(event)) return { userId: subjectOf(record) ?? principal, callerId: userId, clientId: named };
  return {
    userId: userId ?? textOf(detail.user_id) ?? textOf(detail.member_id) ?? principal,
    callerId: null,
    clientId: clientId ?? named,
  };
}

/** Members of `detail` that have the ID of an object that is neither a user nor an app. */
const OBJECTS = ["flow_id", "policy_id", "group_id", "attribute", "principal_id"] as const;

/** What the record is about, apart from its user and its app. */
function objectIn({ detail }: AuditRecord): { kind: string; id: string } | null {
  const kind = OBJECTS.find((name) => textOf(detail[name]) !== null);
  return kind === undefined ? null : { kind, id: String(detail[kind]) };
}

async function objectName(
  { directory, registrations, administration }: Names,
  key: string,
): Promise<string | undefined> {
  const [kind = "", id = ""] = key.split(/ (.*)/s);
  switch (kind) {
    case "flow_id":
      return (await directory.findUserFlow(id))?.name;
    case "policy_id":
      return (await directory.listPolicies()).find((each) => each.id === id)?.name;
    case "group_id":
      return (await administration.groups.find({ id }))?.name;
    case "attribute":
      return id.replace(/^extension_[\da-f]+_/, "");
    default: {
      // A group, or an app that acts for itself.
      const group = await administration.groups.find({ id });
      if (group) return group.name;
      const found = await registrations.find({ servicePrincipalId: id });
      return found?.kind === "app" ? found.app.name : undefined;
    }
  }
}

async function appOf(
  { directory }: Names,
  id: string,
): Promise<Omit<NonNullable<ShownRecord["app"]>, "id"> | undefined> {
  const app = await directory.findApp(id);
  if (app) return { name: app.name };
  const api = await directory.findApi(id);
  if (api) return { name: api.name, page: "apis" };
  return id === GRAPH_RESOURCE_ID ? { name: "Microsoft Graph", page: null } : undefined;
}

async function namesOf<Name>(
  ids: (string | null)[],
  find: (id: string) => Promise<Name | undefined>,
): Promise<Map<string, Name>> {
  const distinct = [...new Set(ids)].filter((id) => id !== null);
  const found = await Promise.all(distinct.map(async (id) => [id, await find(id)] as const));
  return new Map(found.flatMap(([id, name]) => (name === undefined ? [] : [[id, name]])));
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
