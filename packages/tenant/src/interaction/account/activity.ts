import { eventOf, isByCaller, OWN_ACTIVITY, OWN_DETAILS, type OwnActivity } from "../../storage/audit-events.ts";
import type { AuditRecord } from "../../storage/store.ts";
import type { ActivityLine } from "../../ui/pages/own-profile.ts";
import type { Answer, InteractionContext, PageRequest } from "../page-request.ts";
import { viewingOwn } from "./own-change.ts";

/** How far back users see what happened, in milliseconds. The audit log itself is kept for ever. */
export const ACTIVITY_MS = 90 * 24 * 60 * 60 * 1000;

/** Records on one page. */
const PAGE = 25;

/** What happened to the account, newest first. */
export async function getActivity(request: PageRequest): Promise<Answer> {
  return viewingOwn(request, async ({ id: userId }) => {
    const { ctx, now } = request;
    const after = afterOf(request);
    const since = now - ACTIVITY_MS;
    const found = await ctx.store.audit.listOwn({ userId, since, events: OWN_ACTIVITY, after, limit: PAGE + 1 });
    const records = found.slice(0, PAGE);
    const lines = await linesOf(ctx, records);
    const older = found.length > PAGE ? cursorAfter(records, after) : null;
    return { view: { page: "my_activity", lines, older, newest: after === undefined } };
  });
}

interface Place {
  at: number;
  skip: number;
}

/** Where the next page begins. By time, so that it does not reveal how many records the tenant has. */
function cursorAfter(records: AuditRecord[], before: Place | undefined): string | null {
  const last = records.at(-1);
  if (!last) return null;
  const same = records.filter(({ at }) => at === last.at).length;
  const skip = same + (before?.at === last.at ? before.skip : 0);
  return `${last.at}.${skip}`;
}

function afterOf({ fields }: PageRequest): Place | undefined {
  const [, at, skip] = /^(\d{1,15})\.(\d{1,6})$/.exec(fields.get("after") ?? "") ?? [];
  return at === undefined || skip === undefined ? undefined : { at: Number(at), skip: Number(skip) };
}

async function linesOf({ store }: InteractionContext, records: AuditRecord[]): Promise<ActivityLine[]> {
  const own = records.map(ownEntryOf);
  const clients = [...new Set(own.flatMap(({ clientId }) => clientId ?? []))];
  const apps = await Promise.all(clients.map((id) => store.directory.findApp(id)));
  const names = new Map(apps.flatMap((app) => (app ? [[app.clientId, app.name] as const] : [])));
  return own.map(({ at, event, by, clientId, ip }) => ({
    ...{ at, event, by, ip },
    appName: clientId === null ? null : (names.get(clientId) ?? null),
  }));
}

/** Who it was, from the user's point of view. The tenant itself acts for those who run it. */
const WHO = { user: "user", client: "program", operator: "operator", tenant: "operator" } as const;

/** A record as its user sees it. `ip` and `clientId` are not those of an administrator. */
export function ownEntryOf({ at, event, actor, clientId, grantId, ip, detail }: AuditRecord) {
  const administered = isByCaller(event);
  return {
    ...{ at, event: eventOf(event) as OwnActivity },
    by: administered ? ("administrator" as const) : WHO[actor],
    ...(administered ? { clientId: null, grantId: null, ip: null } : { clientId, grantId, ip }),
    detail: Object.fromEntries(OWN_DETAILS.flatMap((name) => (name in detail ? [[name, detail[name]]] : []))),
  };
}
