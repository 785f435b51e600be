import type { FastifyInstance } from "fastify";
import { isFromOurPages } from "../interaction/csrf.ts";
import { sendAnswer, setPageHeaders } from "../interaction/page-answer.ts";
import { PageProblem } from "../interaction/page-request.ts";
import { type ActivityCounts, activityCounts } from "./activity-counts.ts";
import { serveAssets } from "./assets.ts";
import { auditExport, getAudit } from "./audit.ts";
import type { ConsoleContext, ConsoleTools } from "./console-request.ts";
import type { ConsoleEvents } from "./events.ts";
import { consoleFields } from "./found.ts";
import { countMails, getInbox, getMail, getMailFrame, postInbox, postMail } from "./inbox.ts";
import { getKeys, postKeys } from "./keys.ts";
import { listPages } from "./list-pages.ts";
import { nowHandlers } from "./now/now.ts";
import type { RecentRefusals } from "./recent-refusals.ts";
import {
  type ConsoleAccess,
  consoleRoutes,
  type DefineConsolePage,
  defineOn,
  isFormOfOurs,
  refuseOtherMethods,
  sendLocked,
  sendProblem,
} from "./routes.ts";
import { getSignIn, getSignIns, postSignIn } from "./sign-ins.ts";
import { getTesting, postTesting } from "./testing.ts";
import { getTokens, postTokens } from "./tokens.ts";

/** Every page of the console, a line each. An entry of the rail (`ui/console/rail.ts`) appears with its page. */
function definePages(
  page: DefineConsolePage,
  counts: ActivityCounts,
  { refusals, tools: { testing } }: Pick<ConsoleParts, "refusals" | "tools">,
): void {
  const now = nowHandlers({ counts, refusals });
  page("/console", { get: now.get, count: ({ store }, now) => store.liveRequests.count(now) });
  page("/console/approve", { post: now.approve, of: "/console", embeddedOnly: true });
  page("/console/decline", { post: now.decline, of: "/console", embeddedOnly: true });
  page("/console/expire", { post: now.expire, of: "/console", embeddedOnly: true });
  page("/console/inbox", { get: getInbox, embeddedOnly: true, count: countMails });
  page("/console/inbox/delete", { post: postInbox, of: "/console/inbox", embeddedOnly: true });
  page("/console/inbox/:id", { get: getMail, post: postMail, embeddedOnly: true });
  page("/console/inbox/:id/html", { get: getMailFrame, embeddedOnly: true });
  page("/console/sign-ins", { get: getSignIns(counts) });
  page("/console/sign-ins/:id", { get: getSignIn, post: postSignIn });
  page("/console/audit", { get: getAudit });
  page("/console/audit/export", { post: auditExport(), of: "/console/audit" });
  page("/console/keys", { get: getKeys, post: postKeys });
  listPages(page);
  if (!testing) return;
  page("/console/testing", { get: getTesting(testing), post: postTesting(testing), embeddedOnly: true });
  page("/console/tokens", { get: getTokens, post: postTokens(testing), embeddedOnly: true });
}

export interface ConsoleParts {
  access: ConsoleAccess;
  events: Pick<ConsoleEvents, "open">;
  tools: ConsoleTools;
  refusals: Pick<RecentRefusals, "list">;
}

/** The console: its pages, the way in and out, its events, and the two files that the pages load. */
export function registerConsole(app: FastifyInstance, ctx: ConsoleContext, of: ConsoleParts): void {
  const { access, events, tools } = of;
  consoleRoutes(app, { ctx, access, tools, embedded: ctx.config.embedded }, (page, scope, shared) => {
    definePages(page, activityCounts(ctx), of);

    scope.post("/console/enter", async (request, reply) => {
      if (!isFromOurPages(ctx, request, access.origin)) throw new PageProblem({ page: "stale_form" });
      const entered = await access.enter(request, consoleFields(typeof request.body === "string" ? request.body : ""));
      if ("view" in entered) return sendLocked(shared, reply, entered);
      if (entered.page) return sendAnswer(entered.page, reply, { to: entered.to });
      setPageHeaders(ctx, reply);
      if (entered.setCookie !== undefined) reply.header("Set-Cookie", entered.setCookie);
      return reply.redirect(entered.to, 303);
    });
    scope.get("/console/enter", async (_request, reply) => reply.redirect("/console", 302));
    refuseOtherMethods(scope, shared, "/console/enter", ["GET", "HEAD", "POST"]);

    defineOn(scope, shared, "POST", "/console/leave", {}, async (request, reply) => {
      const fields = consoleFields(typeof request.body === "string" ? request.body : "");
      const admitted = await access.admit(request, fields);
      if ("view" in admitted) return sendLocked(shared, reply, admitted);
      if (!isFormOfOurs(shared, request, admitted, fields)) {
        return sendProblem({ shared, request, reply, admitted, page: "/console" }, { why: "stale_form" });
      }
      const { to, setCookie } = await access.leave(admitted);
      setPageHeaders(ctx, reply);
      if (setCookie !== undefined) reply.header("Set-Cookie", setCookie);
      return reply.redirect(to, 303);
    });
    // Opened as a page, it is one that does not exist.
    refuseOtherMethods(scope, shared, "/console/leave", ["GET", "HEAD", "POST"]);

    // Without HEAD, which would hold a connection that receives nothing.
    defineOn(scope, shared, "GET", "/console/events", { exposeHeadRoute: false }, async (request, reply) => {
      const admitted = await access.admit(request, new Map());
      if ("view" in admitted) return sendLocked(shared, reply, admitted);
      const stream = events.open(admitted.session);
      if (!stream) return reply.header("Retry-After", 5).code(503).send();
      return reply
        .headers({ "Cache-Control": "no-store", "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" })
        .send(stream);
    });
    refuseOtherMethods(scope, shared, "/console/events", ["GET"]);

    serveAssets(scope, ctx);
  });
}
