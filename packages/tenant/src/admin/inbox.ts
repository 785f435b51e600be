import { normalizeEmail } from "../directory/entities.ts";
import type { Mail } from "../storage/mail.ts";
import type { AdminContext } from "./admin-context.ts";

/** The mails of the embedded tenant, for those who run it. */
export interface Inbox {
  /** Newest first, after all pending mails are sent. `to`: an email address; undefined for all. */
  list(to: string | undefined): Promise<Mail[]>;
}

/** The inbox of this tenant. Call it only for the embedded one: another has none. */
export const inboxOf = ({ mail, store }: Pick<AdminContext, "mail" | "store">): Inbox => ({
  async list(to) {
    await mail.deliverDue();
    return store.mail.listMails(to === undefined ? undefined : normalizeEmail(to));
  },
});

/** The emailed code, which is alone on its line. */
export const codeIn = (text: string): string | undefined => /^\d{6,8}$/m.exec(text)?.[0];
