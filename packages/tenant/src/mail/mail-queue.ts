import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { deriveKey, type SealKey, seal, unseal } from "../kernel/seal.ts";
import { type Clock, withTimeout } from "../kernel/time.ts";
import type { MailLease, Store } from "../storage/store.ts";
import { MailError, type Mailer, type OutgoingMail } from "./mailer.ts";

/** `queued`: not sent yet, and tried again until it has expired. `refused`: it will never arrive. */
export type MailOutcome = "sent" | "queued" | "refused";

export interface MailQueueOptions {
  /** Names the mail to those who ask for its fate later; a new one unless given. */
  id?: string;
  /** When the mail is of no more use. */
  expiresAt: number;
}

/** Every mail goes through the store, so that it survives a restart and only one of many nodes sends it. */
export interface MailQueue {
  /** Stores the mail, tries at once and waits a few seconds for the outcome. Throws when it cannot be stored. */
  send(mail: OutgoingMail, options: MailQueueOptions): Promise<MailOutcome>;
  /** Stores the mail and returns; it is tried right after. For mails that no page waits for. */
  post(mail: OutgoingMail, options: MailQueueOptions): Promise<void>;
  /** Gives up expired mails and tries all that are due. */
  deliverDue(): Promise<void>;
  /** Delivers what is due, now and every few seconds until the queue is closed. */
  start(): void;
  /** Starts no more mails. Those being sent may finish; the lease of the others expires. */
  close(deadlineMs: number): Promise<void>;
}

/** Mails being sent at once by this process: a server that hangs holds no more than these. */
const SLOTS = 4;
const WAIT_MS = 5_000;
const POLL_MS = 5_000;
/** Longer than any attempt of the transport (SEND_MS): a process that holds a lease beyond it was killed. */
const LEASE_MS = 90_000;
const FIRST_RETRY_MS = 5_000;
const SLOWEST_RETRY_MS = 15 * 60_000;

export function createMailQueue(parts: {
  store: Pick<Store, "outbox">;
  mailer: Mailer;
  sealKey: SealKey;
  clock: Clock;
  log: Logger;
  /** How long `send` waits. */
  waitMs?: number;
}): MailQueue {
  const { mailer, clock, log, waitMs = WAIT_MS } = parts;
  const { outbox } = parts.store;
  const key = deriveKey(parts.sealKey, "outbox");
  /** Ids that were kept a moment ago: they go before what is merely due, because somebody waits. */
  const fresh: string[] = [];
  const waiting = new Map<string, (outcome: MailOutcome) => void>();
  const working = new Set<Promise<void>>();
  const closing = Promise.withResolvers<"queued">();
  let busy = 0;
  let closed = false;
  let abandoned = false;
  let delivering: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function keep(mail: OutgoingMail, id: string, expiresAt: number): Promise<void> {
    const { to, subject, text, html } = mail;
    const sealed = seal(key, JSON.stringify({ to, subject, text, html }), id);
    await outbox.enqueue({ id, sealed, createdAt: clock.now(), expiresAt });
    fresh.push(id);
    wake();
  }

  /** Sets one more slot to work, if there is one. */
  function wake(): void {
    if (closed || busy === SLOTS) return;
    const work = workOff().catch((error: unknown) => log.warn({ err: error }, "the mail queue could not go on"));
    working.add(work);
    work.finally(() => working.delete(work));
  }

  async function workOff(): Promise<void> {
    busy++;
    try {
      while (!closed) {
        const id = fresh.shift();
        const now = clock.now();
        const lease = await outbox.lease({ now, until: now + LEASE_MS, ...(id === undefined ? {} : { id }) });
        if (lease) {
          // Where one is due there may be more: another slot looks.
          if (id === undefined) wake();
          const outcome = await attempt(lease);
          waiting.get(lease.id)?.(outcome);
        } else if (id === undefined && fresh.length === 0) return;
      }
    } finally {
      busy--;
    }
  }

  async function attempt(lease: MailLease): Promise<MailOutcome> {
    try {
      const mail = JSON.parse(unseal(key, lease.sealed, lease.id)) as OutgoingMail;
      await mailer.send({ ...mail, id: lease.id });
    } catch (error) {
      return abandoned ? "queued" : notSent(lease, error);
    }
    if (!abandoned) await outbox.sent(lease.id, clock.now());
    return "sent";
  }

  async function notSent(lease: MailLease, error: unknown): Promise<MailOutcome> {
    const reason = codeOf(error);
    const about = { err: error, reason, mail: lease.id, attempt: lease.attempt };
    if (error instanceof MailError && error.code === "mail_refused") {
      log.warn(about, "a mail was refused and is given up");
      await outbox.failed(lease, reason, clock.now());
      return "refused";
    }
    const operators = !(error instanceof MailError) || error.code === "mail_configuration";
    log[operators ? "error" : "warn"](about, "a mail could not be sent and is tried again");
    await outbox.retryLater(lease, clock.now() + retryAfter(lease.attempt), reason);
    return "queued";
  }

  async function deliverDue(): Promise<void> {
    if (closed) return;
    await outbox.expire(clock.now());
    wake();
    while (working.size > 0) await Promise.all(working);
  }

  return {
    async send(mail, { id = randomUUID(), expiresAt }) {
      const { promise: tried, resolve } = Promise.withResolvers<MailOutcome>();
      waiting.set(id, resolve);
      try {
        await keep(mail, id, expiresAt);
        return await withTimeout(waitMs, Promise.race([tried, closing.promise])).catch(() => "queued" as const);
      } finally {
        waiting.delete(id);
      }
    },
    post: (mail, { id = randomUUID(), expiresAt }) => keep(mail, id, expiresAt),
    deliverDue,
    start() {
      const next = () => {
        delivering = deliverDue().catch((error: unknown) =>
          log.warn({ err: error }, "the mail queue could not be looked at"),
        );
      };
      next();
      timer = setInterval(next, POLL_MS);
      timer.unref();
    },
    async close(deadlineMs) {
      closed = true;
      clearInterval(timer);
      closing.resolve("queued");
      await withTimeout(deadlineMs, Promise.all([delivering, ...working])).catch(() => undefined);
      abandoned = true;
    },
  };
}

/** Twice as long each time, and not all at the same moment after an outage. */
function retryAfter(attempt: number): number {
  const pause = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), SLOWEST_RETRY_MS);
  return Math.round(pause * (0.75 + Math.random() / 2));
}

/** What store and log keep of a failure: never its cause's words, which may quote the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof MailError)) return "unexpected";
  return error.status === null ? error.code : `${error.code} ${error.status}`;
}
