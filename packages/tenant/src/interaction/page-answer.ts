import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Logo } from "../ui/branding/branding.ts";
import type { Chrome } from "../ui/components/layout.ts";
import { type Language, languages } from "../ui/i18n/languages.ts";
import { shownAddress } from "../ui/place.ts";
import { asksAgain, renderPage, scriptOf } from "../ui/render.ts";
import { statusOf, type View } from "../ui/view.ts";
import { localeOf, rememberLocale, setCookieHeader } from "./cookies.ts";
import { csrfTokenOf } from "./csrf.ts";
import type { Answer, InteractionContext, PageRequest } from "./page-request.ts";

export interface PageOptions {
  csrfToken?: string;
  status?: number | undefined;
  formTarget?: string | undefined;
  referrerPolicy?: "strict-origin" | undefined;
}

/** Sends one page, in the language of the request, with the headers of all pages. */
export function sendPage(
  ctx: InteractionContext,
  reply: FastifyReply,
  view: View,
  options: PageOptions = {},
): FastifyReply {
  const nonce = randomBytes(16).toString("base64");
  const language = languages[localeOf(reply.request, ctx.config.pagesOrigin)];
  setPageHeaders(ctx, reply);
  reply.header("Content-Language", language.locale).header("Vary", "Accept-Language, Cookie");
  if (options.referrerPolicy) reply.header("Referrer-Policy", options.referrerPolicy);
  reply.header(
    "Content-Security-Policy",
    contentSecurityPolicy(nonce, {
      script: scriptOf(view) !== undefined,
      connects: asksAgain(view),
      formTarget: options.formTarget,
    }),
  );
  return reply
    .code(options.status ?? statusOf(view))
    .type("text/html; charset=utf-8")
    .send(
      renderPage(
        view,
        chromeOf(ctx, language, { nonce, csrfToken: options.csrfToken ?? "", reader: reply.request.ip }),
      ),
    );
}

/** What all pages share, for one answer. `reader`: address of the browser. */
export function chromeOf(
  ctx: InteractionContext,
  language: Language,
  { nonce, csrfToken, reader }: { nonce: string; csrfToken: string; reader: string },
): Chrome {
  const { branding } = ctx;
  const logoUrl = branding.logo && logoUrlOf(branding.logo);
  return {
    ...language,
    tenantName: ctx.config.name,
    branding: { palettes: branding.palettes, logoUrl },
    nonce,
    csrfToken,
    shownAddress: (ip) => shownAddress(ip, ctx.config, reader),
  };
}

/** Sends the answer of a handler. 303 after a form, so that Back and reload send nothing again. */
export function sendAnswer(request: PageRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  const { ctx, cookie } = request;
  if (cookie.fresh) reply.header("Set-Cookie", setCookieHeader(cookie, ctx.config.pagesOrigin));
  if ("to" in answer) {
    setPageHeaders(ctx, reply);
    return reply.redirect(answer.to, reply.request.method === "POST" ? 303 : 302);
  }
  if ("file" in answer) {
    setPageHeaders(ctx, reply);
    return reply
      .headers({
        "Content-Disposition": `attachment; filename="${answer.file.name}"`,
        "Content-Security-Policy": "default-src 'none'; sandbox",
      })
      .type("application/json; charset=utf-8")
      .send(`${JSON.stringify(answer.file.json, null, 2)}\n`);
  }
  if (answer.retryAt !== undefined) setRetryAfter(reply, answer.retryAt, request.now);
  return sendPage(ctx, reply, answer.view, {
    csrfToken: csrfTokenOf(cookie, ctx.sealKey),
    formTarget: answer.formTarget,
    referrerPolicy: answer.referrerPolicy,
  });
}

export function setRetryAfter(reply: FastifyReply, retryAt: number, now: number): void {
  reply.header("Retry-After", Math.max(1, Math.ceil((retryAt - now) / 1_000)));
}

/** The headers of every page, besides its content security policy. */
export function setPageHeaders(ctx: InteractionContext, reply: FastifyReply): void {
  const language = rememberLocale(reply.request, ctx.config.pagesOrigin);
  if (language !== undefined) reply.header("Set-Cookie", language);
  reply.headers({
    "Cache-Control": "no-store",
    // Not no-referrer: with it, browsers send `Origin: null` with our own forms (Fetch, "append a request Origin
    // header").
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  });
}

/** `frames`: the page shows frames of this origin. */
export function contentSecurityPolicy(
  nonce: string,
  of: { script: boolean; connects: boolean; formTarget?: string | undefined; frames?: boolean },
): string {
  const { script, connects, formTarget, frames = false } = of;
  const formAction = formTarget === undefined ? "'self'" : `'self' ${sourceOf(formTarget)}`;
  return [
    "default-src 'none'",
    ...(script ? [`script-src 'nonce-${nonce}'`] : []),
    ...(connects ? ["connect-src 'self'"] : []),
    `style-src 'nonce-${nonce}'`,
    "img-src 'self' data:",
    ...(frames ? ["frame-src 'self'"] : []),
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; ");
}

/** Chromium applies form-action to redirects too, so a form that ends at an app lists where it will lead. */
function sourceOf(uri: string): string {
  const { origin, protocol } = new URL(uri);
  return origin === "null" ? protocol : origin;
}

const LOGO_PATH = "/branding/logo";

/** The logo as a separate image: pages stay small, and browsers load it once. */
export function serveLogo(app: FastifyInstance, ctx: InteractionContext): void {
  app.get(LOGO_PATH, async (_request, reply) => {
    const { logo } = ctx.branding;
    if (!logo) return sendPage(ctx, reply, { page: "not_found" });
    return reply
      .headers({
        "Content-Type": logo.type,
        "Cache-Control": "public, max-age=31536000, immutable",
        // An SVG opened directly is a document: the policy keeps it from running or loading anything.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
      })
      .send(logo.bytes);
  });
}

const logoUrlOf = (logo: Logo) => `${LOGO_PATH}?v=${logo.version}`;
