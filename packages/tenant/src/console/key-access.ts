import type { FastifyRequest } from "fastify";
import { OPERATOR } from "../admin/admin-context.ts";
import { approveInName, denyCode, expireCode } from "../admin/decisions.ts";
import { type BrowserCookie, cookieName, cookieValue, freshCookie, sessionIdOf } from "../interaction/cookies.ts";
import { type Fields, PageProblem } from "../interaction/page-request.ts";
import { isFromThisComputerAlone, sameSecret } from "../interaction/this-computer.ts";
import { newSecret } from "../kernel/seal.ts";
import type { Admitted, ConsoleContext, Locked } from "./console-request.ts";
import { CONSOLE, isUnder, under, withoutFolder } from "./root.ts";
import type { ConsoleAccess } from "./routes.ts";

/** Browsers that are signed in at the same time. The one that came first is signed out by another. */
const MOST_SESSIONS = 100;

/**
 * The console of the embedded tenant, for those who run it: a browser on this computer that brought the key of this start.
 * The key is exchanged for a session, which lives in memory, so it ends with the process. Its cookie is for the folder of this
 * start alone (see `root.ts`).
 */
export function keyAccess(ctx: ConsoleContext, key: string): ConsoleAccess {
  const origin = ctx.config.localPagesOrigin;
  const name = cookieName("console", origin);
  const root = `${CONSOLE}/s-${newSecret(16)}`;
  /** By the hash of the cookie's value. */
  const sessions = new Set<string>();
  const secure = origin.startsWith("https:") ? "; Secure" : "";
  const setCookie = (value: string) => `${name}=${value}; Path=${root}; HttpOnly; SameSite=Strict${secure}`;
  const decisions: Admitted["decisions"] = {
    approve: (decision) => approveInName(ctx, decision),
    deny: (code) => denyCode(ctx, code),
    expire: (code) => expireCode(ctx, code),
  };

  return {
    origin,
    root,
    guard(request) {
      // Other computers, and links or frames of other sites, find nothing here.
      if (!isFromThisComputerAlone(request)) throw new PageProblem({ page: "not_found" });
    },

    async admit(request): Promise<Admitted | Locked> {
      // Elsewhere a cookie is not ours: browsers send it to the folder alone.
      const cookie = isUnder(root, request.url) ? cookieIn(request, name) : undefined;
      if (cookie === undefined || !sessions.has(sessionIdOf(cookie))) {
        const to = request.method === "GET" ? ourPath(request.url) : CONSOLE;
        return { view: { page: "console_key", to, problem: null } };
      }
      const session = sessionIdOf(cookie);
      return {
        ...{ cookie, session },
        mayStill: async () => sessions.has(session),
        ...{ who: null, userId: null, acting: { ctx, by: OPERATOR }, decisions },
        touch: async () => undefined,
      };
    },

    async enter(_request, fields: Fields) {
      const to = ourPath(fields.get("to"));
      if (!sameSecret((fields.get("key") ?? "").trim(), key)) {
        return { view: { page: "console_key", to, problem: "wrong_key" } };
      }
      const cookie = freshCookie();
      sessions.add(sessionIdOf(cookie));
      for (const oldest of sessions) {
        if (sessions.size <= MOST_SESSIONS) break;
        sessions.delete(oldest);
      }
      return { to: under(root, to), setCookie: setCookie(cookie.value) };
    },

    async leave({ cookie }) {
      sessions.delete(sessionIdOf(cookie));
      return { to: CONSOLE, setCookie: `${setCookie("")}; Max-Age=0` };
    },
  };
}

function cookieIn(request: FastifyRequest, name: string): BrowserCookie | undefined {
  const value = cookieValue(request.headers.cookie, name);
  return value !== undefined && /^[\w-]{43}$/.test(value) ? { value, fresh: false } : undefined;
}

/** A page of the console, from a form, below `/console`. Never an address elsewhere. */
export function ourPath(path: string | undefined): string {
  const isOurs = path !== undefined && /^\/console(?:[/?][\w\-./~%?&=+:@]*)?$/.test(path) && !path.includes("..");
  return isOurs ? withoutFolder(path) : CONSOLE;
}
