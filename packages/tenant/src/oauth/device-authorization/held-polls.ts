import type { IncomingMessage, ServerResponse } from "node:http";
import type { TenantConfig } from "../../directory/tenant-config.ts";
import { networksOf } from "../../kernel/ip-address.ts";
import { after, type Clock } from "../../kernel/time.ts";
import type { GrantChanges, WatchedGrant } from "../../storage/grant-changes.ts";
import { isUnlimited } from "../request-limits.ts";

/**
 * Why a held poll continues: the grant or its app may have `changed`; the wait is `over`; the tenant stops (`stopping`);
 * the client's connection is `gone`.
 */
export type Woken = "changed" | "over" | "stopping" | "gone";

export interface HeldPoll {
  /** The next reason, at once if there was one since the last call. */
  next(): Promise<Woken>;
  /** Ends the watch and the timer, and frees the place. */
  release(): void;
}

interface Waiting extends WatchedGrant {
  ip: string;
  /** Milliseconds. */
  ms: number;
  response: ServerResponse;
}

/**
 * The polls that wait for their grant to change (`Prefer: wait=N`). At most one per device code, and only as many as the
 * limits allow: any other is answered at once, as a poll without the preference.
 */
export class HeldPolls {
  readonly #ctx: { config: TenantConfig; clock: Clock; store: { grantChanges: GrantChanges } };
  readonly #held = new Map<string, Held>();
  readonly #byNetwork = new Map<string, number>();
  #stopping = false;

  constructor(ctx: { config: TenantConfig; clock: Clock; store: { grantChanges: GrantChanges } }) {
    this.#ctx = ctx;
  }

  /** Number of held polls, for the metrics and the tests. */
  get size(): number {
    return this.#held.size;
  }

  /**
   * Holds a poll, or returns undefined if it must be answered at once. Read the grant again after this call: it may have
   * changed before.
   */
  hold(waiting: Waiting): HeldPoll | undefined {
    const { deviceCodeHash, ip } = waiting;
    const { config, clock, store } = this.#ctx;
    if (this.#stopping || waiting.ms <= 0 || waiting.response.destroyed) return undefined;
    if (this.#held.has(deviceCodeHash) || this.#held.size >= config.limits.heldPolls) return undefined;
    const networks = isUnlimited(config, ip) ? [] : networksOf(ip);
    const most = config.limits.heldPollsByNetwork;
    if (networks.some(({ name, times }) => (this.#byNetwork.get(name) ?? 0) >= most * times)) return undefined;

    for (const { name } of networks) this.#byNetwork.set(name, (this.#byNetwork.get(name) ?? 0) + 1);
    const held = new Held(waiting.response, () => {
      this.#held.delete(deviceCodeHash);
      for (const { name } of networks) {
        const left = (this.#byNetwork.get(name) ?? 1) - 1;
        if (left > 0) this.#byNetwork.set(name, left);
        else this.#byNetwork.delete(name);
      }
    });
    this.#held.set(deviceCodeHash, held);
    held.start(clock, waiting.ms, (changed) => store.grantChanges.watch(waiting, changed));
    return held;
  }

  /** From now on no poll is held, and those that are held are answered at once. */
  stop(): void {
    this.#stopping = true;
    for (const held of [...this.#held.values()]) held.wake("stopping");
  }
}

class Held implements HeldPoll {
  readonly #response: ServerResponse;
  readonly #free: () => void;
  readonly #gone = () => this.wake("gone");
  #stopTimer: (() => void) | undefined;
  #unwatch: (() => void) | undefined;
  #woken: Woken | undefined;
  #resolve: ((woken: Woken) => void) | undefined;
  #released = false;

  constructor(response: ServerResponse, free: () => void) {
    this.#response = response;
    this.#free = free;
  }

  start(clock: Clock, ms: number, watch: (changed: () => void) => () => void): void {
    this.#response.once("close", this.#gone);
    this.#stopTimer = after(clock, ms, () => this.wake("over"));
    this.#unwatch = watch(() => this.wake("changed"));
  }

  wake(woken: Woken): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(woken);
    // The other reasons are final, and no change hides them.
    if (woken === "changed" ? !resolve && this.#woken === undefined : this.#isLive()) this.#woken = woken;
  }

  next(): Promise<Woken> {
    const woken = this.#woken;
    if (woken === undefined) return new Promise((resolve) => (this.#resolve = resolve));
    if (woken === "changed") this.#woken = undefined;
    return Promise.resolve(woken);
  }

  #isLive(): boolean {
    return this.#woken === undefined || this.#woken === "changed";
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#response.off("close", this.#gone);
    this.#stopTimer?.();
    this.#unwatch?.();
    this.#free();
  }
}

interface HeldTime {
  ms: number;
  /** If the poll was held before the web framework saw it: the seconds of its `Preference-Applied`. */
  applied?: number;
}

const heldTimes = new WeakMap<IncomingMessage, HeldTime>();

/** Milliseconds for which the request was held: no time that the tenant spent on it. */
export const heldMs = (request: IncomingMessage): number => heldTimes.get(request)?.ms ?? 0;

/** Set if the poll was already held and its pace noted (`holdPlainPoll`): it is answered as it is read now. */
export const heldBefore = (request: IncomingMessage): number | undefined => heldTimes.get(request)?.applied;

export const noteHeld = (request: IncomingMessage, held: HeldTime): void => void heldTimes.set(request, held);
