import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { normalizeEmail } from "../../directory/entities.ts";
import { type InteractionContext, PageProblem } from "../page-request.ts";
import { pageRoutes } from "../page-routes.ts";
import { isFromThisComputerAlone, sameSecret } from "../this-computer.ts";

/**
 * The mailbox of the embedded default as JSON, for programs that have the bearer token of the ready event. Its pages are in
 * the console, where its earlier addresses lead. Never registered with another store, host or public URL.
 */
export function registerInbox(app: FastifyInstance, ctx: InteractionContext, { bearer }: { bearer: string }): void {
  pageRoutes(app, ctx, (page, scope) => {
    scope.addHook("onRequest", async (request) => {
      // Other computers, and links or frames of other sites, find nothing here.
      if (!isFromThisComputerAlone(request)) throw new PageProblem({ page: "not_found" });
    });
    // The pages are part of the console, which asks for the key of this start.
    page("/inbox", { get: async () => ({ to: "/console/inbox" }) });
    scope.get("/inbox/messages", async (request, reply) => listMessages(ctx, bearer, request, reply));
    page("/inbox/:id", { get: async ({ path }) => ({ to: `/console${path}` }) });
  });
}

async function listMessages(ctx: InteractionContext, bearer: string, request: FastifyRequest, reply: FastifyReply) {
  reply.header("Cache-Control", "no-store").header("X-Content-Type-Options", "nosniff");
  if (!sameSecret(request.headers.authorization ?? "", `Bearer ${bearer}`)) {
    reply.header("WWW-Authenticate", 'Bearer realm="inbox"');
    return reply
      .code(401)
      .send({ error: "unauthorized", error_description: "Send the bearer token from the ready event." });
  }
  const { to } = request.query as { to?: string | string[] };
  if (Array.isArray(to)) {
    return reply.code(400).send({ error: "invalid_request", error_description: "Specify one recipient." });
  }
  const mails = await ctx.store.mail.listMails(to === undefined ? undefined : normalizeEmail(to).replace(/\0/g, ""));
  return reply.send({
    mails: mails.map(({ to, subject, text, html, id, createdAt }) => ({
      to,
      subject,
      text,
      html,
      id,
      createdAt: new Date(createdAt).toISOString(),
    })),
  });
}
