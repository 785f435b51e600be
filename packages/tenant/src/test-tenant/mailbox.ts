import { codeIn } from "../admin/inbox.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { ReceivedMail } from "../server/running-tenant.ts";

/** A mail, with the code that it contains. */
export interface TestMail extends ReceivedMail {
  /** The code, for example of a sign-up; undefined if the mail has none. */
  code: string | undefined;
}

/** Which mail a test waits for. */
export interface MailFilter {
  /** The recipient's address. Default: any. */
  to?: string;
  /** What the subject contains. Default: anything. */
  subject?: string | RegExp;
  /** Only a mail with a code. Default: false. */
  withCode?: boolean;
  /** Milliseconds of real time. Default: 5,000. */
  timeoutMs?: number;
}

/** The mails of a test tenant. */
export interface TestMails {
  /**
   * Returns the next mail that fits, and waits for it if it has not arrived. Each mail is returned once, oldest first, so
   * a second code is never taken for the first.
   * @throws TenantError `mail_not_received`, which names the mails that are there
   */
  waitFor(filter?: MailFilter): Promise<TestMail>;
  /** All mails that arrived since the start, or since the last restore, oldest first. */
  all(): TestMail[];
}

interface Waiting {
  fits: (mail: TestMail) => boolean;
  found: (mail: TestMail) => void;
}

const TIMEOUT_MS = 5_000;

/** Collects mails as they arrive, without asking for them. */
export class Mailbox implements TestMails {
  #all: TestMail[] = [];
  #unread: TestMail[] = [];
  readonly #waiting = new Set<Waiting>();

  /** For `StartOptions.onMail`. */
  readonly arrived = (received: ReceivedMail): void => {
    const mail: TestMail = { ...received, code: codeIn(received.text) };
    this.#all.push(mail);
    const first = [...this.#waiting].find(({ fits }) => fits(mail));
    if (first) {
      // It takes one: the next mail, which may follow at once, is for another.
      this.#waiting.delete(first);
      first.found(mail);
    } else this.#unread.push(mail);
  };

  all(): TestMail[] {
    return [...this.#all];
  }

  /** The tenant returned to a time before them. */
  forget(): void {
    [this.#all, this.#unread] = [[], []];
  }

  waitFor(filter: MailFilter = {}): Promise<TestMail> {
    const fits = fitting(filter);
    const index = this.#unread.findIndex(fits);
    if (index >= 0) return Promise.resolve(this.#unread.splice(index, 1)[0]!);
    const { promise, resolve, reject } = Promise.withResolvers<TestMail>();
    const waiting: Waiting = { fits, found: resolve };
    this.#waiting.add(waiting);
    const timer = setTimeout(() => reject(this.#missing(filter)), filter.timeoutMs ?? TIMEOUT_MS);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    });
  }

  #missing({ to, timeoutMs = TIMEOUT_MS }: MailFilter): TenantError {
    const there = this.#unread.map((mail) => `"${mail.subject}" to ${mail.to}`).join(", ");
    return new TenantError(
      "mail_not_received",
      `No such mail${to === undefined ? "" : ` to ${to}`} arrived within ${timeoutMs} ms.`,
      there === "" ? "No mail is waiting to be read." : `These are waiting to be read: ${there}.`,
    );
  }
}

function fitting({ to, subject, withCode = false }: MailFilter): (mail: TestMail) => boolean {
  const address = to?.trim().toLowerCase();
  return (mail) =>
    (address === undefined || mail.to.toLowerCase() === address) &&
    (subject === undefined ||
      (typeof subject === "string" ? mail.subject.includes(subject) : subject.test(mail.subject))) &&
    (!withCode || mail.code !== undefined);
}
