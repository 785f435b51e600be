import type { FastifyRequest } from "fastify";
import type { AdminContext } from "../admin/admin-context.ts";
import { CONSOLE_CHANGE_MS, CONSOLE_SIGN_IN_MS, mayUseConsole } from "../directory/console-rules.ts";
import { isListedSignIn } from "../directory/sign-in-methods.ts";
import { isFromAnotherSite, isLinkTo, isOurForm } from "../interaction/csrf.ts";
import { beginInteraction, goTo } from "../interaction/interaction.ts";
import { type Fields, openPageRequest, PageProblem } from "../interaction/page-request.ts";
import { stepUp } from "../interaction/proceed.ts";
import { isRecentSignIn, touchSession } from "../interaction/session.ts";
import type { ActingAdministrator } from "../storage/acting.ts";
import type { Admitted, ConsoleContext, Locked } from "./console-request.ts";
import { CONSOLE } from "./root.ts";
import type { ConsoleAccess } from "./routes.ts";

/**
 * The console of a served tenant, for its administrators: signed in at the tenant itself, with an authenticator app or a
 * passkey, not long ago. The session is the one of the tenant's pages.
 */
export function administratorAccess(ctx: ConsoleContext): ConsoleAccess {
  return {
    origin: ctx.config.pagesOrigin,
    root: CONSOLE,
    guard(request) {
      // A link in a mail or on another site leads here. Nothing else of another page does.
      if (isFromAnotherSite(request) && !isLinkTo(request)) throw new PageProblem({ page: "not_found" });
    },

    async admit(request: FastifyRequest, fields: Fields): Promise<Admitted | Locked> {
      const page = await openPageRequest(ctx, request, fields);
      const { session, user, cookie, now, ip } = page;
      if (!session || !user) return { view: { page: "console_sign_in", why: "signed_out", email: null }, page };
      const isForm = request.method === "POST";
      const authTime = session.authTime ?? 0;
      const signedInAfter = now - (isForm ? CONSOLE_CHANGE_MS : CONSOLE_SIGN_IN_MS);
      const why = mayUseConsole({ user, methods: session.methods, authTime, signedInAfter, now });
      if (why) return { view: { page: "console_sign_in", why, email: user.email }, page };
      const by: ActingAdministrator = {
        ...{ sessionId: session.id, userId: user.id, now },
        signedInAfter: now - CONSOLE_CHANGE_MS,
      };
      // Made when it is needed: most requests only read, and it costs milliseconds.
      let acting: Admitted["acting"] | undefined;
      return {
        ...{ cookie, session: session.id, who: user.email, userId: user.id, decisions: null },
        get acting() {
          acting ??= {
            ctx: actingContext(ctx, by),
            by: { actor: "user", caller: { userId: user.id, clientId: null, ip }, through: "console" },
          };
          return acting;
        },
        mayStill: async () => {
          const later = await openPageRequest(ctx, request, new Map());
          const { methods = [], authTime } = later.session ?? {};
          const signIn = {
            methods,
            authTime: authTime ?? 0,
            signedInAfter: later.now - CONSOLE_CHANGE_MS,
            now: later.now,
          };
          return later.user !== undefined && mayUseConsole({ user: later.user, ...signIn }) === undefined;
        },
        touch: () => touchSession(page),
      };
    },

    async enter(request, fields) {
      if (!isOurForm(ctx, request, fields)) throw new PageProblem({ page: "stale_form" });
      const page = await openPageRequest(ctx, request, fields);
      const recent = isRecentSignIn(page);
      const begun = await beginInteraction(page, { kind: "console", id: null });
      const listed = isListedSignIn(begun.session?.methods ?? [], begun.userFlow);
      const { to } = recent && listed ? await stepUp(begun) : goTo(begun, "/sign-in");
      return { to, page };
    },

    // The tenant's own page: it says what signing out means for the browser.
    leave: async () => ({ to: "/sign-out" }),
  };
}

/** The same context, with a store that acts for this administrator. What an operation sets in it, all pages see. */
function actingContext(ctx: ConsoleContext, by: ActingAdministrator): AdminContext {
  return {
    ...ctx,
    store: { ...ctx.store, ...ctx.store.actingFor(by) },
    get branding() {
      return ctx.branding;
    },
    set branding(branding) {
      ctx.branding = branding;
    },
  };
}
