import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { administration } from "../admin/administration.ts";
import { localeOf } from "../interaction/cookies.ts";
import { isCsrfTokenOf, isFromOurPages } from "../interaction/csrf.ts";
import { sendAnswer, sendPage } from "../interaction/page-answer.ts";
import { type Fields, PageProblem, type PageRequest } from "../interaction/page-request.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { RightWithdrawn } from "../storage/acting.ts";
import { isUnavailable, RETRY_SECONDS } from "../storage/store-error.ts";
import type { ConsoleProblem } from "../ui/console/problem.ts";
import { type RailPath, railPaths } from "../ui/console/rail.ts";
import type {
  Admitted,
  ConsoleContext,
  ConsoleHandler,
  ConsolePages,
  ConsoleRequest,
  ConsoleTools,
  Locked,
} from "./console-request.ts";
import { consoleFields } from "./found.ts";
import { type Frame, sendConsoleAnswer } from "./send-answer.ts";

/** More than our longest ordinary form, URL-encoded. */
const BODY_LIMIT = 64 * 1024;

/** Who may use the console, and how they come in. One for the embedded tenant, one for a served one. */
export interface ConsoleAccess {
  /** The origin of the console's pages. */
  origin: string;
  /** @throws PageProblem for requests that find no console at all */
  guard(request: FastifyRequest): void;
  admit(request: FastifyRequest, fields: Fields): Promise<Admitted | Locked>;
  /** The form of the page in front of the console. */
  enter(
    request: FastifyRequest,
    fields: Fields,
  ): Promise<Locked | { to: string; setCookie?: string; page?: PageRequest }>;
  /** Signs this browser out. */
  leave(admitted: Admitted): Promise<{ to: string; setCookie?: string }>;
}

export interface ConsolePageHandlers {
  get?: ConsoleHandler;
  post?: ConsoleHandler;
  /** The page exists on the embedded tenant alone. */
  embeddedOnly?: boolean;
  /** Limit for the form in bytes, if it may be longer than others. */
  bodyLimit?: number;
  /** The number beside the page's entry in the rail. Read with every page, so it must be cheap. */
  count?: (ctx: ConsolePages, now: number) => Promise<number>;
}

export type DefineConsolePage = (path: string, handlers: ConsolePageHandlers) => void;

/** Everything that the routes of one app share. */
export interface ConsoleScope {
  ctx: ConsoleContext;
  access: ConsoleAccess;
  embedded: boolean;
  tools: ConsoleTools;
  counts: Map<RailPath, NonNullable<ConsolePageHandlers["count"]>>;
  paths: Set<string>;
}

/** Routes whose every answer is a page of the console, or the page in front of it. */
export function consoleRoutes(
  app: FastifyInstance,
  of: Pick<ConsoleScope, "ctx" | "access" | "embedded" | "tools">,
  define: (page: DefineConsolePage, scope: FastifyInstance, shared: ConsoleScope) => void,
): void {
  const shared: ConsoleScope = { ...of, counts: new Map(), paths: new Set() };
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: BODY_LIMIT },
      (_request, body, done) => done(null, body),
    );
    scope.setErrorHandler((error: FastifyError, request, reply) => sendError(shared, error, request, reply));
    scope.addHook("onRequest", async (request) => of.access.guard(request));
    define((path, handlers) => definePage(scope, shared, path, handlers), scope, shared);
  });
}

function definePage(
  scope: FastifyInstance,
  shared: ConsoleScope,
  url: string,
  { get, post, embeddedOnly = false, bodyLimit = BODY_LIMIT, count }: ConsolePageHandlers,
): void {
  if (embeddedOnly && !shared.embedded) return;
  const entry = railPaths.find((path) => path === url);
  if (get) shared.paths.add(url);
  if (entry && count) shared.counts.set(entry, count);
  if (get) {
    scope.get(url, async (request, reply) => {
      const fields = consoleFields(request.url.split("?").slice(1).join("?"));
      const admitted = await shared.access.admit(request, fields);
      if ("view" in admitted) return sendLocked(shared, reply, admitted);
      return answer(shared, request, reply, admitted, fields, get);
    });
  }
  if (post) {
    scope.post(url, { bodyLimit }, async (request, reply) => {
      const fields = consoleFields(typeof request.body === "string" ? request.body : "");
      const admitted = await shared.access.admit(request, fields);
      if ("view" in admitted) return sendLocked(shared, reply, admitted);
      const isOurs = isFromOurPages(shared.ctx, request, shared.access.origin);
      if (!isOurs || !isCsrfTokenOf(admitted.cookie, shared.ctx.sealKey, fields.get("csrf") ?? "")) {
        return sendProblem(shared, request, reply, admitted, { why: "stale_form" });
      }
      await admitted.touch();
      return answer(shared, request, reply, admitted, fields, post);
    });
  }
  refuseOtherMethods(scope, shared.ctx, url, [...(get ? ["GET", "HEAD"] : []), ...(post ? ["POST"] : [])]);
}

