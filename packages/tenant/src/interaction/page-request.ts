import type { FastifyRequest } from "fastify";
import type { User } from "../directory/entities.ts";
import type { MailQueue } from "../mail/mail-queue.ts";
import type { OAuthContext } from "../oauth/oauth-context.ts";
import type { BrowserSession, InteractionSubject } from "../storage/store.ts";
import type { Branding } from "../ui/branding/branding.ts";
import type { Locale } from "../ui/i18n/languages.ts";
import type { View } from "../ui/view.ts";
import { type BrowserCookie, freshCookie, localeOf, readCookie, sessionIdOf } from "./cookies.ts";

/** Handed to every page; holds no state of a request. */
export interface InteractionContext extends OAuthContext {
  /** How the pages look. */
  branding: Branding;
  /** The way of every mail to a person. */
  mail: MailQueue;
}

/** One request of a browser for a page. */
export interface PageRequest {
  ctx: InteractionContext;
  /** Under which the log has it: the trace ID of answers. */
  requestId: string;
  now: number;
  ip: string;
  /** Without its query. */
  path: string;
  /** Pages and mails to this person are in this language. */
  locale: Locale;
  /** Of the query on GET, of the form on POST. */
  fields: Fields;
  /** What the browser wants the answer for (`Sec-Fetch-Dest`), or `prefetch`; undefined where it does not say. */
  destination: string | undefined;
  /** Replaced at sign-in and sign-out. */
  cookie: BrowserCookie;
  /** The stored session of the cookie; a browser that has only looked has none. */
  session: BrowserSession | undefined;
  /** Who is signed in. */
  user: User | undefined;
}

/** What a page answers with. */
export type Answer =
  | {
      view: View;
      /** When a throttle opens again: becomes Retry-After. */
      retryAt?: number;
      /** Where the page's form may lead besides this origin (a validated redirect of an app). */
      formTarget?: string;
      /** Where the page's address holds a secret. */
      referrerPolicy?: "strict-origin";
    }
  /** A path of ours, or a URI registered by an app. */
  | { to: string };

export type PageHandler = (request: PageRequest) => Promise<Answer>;

/** Reads only: a browser that just looks leaves no row behind, unless a program sent it (authorize/authorize.ts). */
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

/** Fields of a form or a query; every name at most once. */
export type Fields = ReadonlyMap<string, string>;

/** Ends a request with a page; thrown where no handler can go on. */
export class PageProblem extends Error {
  readonly view: View;
  /** Instead of the view's own status. */
  readonly status: number | undefined;
  /** When a throttle opens again, milliseconds since the epoch: becomes Retry-After. */
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
 * Ends a request whose throttle is used up, where no page of the step says so. `about`: of its interaction; where it is a
 * device, the page says that the device's code is still good.
 */
export function tooMany(retryAt: number, about: InteractionSubject | null): PageProblem {
  return new PageProblem({ page: "too_many", device: about?.kind === "device" }, undefined, retryAt);
}

/** No page of ours sends a form like this: a field twice, an unknown button, far too many fields. */
export function malformed(): PageProblem {
  return new PageProblem({ page: "stale_form" }, 400);
}

/** Sign-up asks for 80 at most (`MAX_QUESTION_FIELDS`), beside its own. */
const MAX_FIELDS = 100;

/** @throws PageProblem when a name comes twice: which of the two counts is not ours to guess */
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
