import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HashingBusy } from "../directory/password.ts";
import { isUnavailable, RETRY_SECONDS } from "../storage/store-error.ts";
import { isFromOurPages, isOurForm } from "./csrf.ts";
import { findInteraction, goTo, resolveInteraction } from "./interaction.ts";
import { nextStep } from "./next-step.ts";
import { sendAnswer, sendPage, setRetryAfter } from "./page-answer.ts";
import {
  type Answer,
  type InteractionContext,
  openPageRequest,
  type PageHandler,
  PageProblem,
  type PageRequest,
  readFields,
} from "./page-request.ts";
import { factsOf, stepPage } from "./proceed.ts";
import { touchSession } from "./session.ts";

/** More than our longest form, URL-encoded; small enough to be cheap. */
const BODY_LIMIT = 16 * 1024;

export interface PageHandlers {
  get?: PageHandler;
  post?: PageHandler;
  /**
   * The session changes here, and with it the CSRF token of every form. A path says where the form leads if it is sent
   * twice.
   */
  signsIn?: boolean | string;
  /** Limit for the form, if it may be longer than others. */
  bodyLimit?: number;
}

export type DefinePage = (path: string, handlers: PageHandlers) => void;

/**
 * Routes whose every answer is a page, including errors. They share nothing with the JSON endpoints of the same server.
 */
export function pageRoutes(
  app: FastifyInstance,
  ctx: InteractionContext,
  define: (page: DefinePage, scope: FastifyInstance) => void,
): void {
  app.register(async (scope) => {
    takeFormsAlone(scope, BODY_LIMIT);
    scope.setErrorHandler((error: FastifyError, request, reply) => sendProblem(ctx, error, request, reply));
    define((path, handlers) => definePage(scope, ctx, path, handlers), scope);
  });
}

/** Requests with a body are forms, which arrive as text. `bodyLimit` in bytes, for routes that set none. */
export function takeFormsAlone(scope: FastifyInstance, bodyLimit: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit },
    (_request, body, done) => done(null, body),
  );
}

function definePage(
  scope: FastifyInstance,
  ctx: InteractionContext,
  url: string,
  { get, post, signsIn, bodyLimit = BODY_LIMIT }: PageHandlers,
): void {
  if (get) {
    scope.get(url, async (request, reply) => {
      const fields = readFields(request.url.split("?").slice(1).join("?"));
      const page = await openPageRequest(ctx, request, fields);
      return sendAnswer(page, reply, await get(page));
    });
  }
  if (post) {
    scope.post(url, { bodyLimit }, async (request, reply) => {
      const fields = readFields(typeof request.body === "string" ? request.body : "");
      const page = await openPageRequest(ctx, request, fields);
      if (isOurForm(ctx, request, fields)) {
        await touchSession(page);
        return sendAnswer(page, reply, await post(page));
      }
      const elsewhere = signsIn && isFromOurPages(ctx, request) ? await whereSignedInGoes(page, signsIn) : undefined;
      if (!elsewhere) throw new PageProblem({ page: "stale_form" });
      return sendAnswer(page, reply, elsewhere);
    });
  }
  const allowed = [...(get ? ["GET", "HEAD"] : []), ...(post ? ["POST"] : [])];
  scope.route({
    method: scope.supportedMethods.filter((method) => !allowed.includes(method)),
    url,
    // Before the body is read: its content does not matter.
    onRequest: async (_request, reply) => {
      reply.header("Allow", allowed.join(", "));
      return sendPage(ctx, reply, { page: "not_found" }, { status: 405 });
    },
    handler: async () => undefined,
  });
}

/**
 * A sign-in form sent twice (a double click, a second tab) arrives the second time with the session that the first one
 * created. It does nothing and redirects to the next step.
 */
async function whereSignedInGoes(page: PageRequest, signsIn: true | string): Promise<Answer | undefined> {
  const interaction = page.user && (await findInteraction(page));
  if (!interaction) return undefined;
  if (signsIn !== true) return goTo({ interaction }, signsIn);
  const request = await resolveInteraction(page, interaction);
  return stepPage(request, nextStep(factsOf(request)));
}

function sendProblem(
  ctx: InteractionContext,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof PageProblem) {
    if (error.retryAt !== undefined) setRetryAfter(reply, error.retryAt, ctx.clock.now());
    return sendPage(ctx, reply, error.view, { status: error.status });
  }
  if (error instanceof HashingBusy) {
    reply.header("Retry-After", 5);
    return sendPage(ctx, reply, { page: "too_many", device: false });
  }
  const status = error.statusCode ?? 500;
  if (status === 413) {
    return sendPage(ctx, reply, { page: "too_large", limit: request.routeOptions.bodyLimit ?? BODY_LIMIT });
  }
  // Fastify's own errors: not a form (415), length mismatch (400).
  if (status >= 400 && status < 500) return sendPage(ctx, reply, { page: "stale_form" }, { status });
  request.log.error({ err: error, traceId: request.id }, "page failed");
  const view = { page: "failed", traceId: String(request.id) } as const;
  if (!isUnavailable(error)) return sendPage(ctx, reply, view);
  reply.header("Retry-After", RETRY_SECONDS);
  return sendPage(ctx, reply, view, { status: 503 });
}
