import type { Readable } from "node:stream";
import type { Actor, AdminContext } from "../admin/admin-context.ts";
import type { Administration } from "../admin/administration.ts";
import type { Approval } from "../admin/decisions.ts";
import type { TenantFiles } from "../admin/tenant-files.ts";
import type { BrowserCookie } from "../interaction/cookies.ts";
import type { Fields, InteractionContext, PageRequest } from "../interaction/page-request.ts";
import type {
  FactorStore,
  GrantStore,
  MailStore,
  PasskeyStore,
  Store,
  StoreReader,
  ThrottleStore,
  TokenStore,
} from "../storage/store.ts";
import type { Testing } from "../testing/testing.ts";
import type { ConsoleView } from "../ui/console/view.ts";
import type { Locale } from "../ui/i18n/languages.ts";
import type { View } from "../ui/view.ts";

/** The dependencies of the room. */
export type ConsoleContext = InteractionContext & AdminContext;

/** What the program that runs the tenant lends to the console. */
export interface ConsoleTools {
  /** The command that signs in to this tenant, as its terminal shows it. Undefined: there is no app. */
  loginCommand?: () => Promise<string | undefined>;
  /** Reads and applies tenant files. Undefined: it cannot. */
  tenantFiles?: TenantFiles;
  /** What testers can do. Undefined where they have no powers: then the page does not exist. */
  testing?: Testing;
}

/** What the pages read. A page that reads more adds its port here. Changes go through `ConsoleRequest.admin`. */
export type ConsoleReader = StoreReader &
  Pick<Store, "kind" | "liveRequests"> & {
    readonly grants: Pick<GrantStore, "findById">;
    readonly mail: Pick<MailStore, "listMails" | "findMail" | "searchMails">;
    readonly tokens: Pick<TokenStore, "findFamily" | "listFamilies" | "describeFamily">;
    readonly factors: Pick<FactorStore, "totpOf" | "countRecoveryCodes">;
    readonly passkeys: Pick<PasskeyStore, "listOf">;
    readonly throttle: Pick<ThrottleStore, "fullUntil">;
  };

/** The same dependencies, for handlers. */
export type ConsolePages = Omit<ConsoleContext, "store"> & { store: ConsoleReader };

/** Decisions about devices on behalf of users. See `admin/decisions.ts` for what they throw. */
export interface ConsoleDecisions {
  approve(decision: { code: string; as: string; mfa: boolean }): Promise<Approval>;
  deny(code: string): Promise<{ app: string }>;
  expire(code: string): Promise<{ app: string }>;
}

/** One request of an administrator's browser. Only those who may use the console get this far. */
export interface ConsoleRequest {
  ctx: ConsolePages;
  /** The ID in the log. */
  requestId: string;
  /** Milliseconds since the epoch. */
  now: number;
  ip: string;
  /** Without the query. */
  path: string;
  /** The variable parts of the registered path: `id` of `/console/people/:id`. */
  params: Readonly<Record<string, string>>;
  /** From the query on GET, from the form on POST. */
  fields: Fields;
  locale: Locale;
  /** The email address of the administrator. Null: the operator of an embedded tenant. */
  who: string | null;
  /** The administrator's object ID. Null: the operator. */
  userId: string | null;
  /** The browser's session, for what each may have only once. Not its cookie. */
  session: string;
  /** Decides again whether the browser may use the console, for an answer that takes long. */
  mayStill(): Promise<boolean>;
  /** The embedded tenant of this computer: the operator may decide for users, and there is an inbox. */
  embedded: boolean;
  /** Every change of the tenant, on behalf of this administrator. Each transaction decides again whether they may. */
  readonly admin: Administration;
  /** The same right, for operations of admin/ that take a context. */
  readonly acting: { ctx: AdminContext; by: Actor };
  /** Null on a served tenant: an administrator cannot decide for users. */
  decisions: ConsoleDecisions | null;
  tools: ConsoleTools;
  /** Aborted when the browser has gone before it got the answer: what takes long is then not wanted. */
  signal: AbortSignal;
}

/** A page's answer. */
export type ConsoleAnswer =
  | {
      view: ConsoleView;
      /** Default: 200; 422 if the view has a `problem`. */
      status?: number;
      /** The page shows frames of this origin (`frame-src 'self'`). */
      frames?: boolean;
    }
  /** A path of the console: 303 after a form. */
  | { to: string }
  /** A file that the browser saves. The name is fixed text or the tenant's own. */
  | { download: { name: string; type: string; body: string | Readable } }
  /** Markup that is not ours, for a frame of a page: it may do nothing. */
  | { framed: string };

export type ConsoleHandler = (request: ConsoleRequest) => Promise<ConsoleAnswer>;

/** A browser that may use the console now. */
export interface Admitted {
  cookie: BrowserCookie;
  /** The session of the cookie. */
  session: string;
  who: string | null;
  userId: string | null;
  readonly acting: { ctx: AdminContext; by: Actor };
  decisions: ConsoleDecisions | null;
  /** Whether that is still so. */
  mayStill(): Promise<boolean>;
  /** The form was sent by one of our pages: the browser is in use. */
  touch(): Promise<void>;
}

/** A browser that may not, and the page that says how to. `page`: a request of the tenant's pages, with their cookie. */
export interface Locked {
  view: View;
  page?: PageRequest;
}
