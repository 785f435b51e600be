import { normalizeEmail } from "../directory/entities.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Store } from "../storage/store.ts";
import type { Mailer } from "./mailer.ts";

/** The embedded default: no mail leaves the computer; it is read at `/inbox`. */
export function createInboxMailer({ store, clock }: { store: Pick<Store, "mail">; clock: Clock }): Mailer {
  return {
    async send({ id, to, subject, text, html }) {
      await store.mail.insertMail({ id, to: normalizeEmail(to), subject, text, html, createdAt: clock.now() });
    },
    async close() {},
  };
}
