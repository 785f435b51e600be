import { codeIn, type Inbox } from "../admin/inbox.ts";
import { timeOf } from "./audit-log.ts";
import type { ControlRequest } from "./messages.ts";
import type { ListedMail } from "./results.ts";

/** Mails in one response, if the request says nothing. */
const DEFAULT_LIMIT = 100;

/**
 * The mails that the request asks for, newest first.
 *
 * @throws TenantError `usage` for an invalid time
 */
export async function listMails(
  inbox: Inbox,
  { to, since, limit = DEFAULT_LIMIT }: Extract<ControlRequest, { do: "list_mails" }>,
): Promise<ListedMail[]> {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : timeOf(since);
  const mails = await inbox.list(to);
  return mails
    .filter(({ createdAt }) => createdAt >= from)
    .slice(0, limit)
    .map(({ id, to, subject, text, createdAt }) => ({
      ...{ id, to, subject, text },
      code: codeIn(text) ?? null,
      received_at: new Date(createdAt).toISOString(),
    }));
}
