import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { administration } from "../admin/administration.ts";
import { localeOf } from "../interaction/cookies.ts";
import { isCsrfTokenOf, isFromOurPages } from "../interaction/csrf.ts";
import { sendAnswer, sendPage } from "../interaction/page-answer.ts";
import { type Fields, PageProblem, type PageRequest } from "../interaction/page-request.ts";
import { takeFormsAlone } from "../interaction/page-routes.ts";
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
import { CONSOLE, patternsOf, withoutFolder } from "./root.ts";
import { type Frame, sendConsoleAnswer, sendConsolePage } from "./send-answer.ts";

/** More than our longest ordinary form, URL-encoded. */
const BODY_LIMIT = 64 * 1024;

/** As proxies log a request whose client did not wait for the answer. */
const CLIENT_CLOSED = 499;

/** Who may use the console, and how they come in. One for the embedded tenant, one for a served one. */
export interface ConsoleAccess {
  /** The origin of the console's pages. */
  origin: string;
  /** Where its pages are: `/console`, or the folder of this start. See `root.ts`. */
  root: string;
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

/** A page, or a form with an address of its own, which belongs to a page. */
export type ConsolePageHandlers = ConsolePageOptions &
  (
    | { get: ConsoleHandler; post?: ConsoleHandler }
    /**
     * `of`: the page. Its variable parts are those of the form. The answer's links lead there, and so does the form's own
     * address when a browser opens it, for example after a reload.
     */
    | { post: ConsoleHandler; of: string }
  );

interface ConsolePageOptions {
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
    takeFormsAlone(scope, BODY_LIMIT);
    scope.setErrorHandler((error: FastifyError, request, reply) => sendError(shared, error, request, reply));
    scope.addHook("onRequest", async (request) => of.access.guard(request));
    define((path, handlers) => definePage(scope, shared, path, handlers), scope, shared);
    defineNotFound(scope, shared);
  });
}

function definePage(scope: FastifyInstance, shared: ConsoleScope, url: string, handlers: ConsolePageHandlers): void {
  const { post, embeddedOnly = false, bodyLimit = BODY_LIMIT, count } = handlers;
  if (embeddedOnly && !shared.embedded) return;
  const entry = railPaths.find((path) => path === url);
  if ("get" in handlers) shared.paths.add(url);
  if (entry && count) shared.counts.set(entry, count);
  const page = "of" in handlers ? handlers.of : url;
  const get = "get" in handlers ? handlers.get : toPage(page);
  defineOn(scope, shared, "GET", url, {}, async (request, reply) => {
    const fields = consoleFields(request.url.split("?").slice(1).join("?"));
    const admitted = await shared.access.admit(request, fields);
    if ("view" in admitted) return sendLocked(shared, reply, admitted);
    return answer({ shared, request, reply, admitted, page }, fields, get);
  });
  if (post) {
    defineOn(scope, shared, "POST", url, { bodyLimit }, async (request, reply) => {
      const fields = consoleFields(typeof request.body === "string" ? request.body : "");
      const admitted = await shared.access.admit(request, fields);
      if ("view" in admitted) return sendLocked(shared, reply, admitted);
      const visit = { shared, request, reply, admitted, page };
      if (!isFormOfOurs(shared, request, admitted, fields)) return sendProblem(visit, { why: "stale_form" });
      await admitted.touch();
      return answer(visit, fields, post);
    });
  }
  refuseOtherMethods(scope, shared, url, ["GET", "HEAD", ...(post ? ["POST"] : [])]);
}

/** A request of an administrator's browser, and the page that it belongs to, as a pattern. */
export interface Visit {
  shared: ConsoleScope;
  request: FastifyRequest;
  reply: FastifyReply;
  admitted: Admitted;
  page: string;
}

const toPage =
  (page: string): ConsoleHandler =>
  async ({ params, fields }) => ({
    to: [filled(page, params), new URLSearchParams([...fields])].filter(String).join("?"),
  });

const filled = (pattern: string, params: Readonly<Record<string, string>>): string =>
  pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));

/** Sent by a page of ours, to the browser that it was made for. */
export function isFormOfOurs(
  { ctx, access }: ConsoleScope,
  request: FastifyRequest,
  { cookie }: Admitted,
  fields: Fields,
): boolean {
  const isOurs = isFromOurPages(ctx, request, access.origin);
  return isOurs && isCsrfTokenOf(cookie, ctx.sealKey, fields.get("csrf") ?? "");
}

/** A route at the address of a page, and in the folder of this start. Which of the two opens, `ConsoleAccess.admit` decides. */
export function defineOn(
  scope: FastifyInstance,
  { access }: Pick<ConsoleScope, "access">,
  method: "GET" | "POST",
  address: string,
  options: { bodyLimit?: number; exposeHeadRoute?: boolean },
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
): void {
  for (const url of patternsOf(access.root, address)) scope.route({ ...options, method, url, handler });
}

