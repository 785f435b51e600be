import { isIP } from "node:net";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { listedRecord } from "../admin/listed-record.ts";
import { normalizeEmail } from "../directory/entities.ts";
import { RightWithdrawn } from "../storage/acting.ts";
import { AUDIT_EVENTS, eventOf, isRecorded } from "../storage/audit-events.ts";
import type { AuditPlace, AuditSearch } from "../storage/store.ts";
import { AUDIT_FILTERS, type AuditFilterName, type AuditFilterProblems } from "../ui/console/audit.ts";
import type { ConsoleAnswer, ConsoleHandler, ConsoleRequest } from "./console-request.ts";
import { isGuid, textIn } from "./found.ts";
import { afterKey, keyIn, PAGE_ROWS } from "./paging.ts";
import { shownRecords } from "./shown-records.ts";

/** Records in one statement of a download: all that is in memory of it. */
const EXPORT_PAGE = 500;

/** Apps that the form suggests. */
const MOST_SUGGESTIONS = 200;

/** The audit log, searched and read in pages. */
export async function getAudit(request: ConsoleRequest, isExporting = false): Promise<ConsoleAnswer> {
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
      problem: isWrong ? "filter" : isExporting ? "exporting" : null,
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

/**
 * All records that fit, one JSON object in a line, as `doorcode tenant audit --json` has them. A form and not a link: it is
 * recorded, it takes long, and another site must not cause it. A browser has one at a time.
 */
export function auditExport(): ConsoleHandler {
  const exporting = new Set<string>();
  return async (request) => {
    const { ctx, now, session } = request;
    const { search, problems } = await askedOf(request);
    // The page shows what is wrong; its own form has nothing wrong.
    if (Object.keys(problems).length > 0) return getAudit(request);
    if (exporting.has(session)) return getAudit(request, true);
    exporting.add(session);
    // One statement ahead of the browser, no more.
    const options = { objectMode: true, highWaterMark: 1 };
    const body = Readable.from(linesOf(request, search), options).once("close", () => exporting.delete(session));
    try {
      await request.admin.auditLog.downloaded(search);
    } catch (error) {
      body.destroy();
      throw error;
    }
    const day = new Date(now).toISOString().slice(0, 10);
    return {
      download: { name: `audit-${ctx.config.name}-${day}.jsonl`, type: "application/x-ndjson; charset=utf-8", body },
    };
  };
}

/** @throws RightWithdrawn if the right ends meanwhile: the download breaks off, and the browser says that it failed */
async function* linesOf({ ctx, mayStill }: ConsoleRequest, search: AuditSearch): AsyncGenerator<string> {
  const { audit } = ctx.store;
  for (let after: AuditPlace | null | undefined; after !== null; ) {
    if (!(await mayStill())) throw new RightWithdrawn("signed_out");
    const { records, next } = await audit.search({ ...search, after, limit: EXPORT_PAGE });
    // SQLite answers at once, so without a turn of the event loop no other request would be answered.
    await setImmediate();
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
