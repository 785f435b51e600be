import type { Logger } from "pino";
import type { App, User } from "../directory/entities.ts";
import type { TenantConfig } from "../directory/tenant-config.ts";
import type { SealKey } from "../kernel/seal.ts";
import type { Clock } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";
import type { SigningKeys } from "./tokens/key-ring.ts";

/** Handed to every endpoint; holds no state of a request. */
export interface OAuthContext {
  config: TenantConfig;
  store: Store;
  clock: Clock;
  /** RS256 keys of the tenant. */
  signingKeys: SigningKeys;
  /** 32 random bytes of this installation (file 0600); keys for CSRF tokens, mail-code hashes, sealing derive from it. */
  sealKey: SealKey;
  texts: EndpointTexts;
  /** Tells people by mail what happened to a sign-in of theirs without them. Never throws. */
  notices: SignInNotices;
  log: Logger;
}

/** The mails about a program's sign-in; a room above writes them (mail/security-notifications.ts). */
export interface SignInNotices {
  refreshTokenReused(user: User, about: { app: App; ip: string }): Promise<void>;
  /** `before`: the network that the token was first used from. */
  refreshTokenRepeated(user: User, about: { app: App; ip: string; before: string }): Promise<void>;
}

/** What endpoints say to people. The words are those of the pages (ui/i18n/locale.ts). */
export interface EndpointTexts {
  /** BCP 47 tags: `ui_locales_supported`. */
  locales: readonly string[];
  /** The `message` of RFC 8628 §3.2 in Entra's shape, in the language that was asked for if we have it. */
  deviceMessage(
    asked: { uiLocales: string | null; mkt: string | null },
    code: { verificationUri: string; userCode: string },
  ): string;
}