export function refuseOtherMethods(
  scope: FastifyInstance,
  { ctx, access }: Pick<ConsoleScope, "ctx" | "access">,
  address: string,
  allowed: readonly string[],
): void {
  for (const url of patternsOf(access.root, address)) {
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
}

async function answer(visit: Visit, fields: Fields, handler: ConsoleHandler): Promise<FastifyReply> {
  const { shared, request, reply, admitted } = visit;
  const { ctx, embedded, tools } = shared;
  const { who, userId, session, decisions, mayStill } = admitted;
  const consoleRequest: ConsoleRequest = {
    ...{ ctx, who, userId, session, decisions, mayStill, embedded, fields, tools },
    requestId: String(request.id),
    now: ctx.clock.now(),
    ip: request.ip,
    path: pathOf(request),
    params: request.params as Record<string, string>,
    locale: localeOf(request, ctx.config.pagesOrigin),
    signal: leftSignal(reply),
    get acting() {
      return admitted.acting;
    },
    get admin() {
      return administration(admitted.acting.ctx, admitted.acting.by);
    },
  };
  try {
    const answered = await handler(consoleRequest);
    if (!("view" in answered)) return sendConsoleAnswer(ctx, reply, answered, shared.access.root);
    return sendConsolePage(ctx, reply, answered, await frameOf(visit));
  } catch (error) {
    // The answer goes nowhere, and the error is that of the reading that was given up.
    if (consoleRequest.signal.aborted) return reply.code(CLIENT_CLOSED).send();
    if (error instanceof RightWithdrawn) return sendLocked(shared, reply, await withdrawn(shared, request, fields));
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return sendProblem(visit, problem);
  }
}

function leftSignal({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) left.abort();
  });
  return left.signal;
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

export async function sendProblem(visit: Visit, problem: ConsoleProblem, status?: number): Promise<FastifyReply> {
  const view = { page: "console_problem", problem } as const;
  return sendConsolePage(visit.shared.ctx, visit.reply, { view, ...(status && { status }) }, await frameOf(visit));
}

export function sendLocked(
  { ctx }: Pick<ConsoleScope, "ctx">,
  reply: FastifyReply,
  { view, page }: Locked,
): FastifyReply {
  return page ? sendAnswer(page, reply, { view }) : sendPage(ctx, reply, view);
}

/** What surrounds a page: the rail with its numbers, and who uses it. */
async function frameOf({ shared, request, admitted: { cookie, who }, page }: Visit): Promise<Frame> {
  const { ctx, access, embedded, counts, paths } = shared;
  const now = ctx.clock.now();
  const numbers = await Promise.all([...counts].map(async ([path, count]) => [path, await count(ctx, now)] as const));
  const rail = railPaths.filter((path) => paths.has(path));
  const isRead = request.method !== "POST";
  const where = isRead
    ? { path: pathOf(request), query: request.url.split("?").slice(1).join("?"), readAgain: request.url }
    : { path: filled(page, request.params as Record<string, string>), query: "", readAgain: null };
  return { root: access.root, ...where, cookie, who, embedded, rail, counts: new Map(numbers), now };
}

const pathOf = (request: FastifyRequest) => withoutFolder(request.url.split("?")[0] ?? CONSOLE);

/** Any other address below `/console`. Of other methods than GET, nothing is there at all. */
function defineNotFound(scope: FastifyInstance, shared: ConsoleScope): void {
  // Also in the folder of this start.
  scope.get("/console/*", async (request, reply) => {
    const admitted = await shared.access.admit(request, new Map());
    if ("view" in admitted) return sendLocked(shared, reply, admitted);
    return sendProblem({ shared, request, reply, admitted, page: "/console" }, { why: "not_found" });
  });
}

/**
 * Errors before and after the handlers. A form that is too large, or none, is answered in the console's frame; all others as
 * on the tenant's other pages, because nothing of the store can be relied upon.
 */
async function sendError(
  shared: ConsoleScope,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { ctx } = shared;
  if (error instanceof PageProblem) return sendPage(ctx, reply, error.view, { status: error.status });
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    const admitted = await shared.access.admit(request, new Map());
    if ("view" in admitted) return sendPage(ctx, reply, { page: "stale_form" }, { status });
    const why = status === 413 ? "too_large" : "stale_form";
    return sendProblem({ shared, request, reply, admitted, page: "/console" }, { why }, status);
  }
  request.log.error({ err: error, traceId: request.id }, "page failed");
  const view = { page: "failed", traceId: String(request.id) } as const;
  if (!isUnavailable(error)) return sendPage(ctx, reply, view);
  reply.header("Retry-After", RETRY_SECONDS);
  return sendPage(ctx, reply, view, { status: 503 });
}
