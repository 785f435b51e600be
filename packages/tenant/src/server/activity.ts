import type { Logger } from "pino";
import { codeIn } from "../admin/inbox.ts";
import { namedRecord, unnamedRecord } from "../control/audit-log.ts";
import type { ListedRecord, RecordNames } from "../control/results.ts";
import { displayUserCode } from "../directory/user-code.ts";
import type { ReportedRefusal } from "../kernel/reported-refusal.ts";
import { after, type Clock } from "../kernel/time.ts";
import type { Mailer } from "../mail/mailer.ts";
import type { NewGrant } from "../storage/device-grant.ts";
import type { AuditRecord, Store } from "../storage/store.ts";

/** What happens in a tenant while it runs: a record of the audit log, with names, or something that the log omits. */
export interface Activity extends ListedRecord, RecordNames {
  /**
   * An event of the audit log, such as `device_grant.approved`. Or one of four that the log does not have:
   * - `device_grant.requested`: a device got a code. `detail`: `user_code`, `device_name`, `device_platform`.
   * - `request.refused`: `detail` has a stable name in `why`, a sentence in `message`, and `aadsts`; its actor is `user` if
   *   it was on a page. The same refusal is reported once in two seconds.
   * - `mail.sent`: `detail` has `to` and `subject`, and, if the mail went to the inbox of the embedded tenant, the `code`
   *   that it contains.
   * - `activity.skipped`: more happened at once than could be reported. `detail.count`: how many entries are missing.
   */
  event: string;
}

/** Watches the tenant until the returned function is called. What a listener throws is logged. */
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
export const MOST_WAITING = 1_000;
/** Records in one reading. */
const PAGE = 100;
/** A loop of a program is one line, and what the developer tries next is another. */
const SAME_REFUSAL_MS = 2_000;
/** After a read that failed. */
const RETRY_MS = 1_000;
/** How many refusals are remembered, so that they are not repeated. */
const REFUSALS = 200;
/** A refusal may quote a request. */
const LONGEST_MESSAGE = 400;
/** It names no app if it is not a GUID. */
const LONGEST_CLIENT_ID = 100;

const SKIPPED = "activity.skipped";

const NOTHING = { userId: null, clientId: null, grantId: null, ip: null, detail: {} };

/**
 * The activity of one tenant. Changes of state come from the audit log, read after their commit, so that an entry never
 * says what was rolled back, and none is missing (docs/decisions/0032). Everything is reported in one order.
 */
export function createActivityLog(clock: Clock, log: Logger): ActivityLog {
  const listeners = new Set<(activity: Activity) => void>();
  const refusals = new Map<string, number>();
  /** In addition to the audit log, and not in order with it yet. */
  let waiting: AuditRecord[] = [];
  /** In order. An entry leaves it when it is reported. */
  let next: AuditRecord[] = [];
  let skipped = 0;
  let page: NextPage | undefined;
  let cancelRetry: (() => void) | undefined;
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
    cancelRetry?.();
    running = report()
      .catch((error: unknown) => {
        log.warn({ err: error }, "what happens in the tenant could not be read; it is tried again");
        if (!stopped) cancelRetry = after(clock, RETRY_MS, wake);
      })
      .finally(() => {
        running = undefined;
        if (again) wake();
      });
  }

  /** A read that fails loses nothing: the cursor is behind the last whole page, and `waiting` keeps what it had. */
  async function report(): Promise<void> {
    again = false;
    // Counted before the log is read: what was committed earlier is reported earlier.
    const direct = waiting.length;
    for (let more = page !== undefined; more; ) {
      const found = await page?.();
      next.push(...(found?.records ?? []));
      more = found?.more === true;
    }
    next.push(...waiting.splice(0, direct));
    next.sort((one, other) => one.at - other.at);
    if (skipped > 0) {
      next.push({ ...NOTHING, at: clock.now(), event: SKIPPED, actor: "tenant", detail: { count: skipped } });
      skipped = 0;
    }
    for (let record = next[0]; record !== undefined; record = next[0]) {
      const activity = await named(record);
      next.shift();
      for (const listener of listeners) tell(listener, activity);
    }
  }

  async function named(record: AuditRecord): Promise<Activity> {
    try {
      return await namedRecord(store as Store, record);
    } catch (error) {
      log.warn({ err: error }, "the names of an entry could not be read");
      return unnamedRecord(record);
    }
  }

  function tell(listener: (activity: Activity) => void, activity: Activity): void {
    try {
      listener(activity);
    } catch (error) {
      log.error({ err: error }, "a listener of the tenant's activity failed");
    }
  }

  return {
    async watch(listener) {
      // One after another: the first one moves the cursor, which nothing has moved since the last listener ended.
      const started = starting.then(async () => {
        if (listeners.size === 0) {
          // What an earlier listener did not wait for.
          await running;
          [waiting, next, skipped] = [[], [], 0];
          if (store?.kind === "sqlite") page = await fromNowOn(store);
        }
        listeners.add(listener);
      });
      starting = started.catch(() => undefined);
      await started;
      return () => void listeners.delete(listener);
    },

    refused({ why, message, aadsts, actor, userId, ip, recorded, ...by }) {
      // Its record says more. Without the audit log, this is the only entry.
      if (listeners.size === 0 || (recorded && page !== undefined)) return;
      const clientId = by.clientId?.slice(0, LONGEST_CLIENT_ID) ?? null;
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
      add("request.refused", { actor, clientId, userId, ip, detail });
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
      // Each run may be followed by another, for what was committed meanwhile.
      while (running) await running;
      cancelRetry?.();
      const missing = waiting.length + next.length + skipped;
      if (missing > 0) log.warn({ missing }, "the tenant stopped before everything that happened was reported");
      listeners.clear();
    },
  };
}

type NextPage = () => Promise<{ records: AuditRecord[]; more: boolean }>;

/** Each call returns the records since the one before. One that fails changes nothing. */
async function fromNowOn({ audit }: Store): Promise<NextPage> {
  let cursor = await audit.start({ newest: 0 });
  return async () => {
    const { records, more, ...page } = await audit.read(cursor, { limit: PAGE });
    ({ cursor } = page);
    return { records, more };
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
