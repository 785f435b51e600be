import { guessGrade, userCodeLength } from "../../directory/user-code.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { isUnlimited, takeBeyondCap, tooManyRequests } from "../request-limits.ts";

/** Milliseconds that a count is trusted; what this process adds meanwhile is counted on top. */
const TRUSTED_FOR = 1_000;
/** When a client whose codes all wait may ask again: some of them will have ended. */
const RETRY_MS = 60_000;
/** Clients whose counts are kept. */
const MAX_CLIENTS = 1_000;

interface Count {
  value: number;
  at: number;
}

/** How many device codes wait for their user, in the tenant and of each client, without counting rows at every request. */
export class PendingCodes {
  readonly #ctx: Pick<OAuthContext, "config" | "store" | "clock">;
  readonly #counts = new Map<string, Count>();

  constructor(ctx: Pick<OAuthContext, "config" | "store" | "clock">) {
    this.#ctx = ctx;
  }

  /**
   * Refuses a code beyond the limits, and says how many characters another one needs. Where they are reached, a network
   * that asks for few still gets them: a flood takes up what may wait, not what people sign in with.
   *
   * @throws ProtocolError `too_many`
   */
  async lengthOfNext(clientId: string, ip: string): Promise<number> {
    const { config, store, clock } = this.#ctx;
    const now = clock.now();
    const all = await this.#count("all", () => store.grants.countLive(now));
    if (!isUnlimited(config, ip)) {
      const own = await this.#count(`client ${clientId}`, () => store.grants.countLive(now, clientId));
      const { pendingDeviceCodes, pendingDeviceCodesByClient } = config.limits;
      if (all.value >= pendingDeviceCodes || own.value >= pendingDeviceCodesByClient) {
        const retryAt = await takeBeyondCap(this.#ctx, ip, now);
        if (retryAt !== undefined) throw tooManyRequests(Math.min(retryAt, now + RETRY_MS), now);
      }
    }
    const guesses = await this.#count("guesses", () => store.throttle.peek("userCodeGlobal:tenant", 0, now));
    // Twice: codes are long enough before the shorter ones are no longer accepted.
    return userCodeLength(all.value, guessGrade(2 * guesses.value));
  }

  added(clientId: string): void {
    for (const key of ["all", `client ${clientId}`]) {
      const count = this.#counts.get(key);
      if (count) count.value++;
    }
  }

  async #count(key: string, read: () => Promise<number>): Promise<Count> {
    const now = this.#ctx.clock.now();
    let count = this.#counts.get(key);
    if (!count || Math.abs(now - count.at) > TRUSTED_FOR) {
      if (this.#counts.size >= MAX_CLIENTS) this.#counts.clear();
      // Others trust the old value until the new one is there.
      if (count) count.at = now;
      const value = await read();
      count = { value, at: now };
      this.#counts.set(key, count);
    }
    return count;
  }
}
