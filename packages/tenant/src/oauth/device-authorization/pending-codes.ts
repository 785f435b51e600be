import { guessGrade, userCodeLength } from "../../directory/user-code.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { isUnlimited, takeBeyondCap, tooManyRequests } from "../request-limits.ts";

/** How long a count is trusted, in milliseconds. Codes that this process adds meanwhile are added to it. */
const TRUSTED_FOR = 1_000;
/**
 * Longer for more rows than 50,000, because a database needs about half a microsecond to count one. Other nodes can pass
 * the limit by what they add in that time.
 */
const TRUSTED_FOR_EACH = 1 / 50;
const TRUSTED_AT_MOST = 10_000;
/** When a client at its limit may request again: some of its codes will have ended by then. */
const RETRY_MS = 60_000;
/** How many clients' counts are cached. */
const MAX_CLIENTS = 1_000;

interface Count {
  value: number;
  at: number;
}

/**
 * How many device codes wait for their user, for the tenant and each client, without counting rows at every request.
 */
export class PendingCodes {
  readonly #ctx: Pick<OAuthContext, "config" | "store" | "clock">;
  readonly #counts = new Map<string, Count>();

  constructor(ctx: Pick<OAuthContext, "config" | "store" | "clock">) {
    this.#ctx = ctx;
  }

  /**
   * Refuses a code beyond the limits, and returns how many characters the next one needs. At the limits, a network that
   * requests few codes still gets them: a flood uses up the waiting places, not those that people sign in with.
   *
   * @throws ProtocolError `too_many`
   */
  async lengthOfNext(clientId: string, ip: string): Promise<number> {
    const { config, store, clock } = this.#ctx;
    const now = clock.now();
    const all = await this.#count("all", () => store.grants.countLive(now));
    if (!isUnlimited(config, ip)) {
      const { pendingDeviceCodes, pendingDeviceCodesByClient } = config.limits;
      // One client has no more than all together.
      const mayBeFull = all.value >= pendingDeviceCodesByClient;
      const countOwn = () => this.#count(`client ${clientId}`, () => store.grants.countLive(now, clientId));
      const isFull = mayBeFull && (await countOwn()).value >= pendingDeviceCodesByClient;
      if (all.value >= pendingDeviceCodes || isFull) {
        const retryAt = await takeBeyondCap(this.#ctx, ip, now);
        if (retryAt !== undefined) throw tooManyRequests(Math.min(retryAt, now + RETRY_MS), now);
      }
    }
    const guesses = await this.#count("guesses", () => store.throttle.peek("userCodeGlobal:tenant", 0, now));
    return lengthFor(all.value, guesses.value);
  }

  /** The same from recent counts. Undefined if something must be counted, or a limit is reached: then ask the store. */
  knownLength(clientId: string, ip: string): number | undefined {
    const { config } = this.#ctx;
    const [all, own, guesses] = ["all", `client ${clientId}`, "guesses"].map((key) => this.#recent(key)?.value);
    if (all === undefined || guesses === undefined) return undefined;
    if (!isUnlimited(config, ip)) {
      const { pendingDeviceCodes, pendingDeviceCodesByClient } = config.limits;
      if (all >= pendingDeviceCodes) return undefined;
      if (all >= pendingDeviceCodesByClient && (own === undefined || own >= pendingDeviceCodesByClient))
        return undefined;
    }
    return lengthFor(all, guesses);
  }

  added(clientId: string): void {
    for (const key of ["all", `client ${clientId}`]) {
      const count = this.#counts.get(key);
      if (count) count.value++;
    }
  }

  #recent(key: string): Count | undefined {
    const count = this.#counts.get(key);
    if (!count) return undefined;
    const trustedFor = Math.min(Math.max(TRUSTED_FOR, count.value * TRUSTED_FOR_EACH), TRUSTED_AT_MOST);
    return Math.abs(this.#ctx.clock.now() - count.at) <= trustedFor ? count : undefined;
  }

  async #count(key: string, read: () => Promise<number>): Promise<Count> {
    const recent = this.#recent(key);
    if (recent) return recent;
    if (this.#counts.size >= MAX_CLIENTS) this.#counts.clear();
    const now = this.#ctx.clock.now();
    const old = this.#counts.get(key);
    const before = old?.at;
    // Concurrent callers use the old value until the new one is available.
    if (old) old.at = now;
    const value = await read().catch((error) => {
      if (old && before !== undefined) old.at = before;
      throw error;
    });
    const count = { value, at: now };
    this.#counts.set(key, count);
    return count;
  }
}

/** Guesses count double, so that codes are long enough before the shorter ones are rejected. */
const lengthFor = (liveCodes: number, guesses: number) => userCodeLength(liveCodes, guessGrade(2 * guesses));
