import type { FastifyRequest } from "fastify";
import type { User } from "../directory/entities.ts";
import type { BrowserSession, Flow } from "../storage/store.ts";
import type { Locale } from "../ui/i18n/languages.ts";
import type { View } from "../ui/view.ts";
import { type BrowserCookie, freshCookie, readCookie, sessionIdOf } from "./browser-cookie.ts";
import { type Fields, PageProblem } from "./form.ts";
import type { InteractionContext } from "./interaction-context.ts";
import { localeOf } from "./language.ts";

/** One request of a browser for a page. */
export interface Visit {
  ctx: InteractionContext;
  /** Under which the log has it: the trace ID of answers. */
  requestId: string;
  now: number;
  ip: string;
  /** Without its query. */
  path: string;
  /** What is written to this person, mails too, is in this language. */
  locale: Locale;
  /** Of the query on GET, of the form on POST. */
  fields: Fields;
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

export type PageHandler = (visit: Visit) => Promise<Answer>;

/** Reads only: whoever just looks leaves no row behind, unless a program sent them (authorization/authorize.ts). */
export async function openVisit(ctx: InteractionContext, request: FastifyRequest, fields: Fields): Promise<Visit> {
  const now = ctx.clock.now();
  const sent = readCookie(request.headers.cookie, ctx.config.pagesOrigin);
  const session = sent ? await ctx.store.sessions.find(sessionIdOf(sent), now) : undefined;
  const user = session?.userId ? await ctx.store.directory.findUser(session.userId) : undefined;
  return {
    ctx,
    requestId: String(request.id),
    now,
    ip: request.ip,
    path: request.url.split("?")[0] ?? "/",
    locale: localeOf(request, ctx.config.pagesOrigin),
    fields,
    cookie: sent ?? freshCookie(),
    session,
    user,
  };
}

export async function findFlow({ ctx, session, fields, now }: Visit): Promise<Flow | undefined> {
  const id = fields.get("flow") ?? "";
  return session && /^[\w-]{20,64}$/.test(id) ? ctx.store.sessions.findFlow(id, session.id, now) : undefined;
}

/** The walk that the page belongs to. Another browser's flow is as unknown as one that never was. */
export async function requireFlow(visit: Visit): Promise<Flow> {
  const flow = await findFlow(visit);
  if (!flow) throw new PageProblem({ page: "stale_form" });
  return flow;
}

/** The page at which a walk arrives once its person is signed in. */
export function arrivalOf(flow: Flow): string {
  if (flow.intent === "account") return "/me";
  if (flow.intent === "authorization") return pathOf("/authorize/consent", flow);
  return flow.grantId === null ? "/device" : pathOf("/confirm", flow);
}

export function pathOf(page: string, flow: Flow): string {
  return `${page}?flow=${flow.id}`;
}
