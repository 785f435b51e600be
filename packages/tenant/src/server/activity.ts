import type { Logger } from "pino";
import { namedRecord } from "../control/audit-log.ts";
import { codeIn } from "../control/mails.ts";
import type { ListedRecord, RecordNames } from "../control/results.ts";
import { displayUserCode } from "../directory/user-code.ts";
import type { ReportedRefusal } from "../kernel/reported-refusal.ts";
import type { Clock } from "../kernel/time.ts";
import type { Mailer } from "../mail/mailer.ts";
import type { NewGrant } from "../storage/device-grant.ts";
import type { AuditRecord, Store } from "../storage/store.ts";

/** What happens in a tenant while it runs: a record of the audit log, with names, or something that the log omits. */
export interface Activity extends ListedRecord, RecordNames {
  /**
   * An event of the audit log, such as `device_grant.approved`. Or one of four that the log does not have:
   * - `device_grant.requested`: a device got a code. `detail`: `user_code`, `device_name`, `device_platform`.
   * - `request.refused`: `detail` has a stable name in `why`, a sentence in `message`, and `aadsts`. The same refusal is
   *   reported once a minute.
   * - `mail.sent`: `detail` has `to` and `subject`, and, if the mail went to the inbox of the embedded tenant, the `code`
   *   that it contains.
   * - `activity.skipped`: more happened at once than could be reported. `detail.count`: how many entries are missing.
   */
  event: string;
}

/** Watches the tenant until the returned function is called. Listeners must not throw. */
export type WatchActivity = (listener: (activity: Activity) => void) => Promise<() => void>;

/** Collects what happens. Without a listener, it does nothing. */
export interface ActivityLog {
  /** Starts with what happens from now on. Only a SQLite store announces its audit records. */
  watch: WatchActivity;
  refused(refusal: ReportedRefusal): void;
  /** The store, with new device codes reported. */
  reporting(store: Store): Store;
  /** The mailer, with the mails that it sent. `codes`: report the codes in them, too. */
  reportingMails(mailer: Mailer, codes: boolean): Mailer;
  /** Reports what is committed, and then nothing more. Call it while the store is open. */
  stop(): Promise<void>;
}

/** Entries that wait for the audit log to be read. */
const MOST_WAITING = 1_000;
/** Records in one reading. */
const PAGE = 100;
const SAME_REFUSAL_MS = 60_000;
/** How many refusals are remembered, so that they are not repeated. */
const REFUSALS = 200;
/** A refusal may quote a request. */
const LONGEST_MESSAGE = 400;

const SKIPPED = "activity.skipped";

const NOTHING = { userId: null, clientId: null, grantId: null, ip: null, detail: {} };

/**
 * The activity of one tenant. Changes of state come from the audit log, read after their commit, so that an entry never
 * says what was rolled back, and none is missing (docs/decisions/0032). Everything is reported in one order.
 */
export function createActivityLog(clock: Clock, log: Logger): ActivityLog {
  const listeners = new Set<(activity: Activity) => void>();
  const refusals = new Map<string, number>();
  let waiting: AuditRecord[] = [];
  let skipped = 0;
  let read: (() => Promise<AuditRecord[]>) | undefined;
  let store: Store | undefined;
  let running: Promise<void> | undefined;
  let starting: Promise<void> = Promise.resolve();
  let again = false;
  let stopped = false;

  function add(event: string, about: Partial<AuditRecord>): void {
    if (listeners.size === 0 || stopped) return;
    const record: AuditRecord = { at: clock.now(), actor: "client", ...NOTHING, ...about, event };
    if (waiting.length < MOST_WAITING) waiting.push(record);
    else skipped++;
    wake();
  }

  /** One run at a time. A hint during a run is followed by another run. */
  function wake(): void {
    if (listeners.size === 0) return;
    if (running) {
      again = true;
      return;
    }
    running = report()
      .catch((error: unknown) => log.warn({ err: error }, "what happens in the tenant could not be reported"))
      .finally(() => {
        running = undefined;
        if (again && !stopped) wake();
      });
  }

  async function report(): Promise<void> {
    again = false;
    // Taken before the log is read: what was committed earlier is reported earlier.
    const direct = waiting;
    waiting = [];
    if (skipped > 0) {
      direct.push({
        ...NOTHING,
        at: clock.now(),
        event: SKIPPED,
        actor: "tenant",
        detail: { count: skipped },
      });
      skipped = 0;
    }
    const records = [...((await read?.()) ?? []), ...direct].sort((one, other) => one.at - other.at);
    for (const record of records) {
      const activity = await namedRecord(store as Store, record);
      for (const listener of listeners) listener(activity);
    }
  }

  return {
    async watch(listener) {
      // One after another: the first one moves the cursor, which nothing has moved since the last listener ended.
      const started = starting.then(async () => {
        if (listeners.size === 0 && store?.kind === "sqlite") read = await fromNowOn(store);
        listeners.add(listener);
      });
      starting = started.catch(() => undefined);
      await started;
      return () => void listeners.delete(listener);
    },

    refused({ why, message, aadsts, clientId, userId, ip }) {
      if (listeners.size === 0) return;
      const key = JSON.stringify([why, message, clientId, userId, ip]);
      const before = refusals.get(key);
      if (before !== undefined && clock.now() - before < SAME_REFUSAL_MS) return;
      refusals.delete(key);
      refusals.set(key, clock.now());
      for (const oldest of refusals.keys()) {
        if (refusals.size <= REFUSALS) break;
        refusals.delete(oldest);
      }
      const detail = { why, message: message.slice(0, LONGEST_MESSAGE), ...(aadsts !== null && { aadsts }) };
      add("request.refused", { actor: userId === null ? "client" : "user", clientId, userId, ip, detail });
    },

    reporting(opened) {
      store = opened;
      opened.auditChanges.watch(wake);
      return {
        ...opened,
        grants: {
          ...opened.grants,
          async insert(grant, charges) {
            const inserted = await opened.grants.insert(grant, charges);
            if (inserted.outcome === "inserted") add("device_grant.requested", requested(grant));
            return inserted;
          },
        },
      };
    },

    reportingMails: (mailer, codes) => ({
      async send(mail) {
        await mailer.send(mail);
        const code = codes ? codeIn(mail.text) : undefined;
        const detail = { to: mail.to, subject: mail.subject, ...(code !== undefined && { code }) };
        add("mail.sent", { actor: "tenant", detail });
      },
      close: () => mailer.close(),
    }),

    async stop() {
      wake();
      stopped = true;
      await running;
      listeners.clear();
    },
  };
}

/** Each call returns the records since the one before. */
async function fromNowOn({ audit }: Store): Promise<() => Promise<AuditRecord[]>> {
  let cursor = await audit.start({ newest: 0 });
  return async () => {
    const records: AuditRecord[] = [];
    for (let more = true; more; ) {
      const page = await audit.read(cursor, { limit: PAGE });
      records.push(...page.records);
      ({ cursor, more } = page);
    }
    return records;
  };
}

function requested({
  id,
  clientId,
  userCode,
  deviceName,
  devicePlatform,
  initiatedIp,
  createdAt,
}: NewGrant): Partial<AuditRecord> {
  const detail = {
    user_code: displayUserCode(userCode),
    ...(deviceName !== null && { device_name: deviceName }),
    ...(devicePlatform !== null && { device_platform: devicePlatform }),
  };
  return { at: createdAt, clientId, grantId: id, ip: initiatedIp, detail };
}
