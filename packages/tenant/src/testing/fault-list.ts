/**
 * The endpoints that can fail, by the last part of their address.
 *
 * @example
 * ```ts
 * import { FAULT_ENDPOINTS, type RunningTenant } from "@doorcode/tenant";
 *
 * export async function failEverything({ testing }: RunningTenant): Promise<void> {
 *   for (const endpoint of FAULT_ENDPOINTS) await testing.faults.add({ endpoint, status: 503 });
 * }
 * ```
 */
export const FAULT_ENDPOINTS = [
  "authorize",
  "devicecode",
  "graph",
  "keys",
  "metadata",
  "revoke",
  "token",
  "userinfo",
] as const;

/** An endpoint that can fail. */
export type FaultEndpoint = (typeof FAULT_ENDPOINTS)[number];

/** A fault that waits for requests. */
export interface Fault {
  /** Identifies it, for `clear`. */
  id: string;
  /** Which endpoint. */
  endpoint: FaultEndpoint;
  /** Client ID; null for all requests. */
  clientId: string | null;
  /** How many requests it still applies to. */
  left: number;
  /** How many it has applied to. */
  used: number;
  /** The answer; null if it is the usual one, a number of Entra's, or none. */
  status: 429 | 503 | null;
  /** Seconds in `Retry-After`. */
  retryAfterSeconds: number;
  /** Entra's error number; null for another answer. */
  aadsts: number | null;
  /** Whether the connection is closed without an answer. */
  cut: boolean;
  /** Milliseconds before the answer. */
  delayMs: number;
}

/** The faults of one process: only in memory, so that a tenant never starts with them. */
export class Faults {
  #waiting: Fault[] = [];
  readonly #stopping = new AbortController();

  /** Aborted when the tenant stops: then no answer is late. */
  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  list(): Fault[] {
    return this.#waiting.map((fault) => ({ ...fault }));
  }

  add(fault: Fault): void {
    this.#waiting.push(fault);
  }

  remove(id: string | undefined): number {
    const before = this.#waiting.length;
    this.#waiting = id === undefined ? [] : this.#waiting.filter((fault) => fault.id !== id);
    return before - this.#waiting.length;
  }

  /** The fault of this request, which counts it. `clientId`: what the request says. */
  take(endpoint: FaultEndpoint, clientId: string | undefined): Fault | undefined {
    const fault = this.#waiting.find(
      (each) => each.endpoint === endpoint && (each.clientId === null || each.clientId === clientId?.toLowerCase()),
    );
    if (!fault) return undefined;
    fault.left--;
    fault.used++;
    if (fault.left === 0) this.remove(fault.id);
    return fault;
  }

  stop(): void {
    this.#waiting = [];
    this.#stopping.abort();
  }
}
