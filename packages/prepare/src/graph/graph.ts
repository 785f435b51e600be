import { randomUUID } from "node:crypto";
import { PrepareError } from "../prepare-error.ts";
import { connectionError, GraphConflict, GraphOutcomeUnknown, mayBeReplicating, responseError } from "./failures.ts";
import type { GraphAccess, GraphRequest } from "./request.ts";
import { type Clock, Retries, systemClock } from "./retries.ts";

export interface GraphOptions {
  clock?: Clock | undefined;
  signal?: AbortSignal | undefined;
}

/** The most pages of one list; a server that sends more is in a loop. */
const MAX_PAGES = 10_000;

/** A client for Microsoft Graph: it repeats requests where that is safe, follows pages, and converts errors. */
export class Graph {
  readonly target: GraphAccess["target"];
  readonly base: string;
  readonly clock: Clock;
  readonly #access: GraphAccess;
  readonly #signal: AbortSignal | undefined;
  /** IDs that this run created and that replicas may not have yet (eventual consistency). */
  readonly #justCreated = new Set<string>();
  #reached = false;

  constructor(access: GraphAccess, options: GraphOptions = {}) {
    this.target = access.target;
    this.base = access.base;
    this.clock = options.clock ?? systemClock;
    this.#access = access;
    this.#signal = options.signal;
  }

  /**
   * Sends a request and returns the JSON of the response; undefined for a 204.
   * @throws {PrepareError} Graph rejected the request or cannot be reached.
   * @throws {GraphConflict} Another run changed the object first.
   * @throws {GraphOutcomeUnknown} A create got no response.
   */
  async send<Answer>(request: GraphRequest<Answer>): Promise<Answer | undefined> {
    const answer = await this.#send(request, `${this.base}${request.path}`);
    return answer as Answer | undefined;
  }

  /** The same, but undefined if the object does not exist (404). */
  async find<Answer>(request: GraphRequest<Answer>): Promise<Answer | undefined> {
    try {
      return await this.send(request);
    } catch (error) {
      if (error instanceof PrepareError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Returns all pages of a list. */
  async list<Item>(request: GraphRequest<{ value: Item[] }>): Promise<Item[]> {
    const items: Item[] = [];
    let url = `${this.base}${request.path}`;
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = (await this.#send(request, url)) as { value?: unknown; "@odata.nextLink"?: unknown } | undefined;
      if (!Array.isArray(answer?.value))
        throw new PrepareError(
          "graph_misbehaved",
          `Graph's answer to ${request.method} ${request.path} is not a list.`,
        );
      items.push(...(answer.value as Item[]));
      const next = answer["@odata.nextLink"];
      if (next === undefined || next === null) return items;
      if (typeof next !== "string" || next === url || !this.#isBelowBase(next))
        throw new PrepareError(
          "graph_misbehaved",
          `The next page of ${request.path} is not below ${this.base}, so the token was not sent.`,
        );
      url = next;
    }
    throw new PrepareError("graph_misbehaved", `${request.path} has an endless number of pages.`);
  }

  /** Registers the IDs of a new object: a request that does not find them is repeated until every replica has it. */
  created(...names: (string | null | undefined)[]): void {
    for (const name of names) if (name) this.#justCreated.add(name);
  }

  async #send(request: GraphRequest, url: string): Promise<unknown> {
    const retries = new Retries(this.clock, this.#signal);
    const requestId = randomUUID();
    for (;;) {
      this.#stopIfInterrupted();
      let response: Response;
      let text: string;
      try {
        response = await this.#access.fetch(url, initOf(request, requestId));
        text = await response.text();
        this.#reached = true;
      } catch (error) {
        this.#stopIfInterrupted(error);
        const unreachable = connectionError(this.base, error, requestId);
        if (isUnsafeToRepeat(request)) throw new GraphOutcomeUnknown(unreachable);
        if (!(await retries.after(this.#reached ? "unreachable" : "never reached"))) throw unreachable;
        continue;
      }
      if (response.status >= 200 && response.status < 300) return parse(request, text, requestId);

      // Already deleted.
      if (response.status === 404 && request.method === "DELETE") return undefined;
      const refused = responseError(request, response, text, requestId, this.target);
      if (refused.status === 429) {
        if (!(await retries.afterThrottling(response.headers.get("retry-after")))) throw refused;
      } else if (refused.status >= 500) {
        if (isUnsafeToRepeat(request)) throw new GraphOutcomeUnknown(refused);
        if (!(await retries.after("unreachable", response.headers.get("retry-after")))) throw refused;
      } else if (mayBeReplicating(refused) && this.#namesNewObject(request)) {
        if (!(await retries.after("not there yet"))) throw refused;
      } else if (isConflict(request, refused)) throw new GraphConflict(refused);
      else throw refused;
    }
  }

  #namesNewObject(request: GraphRequest): boolean {
    const sent = `${decodeURIComponent(request.path)} ${JSON.stringify(request.body ?? {})}`;
    return [...this.#justCreated].some((name) => sent.includes(name));
  }

  #isBelowBase(next: string): boolean {
    if (!URL.canParse(next)) return false;
    const url = new URL(next);
    const base = new URL(this.base);
    return url.origin === base.origin && url.pathname.startsWith(`${base.pathname}/`) && !url.username && !url.password;
  }

  #stopIfInterrupted(cause?: unknown): void {
    if (this.#signal?.aborted)
      throw new PrepareError("interrupted", "The run was interrupted.", { cause: cause ?? this.#signal.reason });
  }
}

/** A create that is sent twice may happen twice; every other request may be repeated. */
function isUnsafeToRepeat(request: GraphRequest): boolean {
  return request.method === "POST";
}

/** Whether the object already exists: 409, or 400 for references and assignments. */
function isConflict({ method }: GraphRequest, { status, message }: PrepareError): boolean {
  return status === 409 || (status === 400 && method === "POST" && /already exist/i.test(message));
}

function initOf(request: GraphRequest, requestId: string): Parameters<GraphAccess["fetch"]>[1] {
  const headers: Record<string, string> = {
    accept: "application/json",
    "client-request-id": requestId,
    ...request.headers,
  };
  if (!request.body) return { method: request.method, headers };
  return {
    method: request.method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(request.body),
  };
}

function parse(request: GraphRequest, text: string, requestId: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PrepareError("graph_misbehaved", `Graph's answer to ${request.method} ${request.path} is not JSON.`, {
      cause,
      requestId,
    });
  }
}
