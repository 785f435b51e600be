import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { deriveKey, type SealKey, seal, unseal } from "../kernel/seal.ts";
import { type Clock, withTimeout } from "../kernel/time.ts";
import type { MailLease, NewOutboxMail, Store } from "../storage/store.ts";
import { MailError, type Mailer, type OutgoingMail } from "./mailer.ts";

/** `queued`: not sent yet, and retried until it expires. `refused`: it will never be delivered. */
export type MailOutcome = "sent" | "queued" | "refused";

export interface MailQueueOptions {
  /** Identifies the mail for later status requests. Default: a new ID. */
  id?: string;
  /** When the mail becomes useless. */
  expiresAt: number;
}

/** Every mail goes through the store, so that it survives a restart and only one of several nodes sends it. */
export interface MailQueue {
  /** Stores the mail, tries to send it and waits a few seconds for the outcome. Throws if it cannot be stored. */
  send(mail: OutgoingMail, options: MailQueueOptions): Promise<MailOutcome>;
  /** Stores the mail and returns; sending starts right after. For mails that no page waits for. */
  post(mail: OutgoingMail, options: MailQueueOptions): Promise<void>;
  /**
   * Seals a mail without storing it: a transaction stores it together with the change that it reports, so that neither
   * exists without the other. Then `stored` sends it.
   */
  prepare(mail: OutgoingMail, options: MailQueueOptions): NewOutboxMail;
  stored(mail: Pick<NewOutboxMail, "id">): void;
  /** Drops expired mails and tries all that are due. */
  deliverDue(): Promise<void>;
  /** Sends due mails, now and every few seconds, until the queue is closed. */
  start(): void;
  /** Starts no more mails. Mails being sent may finish; the leases of the others expire. */
  close(deadlineMs: number): Promise<void>;
}

/** What the queue reports, for metrics, traces and `/readyz`. */
export interface MailObserver {
  /**
   * An attempt ended. `startedAt` is of `performance.now()`. `reason`: the code of its failure.
   */
  attempted(outcome: MailOutcome, startedAt: number, reason?: MailError["code"] | "unexpected"): void;
  /** So many mails became useless before they were sent. */
  expired(count: number): void;
  /** Runs the worker outside of the request that woke it: it also sends the mails of others. */
  apart<T>(work: () => T): T;
}

const noObserver: MailObserver = { attempted: () => undefined, expired: () => undefined, apart: (work) => work() };

/** Mails that this process sends at once. A server that hangs blocks no more than these. */
const SLOTS = 4;
const WAIT_MS = 5_000;
const POLL_MS = 5_000;
/** Longer than any attempt of the transport (SEND_MS): a process that holds a lease longer was killed. */
const LEASE_MS = 90_000;
const FIRST_RETRY_MS = 5_000;
const SLOWEST_RETRY_MS = 15 * 60_000;

/** Seals a mail, as `MailQueue.prepare`. */
export function prepareMail(
  { sealKey, clock }: { sealKey: SealKey; clock: Clock },
  { to, subject, text, html }: OutgoingMail,
  { id = randomUUID(), expiresAt }: MailQueueOptions,
): NewOutboxMail {
  const sealed = seal(deriveKey(sealKey, "outbox"), JSON.stringify({ to, subject, text, html }), id);
  return { id, sealed, createdAt: clock.now(), expiresAt };
}

export function createMailQueue(parts: {
  store: Pick<Store, "outbox">;
  mailer: Mailer;
  sealKey: SealKey;
  clock: Clock;
  log: Logger;
  observer?: MailObserver;
  /** How long `send` waits. */
  waitMs?: number;
}): MailQueue {
  const { mailer, clock, log, observer = noObserver, waitMs = WAIT_MS } = parts;
  const { outbox } = parts.store;
  const key = deriveKey(parts.sealKey, "outbox");
  /** IDs stored a moment ago. They go first, because a user waits for them. */
  const fresh: string[] = [];
  const waiting = new Map<string, (outcome: MailOutcome) => void>();
  const working = new Set<Promise<void>>();
  const closing = Promise.withResolvers<"queued">();
  let busy = 0;
  let closed = false;
  let abandoned = false;
  let delivering: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const prepare: MailQueue["prepare"] = (mail, options) => prepareMail(parts, mail, options);

  function stored({ id }: Pick<NewOutboxMail, "id">): void {
    fresh.push(id);
    wake();
  }

  async function keep(mail: OutgoingMail, id: string, expiresAt: number): Promise<void> {
    await outbox.enqueue(prepare(mail, { id, expiresAt }));
    stored({ id });
  }

  /** Starts one more slot, if one is free. */
  function wake(): void {
    if (closed || busy === SLOTS) return;
    const work = observer.apart(workOff).catch((error: unknown) => log.warn({ err: error }, "the mail queue failed"));
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
          // If one mail is due, more may be: another slot checks.
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
    const startedAt = performance.now();
    try {
      const mail = JSON.parse(unseal(key, lease.sealed, lease.id)) as OutgoingMail;
      await mailer.send({ ...mail, id: lease.id });
    } catch (error) {
      if (abandoned) return "queued";
      const outcome = isRefusal(error) ? "refused" : "queued";
      observer.attempted(outcome, startedAt, error instanceof MailError ? error.code : "unexpected");
      await notSent(lease, error);
      return outcome;
    }
    observer.attempted("sent", startedAt);
    if (!abandoned) await outbox.sent(lease.id, clock.now());
    return "sent";
  }

  async function notSent(lease: MailLease, error: unknown): Promise<void> {
    const reason = codeOf(error);
    const about = { err: error, reason, mail: lease.id, attempt: lease.attempt };
    if (isRefusal(error)) {
      log.warn(about, "a mail was refused and dropped");
      await outbox.failed(lease, reason, clock.now());
      return;
    }
    const operators = !(error instanceof MailError) || error.code === "mail_configuration";
    log[operators ? "error" : "warn"](about, "a mail could not be sent; retrying");
    await outbox.retryLater(lease, clock.now() + retryAfter(lease.attempt), reason);
  }

  async function deliverDue(): Promise<void> {
    if (closed) return;
    const expired = await outbox.expire(clock.now());
    if (expired > 0) observer.expired(expired);
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
    prepare,
    stored,
    deliverDue,
    start() {
      const next = () => {
        delivering = deliverDue().catch((error: unknown) =>
          log.warn({ err: error }, "the mail queue could not be read"),
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

const isRefusal = (error: unknown) => error instanceof MailError && error.code === "mail_refused";

/** Doubles each time, with jitter, so that retries spread out after an outage. */
function retryAfter(attempt: number): number {
  const pause = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), SLOWEST_RETRY_MS);
  return Math.round(pause * (0.75 + Math.random() / 2));
}

/** What store and log keep of a failure. Never the text of its cause, which may quote the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof MailError)) return "unexpected";
  return error.status === null ? error.code : `${error.code} ${error.status}`;
}
