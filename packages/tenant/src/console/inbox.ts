import { codeIn } from "../admin/inbox.ts";
import { choice, PageProblem } from "../interaction/page-request.ts";
import type { Mail } from "../storage/store.ts";
import type { MailForm } from "../ui/console/inbox.ts";
import type { ConsoleAnswer, ConsoleRequest } from "./console-request.ts";
import { idIn, notFound, textIn } from "./found.ts";
import { PAGE_ROWS } from "./paging.ts";

/** The mails of the embedded tenant, newest first. */
export async function getInbox(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { store } = request.ctx;
  const text = textIn(request, "q");
  const { mails, total } = await store.mail.searchMails({ text, limit: PAGE_ROWS });
  return {
    view: {
      page: "console_inbox",
      ...{ search: text, total, upTo: mails[0]?.seq ?? 0 },
      mails: mails.map(({ id, to, subject, text, createdAt }) => ({
        id,
        to,
        subject,
        at: createdAt,
        code: codeIn(text) ?? null,
      })),
      deleted: countIn(request),
      messages: `${request.ctx.config.localPagesOrigin}/inbox/messages`,
    },
  };
}

/** Deletes what the search found, as far as it was shown: nothing that arrived since. */
export async function postInbox(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const text = textIn(request, "q");
  const upTo = Number(request.fields.get("up_to"));
  if (!Number.isSafeInteger(upTo) || upTo < 0) throw new PageProblem({ page: "stale_form" }, 400);
  const deleted = await request.acting.ctx.store.mail.deleteMails({ text, upTo });
  const query = new URLSearchParams({ ...(text !== "" && { q: text }), deleted: String(deleted) });
  return { to: `/console/inbox?${query}` };
}

/** One mail: its text, its HTML in a frame, or its source. */
export async function getMail(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { id, to, subject, text, html, createdAt } = await mailOf(request);
  const as: MailForm = request.fields.has("as") ? choice(request.fields, "as", ["text", "html", "source"]) : "text";
  const code = codeIn(text) ?? null;
  const view = { page: "console_mail", ...{ id, to, subject, text, html, code, as }, at: createdAt } as const;
  return { view, frames: as === "html" };
}

/** Deletes it. Already deleted, it is what was wanted. */
export async function postMail(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const deleted = await request.acting.ctx.store.mail.deleteMails({ id: idIn(request) ?? "" });
  return { to: `/console/inbox?deleted=${deleted}` };
}

/** The HTML of a mail, for the frame of its page. What it may do is decided by the headers of the answer. */
export async function getMailFrame(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return { framed: (await mailOf(request)).html };
}

/** For the rail. */
export const countMails = async ({ store }: Pick<ConsoleRequest["ctx"], "store">): Promise<number> =>
  (await store.mail.searchMails({ text: "", limit: 0 })).total;

async function mailOf(request: ConsoleRequest): Promise<Mail> {
  const id = idIn(request);
  const mail = id === undefined ? undefined : await request.ctx.store.mail.findMail(id);
  if (!mail) throw notFound();
  return mail;
}

function countIn({ fields }: ConsoleRequest): number | null {
  const text = fields.get("deleted") ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
