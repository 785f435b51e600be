import { setTimeout as sleep } from "node:timers/promises";
import type { ControlResults } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printEvent, printLine, say } from "../output.ts";
import { operateTenantOften } from "./location.ts";
import { milliseconds } from "./time.ts";

/** How often `--follow` looks for new records. */
const POLL_MS = 1_000;

/** Records that are shown unless `--since` or `--limit` says otherwise. */
const NEWEST = 100;

/** Shown by `--follow` if the tenant was restored from a backup meanwhile. */
const RESTORED = {
  exact:
    "The audit log was restored from a backup: the last records above are no longer in it. It continues after the backup.",
  repeats:
    "The audit log was restored from a backup: some records above are no longer in it, and some of the following are repeated.",
};

type AuditEntry = ControlResults["read_audit"]["records"][number];

/** `doorcode tenant audit` */
export async function run(given: Arguments, signal: AbortSignal): Promise<number> {
  const since = given.text("since");
  const limit = given.text("limit");
  const follow = given.flag("follow");
  const filter = {
    event: given.text("event"),
    user: given.text("user"),
    since: since === undefined ? undefined : new Date(Date.now() - milliseconds(since)).toISOString(),
  };
  const newest = limit === undefined ? (since === undefined ? NEWEST : undefined) : Number(limit);
  const print = given.flag("json") ? printJson : printRecord;
  await operateTenantOften(given, async (operate) => {
    let after: string | undefined;
    let printed = 0;
    let left = follow ? Number.POSITIVE_INFINITY : (newest ?? Number.POSITIVE_INFINITY);
    while (left > 0) {
      const page = await operate({ do: "read_audit", ...filter, ...(after === undefined ? { newest } : { after }) });
      if (page.restored !== undefined) {
        if (given.flag("json")) printEvent("audit_log_restored", { repeats: page.restored === "repeats" });
        else say(RESTORED[page.restored]);
      }
      for (const record of page.records.slice(0, left)) print(record);
      left -= page.records.length;
      printed += page.records.length;
      after = page.after;
      if (page.more) continue;
      if (!follow) {
        if (printed === 0 && !given.flag("json")) say("No records.");
        return;
      }
      await sleep(POLL_MS, undefined, { signal });
    }
  });
  return exitCodes.done;
}

/** `event` names the kind of line, as everywhere in the command line; `name` is the event in the log. */
const printJson = ({ event: name, ...record }: AuditEntry) => printEvent("audit_record", { name, ...record });

function printRecord({ at, event, actor, user_id, client_id, grant_id, ip, detail }: AuditEntry): void {
  const about = { user: user_id, client: client_id, grant: grant_id, from: ip, ...detail };
  const members = Object.entries(about).filter(([, value]) => value !== null);
  const shown = members.map(([name, value]) => `${name}=${shownValue(value)}`);
  printLine([at, event, actor, ...shown].join("  "));
}

/** With quotes where it would be read as more than one value. */
const shownValue = (value: unknown) => {
  const text = String(value);
  return /^[^\s"]+$/.test(text) ? text : JSON.stringify(text);
};
