import type { FastifyRequest } from "fastify";
import type { User } from "../directory/entities.ts";
import type { MailQueue } from "../mail/mail-queue.ts";
import type { OAuthContext } from "../oauth/oauth-context.ts";
import type { BrowserSession, InteractionSubject } from "../storage/store.ts";
import type { Branding } from "../ui/branding/branding.ts";
import type { Locale } from "../ui/i18n/languages.ts";
import type { View } from "../ui/view.ts";
import { type BrowserCookie, freshCookie, localeOf, readCookie, sessionIdOf } from "./cookies.ts";

/** Passed to every page. Contains no state of a request. */
export interface InteractionContext extends OAuthContext {
  /** The look of the pages. */
  branding: Branding;
  /** Sends every mail to users. */
  mail: MailQueue;
}

/** One request of a browser for a page. */
export interface PageRequest {
  ctx: InteractionContext;
  /** The ID in the log: the trace ID of answers. */
  requestId: string;
  now: number;
  ip: string;
  /** Without the query. */
  path: string;
  /** Language of pages and mails to this user. */
  locale: Locale;
  /** From the query on GET, from the form on POST. */
  fields: Fields;
  /**
   * The browser's destination for the answer (`Sec-Fetch-Dest`), or `prefetch`. Undefined if the browser does not send
   * it.
   */
  destination: string | undefined;
  /** Replaced at sign-in and sign-out. */
  cookie: BrowserCookie;
  /** The stored session of the cookie. A browser that only looked has none. */
  session: BrowserSession | undefined;
  /** The signed-in user. */
  user: User | undefined;
}

/** A page's answer. */
export type Answer =
  | {
      view: View;
      /** When a throttle opens again. Sent as Retry-After. */
      retryAt?: number;
      /** Where the form of the page may lead besides this origin (a validated redirect URI of an app). */
      formTarget?: string;
      /** The URL of the page contains a secret. */
      referrerPolicy?: "strict-origin";
      refused?: Refused;
    }
  /** A file that the browser saves. Its name is fixed text. */
  | { file: { name: string; json: object } }
  /** One of our paths, or a URI registered by an app. */
  | { to: string; refused?: Refused };

/** This browser may not make the change that it asked for: nothing was changed, and nothing counts as a change. */
export type Refused = true;

/** Marks the page that a refused change leads to. */
export const refuse = <A extends Exclude<Answer, { file: unknown }>>(answer: A): A & { refused: Refused } => ({
  ...answer,
  refused: true,
});

export type PageHandler = (request: PageRequest) => Promise<Answer>;

/** Reads only: a browser that only looks leaves no row behind, unless a program sent it (authorize/authorize.ts). */
export async function openPageRequest(
  ctx: InteractionContext,
  request: FastifyRequest,
  fields: Fields,
): Promise<PageRequest> {
  const now = ctx.clock.now();
  const sent = readCookie(request.headers.cookie, ctx.config.pagesOrigin);
  const found = sent ? await ctx.store.sessions.find(sessionIdOf(sent), now) : undefined;
  const { user = null, ...session } = found ?? {};
  return {
    ctx,
    requestId: String(request.id),
    now,
    ip: request.ip,
    path: request.url.split("?")[0] ?? "/",
    locale: localeOf(request, ctx.config.pagesOrigin),
    fields,
    destination: destinationOf(request),
    cookie: sent ?? freshCookie(),
    session: found && (session as BrowserSession),
    user: user ?? undefined,
  };
}

function destinationOf({ headers }: FastifyRequest): string | undefined {
  const [purpose, destination] = [headers["sec-purpose"], headers["sec-fetch-dest"]];
  if (typeof purpose === "string" && /\bprefetch\b/.test(purpose)) return "prefetch";
  return typeof destination === "string" ? destination : undefined;
}

/** Fields of a form or a query. Each name occurs at most once. */
export type Fields = ReadonlyMap<string, string>;

/** Ends a request with a page. Thrown if the handler cannot continue. */
export class PageProblem extends Error {
  readonly view: View;
  /** Replaces the status of the view. */
  readonly status: number | undefined;
  /** When a throttle opens again, in milliseconds since the epoch. Sent as Retry-After. */
  readonly retryAt: number | undefined;
  constructor(view: View, status?: number, retryAt?: number) {
    super(view.page);
    this.name = "PageProblem";
    this.view = view;
    this.status = status;
    this.retryAt = retryAt;
  }
}

/**
 * Ends a request whose throttle is used up, if no page of the step reports it. `about`: the subject of its interaction.
 * For a device, the page says that its code is still valid.
 */
export function tooMany(retryAt: number, about: InteractionSubject | null): PageProblem {
  return new PageProblem({ page: "too_many", device: about?.kind === "device" }, undefined, retryAt);
}

/** None of our pages sends such a form: a duplicate field, an unknown button, far too many fields. */
export function malformed(): PageProblem {
  return new PageProblem({ page: "stale_form" }, 400);
}

/** Sign-up asks for at most 80 (`MAX_QUESTION_FIELDS`), plus its own. */
const MAX_FIELDS = 100;

/** @throws PageProblem if a name occurs twice: we do not guess which one counts */
export function readFields(encoded: string): Fields {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(encoded)) {
    if (fields.has(name) || fields.size === MAX_FIELDS) throw malformed();
    fields.set(name, value);
  }
  return fields;
}

/** One of the values that the page's buttons send. */
export function choice<const T extends string>(fields: Fields, name: string, allowed: readonly T[]): T {
  const value = allowed.find((one) => one === fields.get(name));
  if (value === undefined) throw malformed();
  return value;
}
