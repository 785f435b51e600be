import type { MailQueue } from "../mail/mail-queue.ts";
import type { OAuthContext } from "../oauth/oauth-context.ts";
import type { Branding } from "../ui/branding/branding.ts";

/** Handed to every page; holds no state of a request. */
export interface InteractionContext extends OAuthContext {
  /** How the pages look. */
  branding: Branding;
  /** The way of every mail to a person. */
  mail: MailQueue;
}
