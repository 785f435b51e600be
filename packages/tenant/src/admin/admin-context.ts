import type { MailQueue } from "../mail/mail-queue.ts";
import type { OAuthContext } from "../oauth/oauth-context.ts";
import type { Branding } from "../ui/branding/branding.ts";

/** Handed to whatever administers the tenant: Graph, the operator's socket, the programming interface. */
export interface AdminContext extends OAuthContext {
  /** Replaced when an administrator changes it. */
  branding: Branding;
  /** The way of every mail to a person. */
  mail: MailQueue;
}