export function refuseOtherMethods(
  scope: FastifyInstance,
  ctx: ConsoleContext,
  url: string,
  allowed: readonly string[],
): void {
  scope.route({
    method: scope.supportedMethods.filter((method) => !allowed.includes(method)),
    url,
    onRequest: async (_request, reply) => {
      reply.header("Allow", allowed.join(", "));
      return sendPage(ctx, reply, { page: "not_found" }, { status: 405 });
    },
    handler: async () => undefined,
  });
}

async function answer(
  shared: ConsoleScope,
  request: FastifyRequest,
  reply: FastifyReply,
  admitted: Admitted,
  fields: Fields,
  handler: ConsoleHandler,
): Promise<FastifyReply> {
  const { ctx, embedded, tools } = shared;
  const { who, userId, decisions } = admitted;
  const consoleRequest: ConsoleRequest = {
    ...{ ctx, who, userId, decisions, embedded, fields, tools },
    requestId: String(request.id),
    now: ctx.clock.now(),
    ip: request.ip,
    path: pathOf(request),
    params: request.params as Record<string, string>,
    locale: localeOf(request, ctx.config.pagesOrigin),
    get acting() {
      return admitted.acting;
    },
    get admin() {
      return administration(admitted.acting.ctx, admitted.acting.by);
    },
  };
  try {
    const answered = await handler(consoleRequest);
    return sendConsoleAnswer(ctx, reply, answered, await frameOf(shared, request, admitted));
  } catch (error) {
    if (error instanceof RightWithdrawn) return sendLocked(shared, reply, await withdrawn(shared, request, fields));
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return sendProblem(shared, request, reply, admitted, problem);
  }
}

/** The right ended while the form was on its way: the page in front of the console says why. */
async function withdrawn(shared: ConsoleScope, request: FastifyRequest, fields: Fields): Promise<Locked> {
  const again = await shared.access.admit(request, fields);
  if ("view" in again) return again;
  return { view: { page: "console_sign_in", why: "signed_out", email: null } };
}

/** What a handler throws on purpose. Undefined: a fault of ours. */
function problemOf(error: unknown): ConsoleProblem | undefined {
  if (error instanceof TenantError) return { why: "refused", message: error.message, hint: error.hint };
  if (!(error instanceof PageProblem)) return undefined;
  return { why: error.view.page === "not_found" ? "not_found" : "stale_form" };
}

async function sendProblem(
  shared: ConsoleScope,
  request: FastifyRequest,
  reply: FastifyReply,
  admitted: Admitted,
  problem: ConsoleProblem,
): Promise<FastifyReply> {
  const frame = await frameOf(shared, request, admitted);
  return sendConsoleAnswer(shared.ctx, reply, { view: { page: "console_problem", problem } }, frame);
}

export function sendLocked(
  { ctx }: Pick<ConsoleScope, "ctx">,
  reply: FastifyReply,
  { view, page }: Locked,
): FastifyReply {
  return page ? sendAnswer(page, reply, { view }) : sendPage(ctx, reply, view);
}

/** What surrounds a page: the rail with its numbers, and who uses it. */
async function frameOf(
  { ctx, embedded, counts, paths }: ConsoleScope,
  request: FastifyRequest,
  { cookie, who }: Admitted,
): Promise<Frame> {
  const now = ctx.clock.now();
  const numbers = await Promise.all([...counts].map(async ([path, count]) => [path, await count(ctx, now)] as const));
  const rail = railPaths.filter((path) => paths.has(path));
  const readAgain = request.method === "GET" ? request.url : null;
  return { path: pathOf(request), readAgain, cookie, who, embedded, rail, counts: new Map(numbers), now };
}

const pathOf = (request: FastifyRequest) => request.url.split("?")[0] ?? "/console";

/** Errors before and after the handlers, as the tenant's other pages show them. */
function sendError(
  { ctx }: ConsoleScope,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof PageProblem) return sendPage(ctx, reply, error.view, { status: error.status });
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return sendPage(ctx, reply, { page: "stale_form" }, { status });
  request.log.error({ err: error, traceId: request.id }, "page failed");
  const view = { page: "failed", traceId: String(request.id) } as const;
  if (!isUnavailable(error)) return sendPage(ctx, reply, view);
  reply.header("Retry-After", RETRY_SECONDS);
  return sendPage(ctx, reply, view, { status: 503 });
}
