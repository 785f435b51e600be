import { hashSecret } from "../../kernel/seal.ts";
import type { Answer, PageRequest } from "../page-request.ts";
import { deadLink, mailToDisplaced, referrerPolicy, tokenOf } from "./not-me.ts";

/**
 * The page behind the link of the mail to an old address. It says what the button will do and changes nothing: mail
 * scanners open links, and browsers prefetch them.
 */
export async function getNotMyEmail(request: PageRequest): Promise<Answer> {
  const token = tokenOf(request);
  const change = token && (await request.ctx.store.emailChanges.find(hashSecret(token), request.now));
  if (!change) return deadLink;
  const { oldEmail, changedAt: at } = change;
  return { view: { page: "not_my_email", token, oldEmail, at }, referrerPolicy };
}

/** Works once, for the reader of the old address, who needs no session. */
export async function postNotMyEmail(request: PageRequest): Promise<Answer> {
  const token = tokenOf(request);
  if (token === undefined) return deadLink;
  const { ctx, now, ip } = request;
  const tokenHash = hashSecret(token);
  const { toDisplaced, send } = mailToDisplaced(request);
  const undone = await ctx.store.emailChanges.undo({ tokenHash, now, ip, toDisplaced });
  switch (undone.outcome) {
    case "done":
      send();
      return { view: { page: "not_my_email_done" }, referrerPolicy };
    case "dead":
      return deadLink;
    case "taken": {
      const change = await ctx.store.emailChanges.find(tokenHash, now);
      if (!change) return deadLink;
      return { view: { page: "not_my_email_taken", oldEmail: change.oldEmail }, referrerPolicy };
    }
  }
}
