import type { Logger } from "pino";
import type { App, User } from "../directory/entities.ts";
import type { TenantConfig } from "../directory/tenant-config.ts";
import type { ReportRefusal } from "../kernel/reported-refusal.ts";
import type { SealKey } from "../kernel/seal.ts";
import type { Telemetry } from "../kernel/telemetry.ts";
import type { Clock } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";
import type { HeldPolls } from "./device-authorization/held-polls.ts";
import type { PollPace } from "./device-authorization/poll-pace.ts";
import type { RefusedRequests } from "./request-limits.ts";
import type { SigningKeys } from "./tokens/key-ring.ts";

/** Passed to every endpoint. Holds no request state. */
export interface OAuthContext {
  config: TenantConfig;
  store: Store;
  clock: Clock;
  /** RS256 keys of the tenant. */
  signingKeys: SigningKeys;
  /**
   * 32 random bytes of this data folder (file mode 0600). The keys for CSRF tokens, mailed-code hashes and sealing are
   * derived from it.
   */
  sealKey: SealKey;
  /** The polls that wait for a decision. */
  heldPolls: HeldPolls;
  pollPace: PollPace;
  /** What the token endpoint has refused. */
  refusedRequests: RefusedRequests;
  texts: EndpointTexts;
  /** Notifies users by mail of changes to their sign-ins that they did not make. Never throws. */
  notices: SignInNotices;
  /** Counts for the metrics. */
  telemetry: Telemetry;
  /** For the operator who watches. */
  reportRefusal: ReportRefusal;
  log: Logger;
}

/** The mails about a program's sign-in. A higher room writes them (mail/security-notifications.ts). */
export interface SignInNotices {
  refreshTokenReused(user: User, about: { app: App; ip: string }): Promise<void>;
  /** `before`: the network from which the token was first used. */
  refreshTokenRepeated(user: User, about: { app: App; ip: string; before: string }): Promise<void>;
}

/** Texts of the endpoints for users, from the same catalogs as the pages (ui/i18n/locale.ts). */
export interface EndpointTexts {
  /** BCP 47 tags: `ui_locales_supported`. */
  locales: readonly string[];
  /** The `message` of RFC 8628 §3.2 in Entra's shape, in the requested language if available. */
  deviceMessage(
    asked: { uiLocales: string | null; mkt: string | null },
    code: { verificationUri: string; userCode: string },
  ): string;
}
