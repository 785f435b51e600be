import type { Clock } from "../kernel/time.ts";
import type { AuditEvent } from "../storage/audit-events.ts";
import type { AuditCount, AuditSearcher } from "../storage/store.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the charts count. `refused` includes wrong passwords and codes, `notRenewed` renewals that ended the sign-in. */
export type Outcome = "signedIn" | "declined" | "refused" | "renewed" | "notRenewed";

const OUTCOME_OF = {
  "device_grant.redeemed": "signedIn",
  "authorization.redeemed": "signedIn",
  "device_grant.denied": "declined",
  "authorization.denied": "declined",
  "device_grant.refused": "refused",
  "device_grant.used_twice": "refused",
  "authorization.refused": "refused",
  "authorization_code.reused": "refused",
  "user.sign_in_failed": "refused",
  "user.second_factor_failed": "refused",
  "refresh_token.rotated": "renewed",
  "refresh_token.refused": "notRenewed",
  "refresh_token.reused": "notRenewed",
} as const satisfies Partial<Record<AuditEvent, Outcome>>;

const EVENTS = Object.keys(OUTCOME_OF) as (keyof typeof OUTCOME_OF)[];

/** What was counted is counted again only in slots that may still change. */
const SLOT = 5 * MINUTE;
/** Records appear when their transaction ends, and clocks of nodes differ: a slot changes for so long after its end. */
const SETTLED = 2 * MINUTE;
/** One statement counts so much time, so that on SQLite no other request waits for long. */
const AT_ONCE = HOUR;

/** The counts of one bar. `at`: its beginning, in milliseconds since the epoch. */
export interface CountedBar {
  at: number;
  counts: Record<Outcome, number>;
}

export interface ActivityCounts {
  /** The last 24 hours; the last bar is the hour that has begun. */
  byHour(): Promise<CountedBar[]>;
  /** The last hour in bars of five minutes; the last one has begun. */
  lastHour(): Promise<CountedBar[]>;
}

/**
 * How many sign-ins, refusals and renewals there were, for charts. The audit log is never counted as a whole: what is over
 * is counted once for each process and remembered, at most a day of it, and a request counts the last minutes alone, from
 * an index. A log of a million records costs a page as much as an empty one.
 */
export function activityCounts(ctx: {
  store: { audit: Pick<AuditSearcher, "countBySlot"> };
  clock: Clock;
}): ActivityCounts {
  /** By the beginning of the slot. */
  const settled = new Map<number, Record<Outcome, number>>();
  /** Every slot before this was counted, back to a day before `latest`. */
  let countedTo = 0;
  let latest = 0;
  let counting: Promise<void> | undefined;

  const count = async (from: number, to: number) =>
    bySlot(await ctx.store.audit.countBySlot({ events: EVENTS, from, to, slotMs: SLOT }));

  /** One run at a time, whatever the number of requests. */
  async function settle(now: number): Promise<void> {
    // A tester set the clock back: what was the future is written again.
    if (now < latest) {
      settled.clear();
      countedTo = 0;
    }
    latest = now;
    const first = floor(now, HOUR) - DAY;
    const end = floor(now - SETTLED, SLOT);
    for (let from = Math.max(countedTo, first); from < end; from = countedTo) {
      const to = Math.min(from + AT_ONCE, end);
      for (const [at, counts] of await count(from, to)) settled.set(at, counts);
      countedTo = to;
    }
    for (const at of settled.keys()) if (at < first) settled.delete(at);
  }

  async function slots(now: number): Promise<Map<number, Record<Outcome, number>>> {
    counting ??= settle(now).finally(() => {
      counting = undefined;
    });
    await counting;
    return new Map([...settled, ...(await count(countedTo, floor(now, SLOT) + SLOT))]);
  }

  async function bars(width: number, many: number): Promise<CountedBar[]> {
    const now = ctx.clock.now();
    const known = await slots(now);
    const first = floor(now, width) - (many - 1) * width;
    const result = Array.from({ length: many }, (_, index) => ({ at: first + index * width, counts: none() }));
    for (const [at, counts] of known) {
      const bar = result[Math.floor((at - first) / width)];
      if (bar) add(bar.counts, counts);
    }
    return result;
  }

  return { byHour: () => bars(HOUR, 24), lastHour: () => bars(SLOT, 12) };
}

const floor = (at: number, width: number) => Math.floor(at / width) * width;

const none = (): Record<Outcome, number> => ({ signedIn: 0, declined: 0, refused: 0, renewed: 0, notRenewed: 0 });

function add(to: Record<Outcome, number>, more: Record<Outcome, number>): void {
  for (const outcome of Object.keys(to) as Outcome[]) to[outcome] += more[outcome];
}

function bySlot(counted: AuditCount[]): Map<number, Record<Outcome, number>> {
  const slots = new Map<number, Record<Outcome, number>>();
  for (const { at, event, count } of counted) {
    const counts = slots.get(at) ?? none();
    counts[OUTCOME_OF[event as keyof typeof OUTCOME_OF]] += count;
    slots.set(at, counts);
  }
  return slots;
}
