import { PrepareError, type PrepareErrorCode } from "../plan/prepare-error.ts";
import type { GraphAccess } from "./graph-access.ts";
import { needOf } from "./needs.ts";
import type { GraphRequest } from "./request.ts";

/** Somebody else was quicker (409): read again, then go on. */
export class GraphConflict extends Error {
  readonly refused: PrepareError;
  constructor(refused: PrepareError) {
    super(refused.message, { cause: refused });
    this.name = "GraphConflict";
    this.refused = refused;
  }
}

/** No answer to a create: it may have been done or not. Read again, then go on. */
export class GraphUncertain extends Error {
  readonly failed: PrepareError;
  constructor(failed: PrepareError) {
    super(failed.message, { cause: failed });
    this.name = "GraphUncertain";
    this.failed = failed;
  }
}

/** The refusal behind what would have been tried again. */
export function refusalBehind(error: unknown): unknown {
  if (error instanceof GraphConflict) return error.refused;
  return error instanceof GraphUncertain ? error.failed : error;
}

/** Graph does not know what the request names: it is gone, or so new that not every replica has it. */
export function isNotThere(error: unknown): boolean {
  if (!(error instanceof PrepareError)) return false;
  return (
    error.status === 404 ||
    (error.status === 400 && /does not exist|does not reference a valid|not found|not present/i.test(error.message))
  );
}

/** What Graph's refusal means, with what is missing where that is known. */
export function refusal(
  request: GraphRequest,
  response: Response,
  text: string,
  requestId: string,
  target: GraphAccess["target"],
): PrepareError {
  const { status } = response;
  const said = errorOf(text);
  const what = `${request.method} ${request.path.split("?")[0]}`;
  const details = { status, graphCode: said.code, requestId };
  const reason = said.message ? `: ${said.message}` : "";
  switch (status) {
    case 401:
      return new PrepareError("graph_unauthenticated", `Graph does not take the token (${what})${reason}`, details);
    case 403:
      return new PrepareError("graph_denied", `Graph denies ${what}${reason}`, {
        ...details,
        ...deniedHint(request, target),
      });
    case 429: {
      const seconds = response.headers.get("retry-after");
      const wait = seconds === null ? "" : ` It asks to wait ${/^\d+$/.test(seconds) ? `${seconds} s` : seconds}.`;
      return new PrepareError("graph_throttled", `Graph is asked too often (${what}).${wait}`, details);
    }
    default:
      return new PrepareError(codeOf(status, said.code), `Graph refuses ${what} (${status})${reason}`, details);
  }
}

/** No answer at all, with what the system calls it: a name that leads nowhere and a certificate want different cures. */
export function noAnswer(base: string, cause: unknown, requestId: string): PrepareError {
  const reason = systemCodeOf(cause);
  const certificate = reason !== undefined && /CERT|SIGNATURE|ISSUER/.test(reason);
  return new PrepareError("graph_unreachable", `${base} cannot be reached${reason ? ` (${reason})` : ""}.`, {
    cause,
    requestId,
    ...(certificate && {
      hint: "Its certificate is not trusted here. Name the CA of your own tenant: --ca-file FILE, or DOORCODE_CA_FILE.",
    }),
  });
}

/** `ECONNREFUSED`, of the error or of what caused it. */
function systemCodeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string" && /^[A-Z_]{3,60}$/.test(at.code)) return at.code;
  }
  return undefined;
}

function codeOf(status: number, graphCode: string | undefined): PrepareErrorCode {
  if (status >= 500) return "graph_unreachable";
  if (status === 409) return "graph_conflict";
  return status >= 400 && graphCode !== undefined ? "graph_refused" : "graph_misbehaved";
}

function deniedHint(request: GraphRequest, target: GraphAccess["target"]): { hint?: string } {
  const need = needOf(request);
  if (!need) return {};
  const who =
    target === "entra"
      ? `an administrator with the directory role ${need.role} (or Global Administrator)`
      : "an administrator of this tenant (`doorcode tenant users add EMAIL --administrator`)";
  return { hint: `It needs the Microsoft Graph permission ${need.scope}, granted to this program, and ${who}.` };
}

/** Graph's sentences repeat what others have written; a message is one line, without what a terminal or a log would obey. */
const oneLine = (text: string) =>
  text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");

/** `{ error: { code, message } }`; nothing of an answer that is no such thing, which may hold anything. */
function errorOf(text: string): { code: string | undefined; message: string | undefined } {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    return {
      code: typeof error?.code === "string" ? oneLine(error.code).slice(0, 100) : undefined,
      message: typeof error?.message === "string" ? oneLine(error.message).slice(0, 500) : undefined,
    };
  } catch {
    return { code: undefined, message: undefined };
  }
}
