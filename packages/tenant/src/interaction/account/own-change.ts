import { mayChangeAccount } from "../../directory/account-rules.ts";
import type { User } from "../../directory/entities.ts";
import { loadFacts } from "../../oauth/approval.ts";
import type { AuditEvent } from "../../storage/audit-events.ts";
import type { AuditRecord, OwnChange } from "../../storage/store.ts";
import { beginInteraction } from "../interaction.ts";
import { type Answer, type PageRequest, refuse } from "../page-request.ts";
import { relyingPartyOf } from "../passkeys/passkey-ceremony.ts";
import { stepUp } from "../proceed.ts";
import { RECENT_SIGN_IN_MS } from "../session.ts";
import { hasStrongFactor, requireAccountSession } from "./account-access.ts";

/** A user who may change their own account in this request. */
export interface ChangingUser {
  user: User;
  /** What the transaction of the change checks again. */
  by: OwnChange;
  record(
    event: AuditEvent,
    about?: Pick<AuditRecord, "detail"> & Partial<Pick<AuditRecord, "clientId" | "grantId">>,
  ): AuditRecord;
  /** The transaction refused what was allowed when the form arrived. */
  refused: Answer;
}

/**
 * The only way to change one's own devices, apps, profile and account. The user signed in recently, with every factor that
 * is demanded of them; otherwise the answer is the page that leads there. The store repeats it in the transaction
 * (`OwnAccountStore`).
 *
 * @param of.grave see `OwnChangeFacts`
 * @param of.began when the change began, if it has several steps: the sign-in must have been recent then
 */
export async function changingOwn(
  page: PageRequest,
  change: (own: ChangingUser) => Promise<Answer>,
  { grave = false, began = page.now }: { grave?: boolean; began?: number | undefined } = {},
): Promise<Answer> {
  const refused = await requireAccountSession(page);
  const { ctx, now, ip, session, user } = page;
  if (refused || !session || !user) return refused ?? { view: { page: "account_signed_out" } };
  const signedInAfter = Math.min(began, now) - RECENT_SIGN_IN_MS;
  const again = { page: "sign_in_again", email: user.email } as const;
  const refusal = mayChangeAccount({
    stored: await loadFacts(ctx, undefined, user.id),
    signIn: { methods: session.methods, authTime: session.authTime ?? 0 },
    hasStrongFactor: await hasStrongFactor(page, user.id),
    signedInAfter,
    now,
    grave,
  });
  // A code mailed to the user's present address. Without it, a password alone could redirect the mail to another one.
  if (refusal === "mailed_factor") return refuse(await stepUp(await beginInteraction(page, null)));
  if (refusal !== undefined) return refuse({ view: { ...again, why: refusal === "policy" ? "policy" : "change" } });
  return change({
    user,
    by: {
      sessionId: session.id,
      userId: user.id,
      credentialsVersion: user.credentialsVersion,
      signedInAfter,
      passkeysWork: relyingPartyOf(ctx.config) !== undefined,
      now,
    },
    record: (event, { detail = {}, clientId = null, grantId = null } = { detail: {} }) => ({
      ...{ at: now, event, actor: "user", userId: user.id, clientId, grantId, ip, detail },
    }),
    refused: refuse({ view: { ...again, why: "change" } }),
  });
}

/** A page of the user's own account that changes nothing. */
export async function viewingOwn(request: PageRequest, page: (user: User) => Promise<Answer>): Promise<Answer> {
  const refused = await requireAccountSession(request);
  const { user } = request;
  return refused || !user ? (refused ?? { view: { page: "account_signed_out" } }) : page(user);
}

/** An ID of ours (a GUID) from a form or a link. For anything else, undefined, without a query. */
export function idOf({ fields }: PageRequest): string | undefined {
  const id = fields.get("id") ?? "";
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id) ? id : undefined;
}
