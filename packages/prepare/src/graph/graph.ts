import { randomUUID } from "node:crypto";
import { PrepareError } from "../plan/prepare-error.ts";
import { type Clock, systemClock } from "./clock.ts";
import { GraphConflict, GraphUncertain, isNotThere, noAnswer, refusal } from "./failures.ts";
import type { GraphAccess } from "./graph-access.ts";
import type { GraphRequest } from "./request.ts";
import { Retries } from "./retries.ts";

export interface GraphOptions {
  clock?: Clock | undefined;
  signal?: AbortSignal | undefined;
}

/** Pages of one list: more are a server that goes round in circles. */
const MAX_PAGES = 10_000;

/** Microsoft Graph as the plan uses it: sends with patience, follows pages, and says what a refusal means. */
export class Graph {
  readonly target: GraphAccess["target"];
  readonly base: string;
  readonly clock: Clock;
  readonly #access: GraphAccess;
  readonly #signal: AbortSignal | undefined;
  /** What this run created: others may not see it yet (eventual consistency). */
  readonly #fresh = new Set<string>();
  #reached = false;

  constructor(access: GraphAccess, options: GraphOptions = {}) {
    this.target = access.target;
    this.base = access.base;
    this.clock = options.clock ?? systemClock;
    this.#access = access;
    this.#signal = options.signal;
  }

  /** The answer's JSON; undefined where there is none (204). Throws PrepareError, GraphConflict, GraphUncertain. */
  async send<Answer>(request: GraphRequest<Answer>): Promise<Answer | undefined> {
    const answer = await this.#send(request, `${this.base}${request.path}`);
    return answer as Answer | undefined;
  }

  /** Undefined where Graph knows no such thing (404). */
  async find<Answer>(request: GraphRequest<Answer>): Promise<Answer | undefined> {
    try {
      return await this.send(request);
    } catch (error) {
      if (error instanceof PrepareError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Every page of a list. */
  async list<Item>(request: GraphRequest<{ value: Item[] }>): Promise<Item[]> {
    const items: Item[] = [];
    let url = `${this.base}${request.path}`;
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = (await this.#send(request, url)) as { value?: unknown; "@odata.nextLink"?: unknown } | undefined;
      if (!Array.isArray(answer?.value))
        throw new PrepareError("graph_misbehaved", `Graph's answer to ${request.method} ${request.path} is no list.`);
      items.push(...(answer.value as Item[]));
      const next = answer["@odata.nextLink"];
      if (next === undefined || next === null) return items;
      if (typeof next !== "string" || next === url || !this.#isBelowBase(next))
        throw new PrepareError(
          "graph_misbehaved",
          `The next page of ${request.path} is not below ${this.base}, so the token was not sent there.`,
        );
      url = next;
    }
    throw new PrepareError("graph_misbehaved", `${request.path} has pages without an end.`);
  }

  /** From here on others may not see it for a while: a "not found" that names it is asked again. */
  created(...names: (string | null | undefined)[]): void {
    for (const name of names) if (name) this.#fresh.add(name);
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
        const unreachable = noAnswer(this.base, error, requestId);
        if (mayHaveHappened(request)) throw new GraphUncertain(unreachable);
        if (!(await retries.after(this.#reached ? "unreachable" : "never reached"))) throw unreachable;
        continue;
      }
      if (response.status >= 200 && response.status < 300) return parse(request, text, requestId);

      // What is to be gone is gone.
      if (response.status === 404 && request.method === "DELETE") return undefined;
      const refused = refusal(request, response, text, requestId, this.target);
      if (refused.status === 429) {
        if (!(await retries.afterThrottling(response.headers.get("retry-after")))) throw refused;
      } else if (refused.status >= 500) {
        if (mayHaveHappened(request)) throw new GraphUncertain(refused);
        if (!(await retries.after("unreachable", response.headers.get("retry-after")))) throw refused;
      } else if (this.#mayAppear(request, refused)) {
        if (!(await retries.after("not there yet"))) throw refused;
      } else if (isThereAlready(request, refused)) throw new GraphConflict(refused);
      else throw refused;
    }
  }

  #mayAppear(request: GraphRequest, refused: PrepareError): boolean {
    if (!isNotThere(refused)) return false;
    const said = `${decodeURIComponent(request.path)} ${JSON.stringify(request.body ?? {})}`;
    return [...this.#fresh].some((name) => said.includes(name));
  }

  #isBelowBase(next: string): boolean {
    if (!URL.canParse(next)) return false;
    const url = new URL(next);
    const base = new URL(this.base);
    return url.origin === base.origin && url.pathname.startsWith(`${base.pathname}/`) && !url.username && !url.password;
  }

  #stopIfInterrupted(cause?: unknown): void {
    if (this.#signal?.aborted)
      throw new PrepareError("interrupted", "It was interrupted.", { cause: cause ?? this.#signal.reason });
  }
}

/** A create that is sent twice may be done twice; everything else may be sent again. */
function mayHaveHappened(request: GraphRequest): boolean {
  return request.method === "POST";
}

/** Graph says so by 409, of references and assignments by 400. */
function isThereAlready({ method }: GraphRequest, { status, message }: PrepareError): boolean {
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
