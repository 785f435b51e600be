import { timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { deriveKey, keyedHash, type SealKey } from "../kernel/seal.ts";
import { type BrowserCookie, readCookie } from "./cookies.ts";
import type { Fields, InteractionContext } from "./page-request.ts";

/** Bound to this cookie, so it ends with it at sign-in and sign-out. */
export function csrfTokenOf(browser: BrowserCookie, sealKey: SealKey): string {
  return keyedHash(deriveKey(sealKey, "csrf token"), browser.value);
}

export function isCsrfTokenOf(browser: BrowserCookie, sealKey: SealKey, sent: string): boolean {
  const expected = Buffer.from(csrfTokenOf(browser, sealKey));
  const given = Buffer.from(sent);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * The browser's own statement of where a form came from. A request with neither Origin nor Sec-Fetch-Site is rejected:
 * every browser sends one of them with POST.
 */
export function isFromOurPages(
  ctx: Pick<InteractionContext, "config">,
  request: FastifyRequest,
  pagesOrigin = ctx.config.pagesOrigin,
): boolean {
  const origin = request.headers.origin;
  const site = request.headers["sec-fetch-site"];
  if (origin === undefined && site === undefined) return false;
  if (origin !== undefined && origin !== pagesOrigin) return false;
  return site === undefined || site === "same-origin";
}

/**
 * Whether the browser says that a page of another origin made it ask, a subdomain and another port included. Older browsers
 * do not say it.
 */
export function isFromAnotherSite({ headers }: Pick<FastifyRequest, "headers">): boolean {
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "same-origin" && site !== "none";
}

/** Whether the user followed a link, so that the answer is shown as a page of its own, and no other page can read it. */
export function isLinkTo({ method, headers }: Pick<FastifyRequest, "headers" | "method">): boolean {
  const { "sec-fetch-mode": mode, "sec-fetch-dest": destination } = headers;
  return method === "GET" && mode === "navigate" && destination === "document";
}

/** Whether this browser sent the form from one of our pages (ASVS 3.5.1): the token belongs to the cookie. */
export function isOurForm(ctx: InteractionContext, request: FastifyRequest, fields: Fields): boolean {
  if (!isFromOurPages(ctx, request)) return false;
  const cookie = readCookie(request.headers.cookie, ctx.config.pagesOrigin);
  return cookie !== undefined && isCsrfTokenOf(cookie, ctx.sealKey, fields.get("csrf") ?? "");
}
