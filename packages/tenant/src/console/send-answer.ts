import { randomBytes } from "node:crypto";
import type { FastifyReply } from "fastify";
import { type BrowserCookie, localeOf } from "../interaction/cookies.ts";
import { csrfTokenOf } from "../interaction/csrf.ts";
import { chromeOf, contentSecurityPolicy, setPageHeaders } from "../interaction/page-answer.ts";
import type { ConsoleChrome } from "../ui/console/layout.ts";
import type { RailPath } from "../ui/console/rail.ts";
import { renderConsole } from "../ui/console/render.ts";
import { statusOfConsole } from "../ui/console/view.ts";
import { languages } from "../ui/i18n/languages.ts";
import { assetsOf } from "./assets.ts";
import type { ConsoleAnswer, ConsoleContext } from "./console-request.ts";
import { linksUnder, under } from "./root.ts";

/** What surrounds a page. */
export interface Frame {
  /** Where the pages are. See `root.ts`. */
  root: string;
  /** Of the page, below `/console`. For the answer to a form with an address of its own, that of its page. */
  path: string;
  query: string;
  /** Where the page can be read again. Null for the answer to a form. */
  readAgain: string | null;
  cookie: BrowserCookie;
  who: string | null;
  embedded: boolean;
  /** The entries whose pages exist. */
  rail: readonly RailPath[];
  counts: ReadonlyMap<RailPath, number>;
  now: number;
}

/**
 * For markup from elsewhere, such as a mail's. In a sandbox it has no origin, so nothing of the console's: it runs no script,
 * sends no form, and loads nothing, not even a host name; its own style and pictures inside it are all it has.
 */
const FRAMED = {
  "Content-Security-Policy":
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
  "X-Frame-Options": "SAMEORIGIN",
  "X-DNS-Prefetch-Control": "off",
  "Referrer-Policy": "no-referrer",
};

type PageAnswer = Extract<ConsoleAnswer, { view: unknown }>;

/** Sends an answer that is no page, with the headers of all pages. */
export function sendConsoleAnswer(
  ctx: ConsoleContext,
  reply: FastifyReply,
  answer: Exclude<ConsoleAnswer, PageAnswer>,
  root: string,
): FastifyReply {
  setPageHeaders(ctx, reply);
  if ("to" in answer) return reply.redirect(under(root, answer.to), 303);
  if ("download" in answer) {
    const { name, type, body } = answer.download;
    return reply
      .headers({
        "Content-Disposition": `attachment; filename="${name.replace(/[^\w.-]+/g, "-")}"`,
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Content-Type": type,
      })
      .send(body);
  }
  return reply.headers(FRAMED).type("text/html; charset=utf-8").send(answer.framed);
}

/** Sends a page, with the headers of all pages and a content security policy without exceptions. */
export function sendConsolePage(
  ctx: ConsoleContext,
  reply: FastifyReply,
  answer: PageAnswer,
  frame: Frame,
): FastifyReply {
  setPageHeaders(ctx, reply);
  const { view, status = statusOfConsole(view), frames = false } = answer;
  const nonce = randomBytes(16).toString("base64");
  const language = languages[localeOf(reply.request, ctx.config.pagesOrigin)];
  const { palettes } = ctx.branding;
  const csrfToken = csrfTokenOf(frame.cookie, ctx.sealKey);
  const chrome: ConsoleChrome = {
    ...chromeOf(ctx, language, { nonce, csrfToken, reader: reply.request.ip }),
    ...{
      path: frame.path,
      query: frame.query,
      who: frame.who,
      embedded: frame.embedded,
      rail: frame.rail,
      counts: frame.counts,
    },
    ...{ now: frame.now, readAgain: frame.readAgain },
    assets: assetsOf(palettes),
  };
  return reply
    .code(status)
    .headers({
      "Content-Language": language.locale,
      Vary: "Accept-Language, Cookie",
      "Content-Security-Policy": contentSecurityPolicy(nonce, { script: true, connects: true, frames }),
    })
    .type("text/html; charset=utf-8")
    .send(linksUnder(frame.root, renderConsole(view, chrome)));
}
