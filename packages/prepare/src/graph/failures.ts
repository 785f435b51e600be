import { withoutSecretValues } from "../file/secrets.ts";
import { PrepareError, type PrepareErrorCode } from "../prepare-error.ts";
import type { GraphAccess, GraphRequest } from "./request.ts";
import { requiredAccess } from "./request.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** Another run changed the object first (409): read the tenant again, then continue. */
export class GraphConflict extends Error {
  readonly refused: PrepareError;
  constructor(refused: PrepareError) {
    super(refused.message, { cause: refused });
    this.name = "GraphConflict";
    this.refused = refused;
  }
}

/** A create without a response: it may have happened. Read the tenant again, then continue. */
export class GraphOutcomeUnknown extends Error {
  readonly failed: PrepareError;
  constructor(failed: PrepareError) {
    super(failed.message, { cause: failed });
    this.name = "GraphOutcomeUnknown";
    this.failed = failed;
  }
}

/** The error to report if repeating did not help. */
export function underlyingError(error: unknown): unknown {
  if (error instanceof GraphConflict) return error.refused;
  return error instanceof GraphOutcomeUnknown ? error.failed : error;
}

/** How Graph's services report a missing object with a 400; each uses its own words. */
const absent =
  /do(es)? not exist|does not reference a valid|not (be )?found|not present|(cannot|could not|unable to) find|no such/i;

/** Whether Graph does not find an object that the request names: it was deleted, or is not replicated yet. */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof PrepareError)) return false;
  return error.status === 404 || (error.status === 400 && absent.test(error.message));
}

/**
 * Whether the rejection may only mean that a replica does not have an object yet. Entra reports this for a new
 * application with a 403 as well: "the backing application of the service principal being created must in the local
 * tenant". The caller knows whether the object is new.
 */
export function mayBeReplicating(refused: PrepareError): boolean {
  if (isNotFound(refused)) return true;
  return refused.status === 403 && /backing application|in the local tenant/i.test(refused.message);
}

/** Converts an error response of Graph into a PrepareError, with a hint about missing permissions. */
export function responseError(
  request: GraphRequest,
  response: Response,
  text: string,
  requestId: string,
  target: GraphAccess["target"],
): PrepareError {
  const { status } = response;
  const graphError = errorOf(text, secretsOf(request));
  const what = `${request.method} ${request.path.split("?")[0]}`;
  const details = { status, graphCode: graphError.code, requestId };
  const reason = graphError.message ? `: ${graphError.message}` : "";
  switch (status) {
    case 401:
      return new PrepareError("graph_unauthenticated", `Graph rejects the token (${what})${reason}`, details);
    case 403:
      return new PrepareError("graph_denied", `Graph denies ${what}${reason}`, {
        ...details,
        ...deniedHint(request, target),
      });
    case 429: {
      const seconds = response.headers.get("retry-after");
      const wait = seconds === null ? "" : ` Graph asks to wait ${/^\d+$/.test(seconds) ? `${seconds} s` : seconds}.`;
      return new PrepareError("graph_throttled", `Too many requests to Graph (${what}).${wait}`, details);
    }
    default:
      return new PrepareError(codeOf(status, graphError.code), `Graph rejects ${what} (${status})${reason}`, details);
  }
}

/** Converts a failed connection into a PrepareError, with the system's error code. */
export function connectionError(base: string, cause: unknown, requestId: string): PrepareError {
  const reason = systemCodeOf(cause);
  const certificate = reason !== undefined && /CERT|SIGNATURE|ISSUER/.test(reason);
  return new PrepareError("graph_unreachable", `${base} cannot be reached${reason ? ` (${reason})` : ""}.`, {
    cause,
    requestId,
    ...(certificate && {
      hint: "Its certificate is not trusted. For your own tenant, name its CA with --ca-file FILE or DOORCODE_CA_FILE.",
    }),
  });
}

/** The error's code, or its cause's: `ECONNREFUSED`. */
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
  const need = requiredAccess(request);
  if (!need) return {};
  const who =
    target === "entra"
      ? `an administrator with the directory role ${need.role} (or Global Administrator)`
      : "an administrator of this tenant (`doorcode tenant users add EMAIL --administrator`)";
  return { hint: `This requires the Microsoft Graph permission ${need.scope}, granted to this program, and ${who}.` };
}

/** Graph's messages repeat what others wrote: this removes secrets, line breaks, control and direction characters. */
const oneLine = (text: string, secrets: string[]) =>
  withoutSecretValues(withoutSecrets(text, secrets))
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");

/** What a request carries and errors must not repeat: the password of a new account. */
function secretsOf({ body }: GraphRequest): string[] {
  const { passwordProfile } = (body ?? {}) as { passwordProfile?: { password?: string | null } | null };
  return passwordProfile?.password ? [passwordProfile.password] : [];
}

/** Reads `{ error: { code, message } }`. Other responses may contain anything, and are ignored. */
function errorOf(text: string, secrets: string[]): { code: string | undefined; message: string | undefined } {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    return {
      code: typeof error?.code === "string" ? oneLine(error.code, secrets).slice(0, 100) : undefined,
      message: typeof error?.message === "string" ? oneLine(error.message, secrets).slice(0, 500) : undefined,
    };
  } catch {
    return { code: undefined, message: undefined };
  }
}
