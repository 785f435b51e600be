import { isIP } from "node:net";
import { Readable } from "node:stream";
import { listedRecord } from "../admin/listed-record.ts";
import { normalizeEmail } from "../directory/entities.ts";
import { AUDIT_EVENTS, eventOf, isRecorded } from "../storage/audit-events.ts";
import type { AuditPlace, AuditSearch, AuditSearcher } from "../storage/store.ts";
import { AUDIT_FILTERS, type AuditFilterName, type AuditFilterProblems } from "../ui/console/audit.ts";
import type { ConsoleAnswer, ConsoleRequest } from "./console-request.ts";
import { isGuid, textIn } from "./found.ts";
import { afterKey, keyIn, PAGE_ROWS } from "./paging.ts";
import { shownRecords } from "./shown-records.ts";

/** Records in one statement of a download: all that is in memory of it. */
const EXPORT_PAGE = 500;

/** Apps that the form suggests. */
const MOST_SUGGESTIONS = 200;

/** The audit log, searched and read in pages. */
export async function getAudit(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { ctx, fields } = request;
  const { typed, search, problems } = await askedOf(request);
  const key = keyIn(fields, [0, 0] as const);
  const after = key && { at: key[0], seq: key[1] };
  const isWrong = Object.keys(problems).length > 0;
  const found = isWrong
    ? { records: [], next: null }
    : await ctx.store.audit.search({ ...search, after, limit: PAGE_ROWS });
  return {
    view: {
      page: "console_audit",
      typed,
      problem: isWrong ? "filter" : null,
      problems,
      events: AUDIT_EVENTS,
      apps: (await suggestedApps(request)).slice(0, MOST_SUGGESTIONS),
      records: await shownRecords(ctx.store, found.records),
      next: found.next === null ? null : afterKey([found.next.at, found.next.seq]),
      isFirst: after === undefined,
      withoutRenewals: isNarrow(search) && search.event !== "refresh_token.rotated",
    },
  };
}

/** All records that fit, one JSON object in a line, as `doorcode tenant audit --json` has them. */
export async function getAuditExport(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { ctx, now } = request;
  const { search, problems } = await askedOf(request);
  // The page shows what is wrong; its own link never leads here.
  if (Object.keys(problems).length > 0) return getAudit(request);
  const day = new Date(now).toISOString().slice(0, 10);
  return {
    download: {
      name: `audit-${ctx.config.name}-${day}.jsonl`,
      type: "application/x-ndjson; charset=utf-8",
      body: Readable.from(linesOf(ctx.store.audit, search)),
    },
  };
}

async function* linesOf(audit: AuditSearcher, search: AuditSearch): AsyncGenerator<string> {
  for (let after: AuditPlace | null | undefined; after !== null; ) {
    const { records, next } = await audit.search({ ...search, after, limit: EXPORT_PAGE });
    if (records.length > 0) yield `${records.map((record) => JSON.stringify(listedRecord(record))).join("\n")}\n`;
    after = next;
  }
}

const isNarrow = ({ userId, clientId, ip }: AuditSearch) => [userId, clientId, ip].some((each) => each !== undefined);

interface Asked {
  /** As it was typed. */
  typed: Record<AuditFilterName, string>;
  search: AuditSearch;
  problems: AuditFilterProblems;
}

/** What the form asks for. An error of one field does not hide the others. */
async function askedOf(request: ConsoleRequest): Promise<Asked> {
  const { ctx } = request;
  const typed = Object.fromEntries(AUDIT_FILTERS.map((name) => [name, textIn(request, name)])) as Asked["typed"];
  const problems: AuditFilterProblems = {};
  const read = async <T>(name: AuditFilterName, value: (text: string) => Promise<T | undefined> | T | undefined) => {
    if (typed[name] === "") return undefined;
    const found = await value(typed[name]);
    if (found === undefined) problems[name] = true;
    return found;
  };
  const search: AuditSearch = {
    event: await read("event", (text) => (isRecorded(text) ? eventOf(text) : undefined)),
    userId: await read("person", (text) => userIdOf(ctx.store, text)),
    clientId: await read("app", async (text) => clientIdOf(await suggestedApps(request), text)),
    ip: await read("ip", (text) => (isIP(text) === 0 ? undefined : text.toLowerCase())),
    since: await read("from", timeOf),
    until: await read("to", timeOf),
  };
  return { typed, search, problems };
}

/** The records of a deleted user can be found by its ID. */
export async function userIdOf(
  { directory }: ConsoleRequest["ctx"]["store"],
  text: string,
): Promise<string | undefined> {
  if (isGuid(text)) return text.toLowerCase();
  return (await directory.findUserByEmail(normalizeEmail(text)))?.id;
}

/** By client ID, or by name in any case. */
export function clientIdOf(apps: readonly { clientId: string; name: string }[], text: string): string | undefined {
  if (isGuid(text)) return text.toLowerCase();
  const wanted = text.toLowerCase();
  return apps.find(({ name }) => name.toLowerCase() === wanted)?.clientId;
}

/** By name. */
export async function suggestedApps({ ctx }: ConsoleRequest): Promise<{ clientId: string; name: string }[]> {
  const apps = await ctx.store.directory.listApps();
  return apps
    .map(({ clientId, name }) => ({ clientId, name }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** As browsers send it, in the time zone of the tenant's computer, or with a zone: `2026-11-30T09:00`. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(T|$)/.test(text)) return undefined;
  // A date alone would be one in UTC.
  const at = Date.parse(text.length === 10 ? `${text}T00:00` : text);
  return Number.isNaN(at) ? undefined : at;
}
