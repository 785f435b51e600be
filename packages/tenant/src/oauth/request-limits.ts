import type { User } from "../directory/entities.ts";
import type { TenantConfig } from "../directory/tenant-config.ts";
import { isLoopbackAddress, networkOf, networksOf } from "../kernel/ip-address.ts";
import type { Clock } from "../kernel/time.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ProtocolError } from "./protocol-error.ts";

const TEN_MINUTES = 10 * 60 * 1000;

/** What one network, or one person, goes on with where others have used up what there is. */
const FEW = { count: 20, windowMs: TEN_MINUTES };

/**
 * How much one network may ask for, whether or not it proves who it is; an IPv6 /48 a few times as much
 * (`networksOf`). Their size: `TenantLimits`.
 */
export const requestLimits = ({ limits }: Pick<TenantConfig, "limits">) => ({
  /** Device codes. */
  deviceCodeByIp: { count: limits.deviceCodesByNetwork, windowMs: TEN_MINUTES },
  /** Interactions that begin, each with a browser session perhaps, and requests of programs that lead to one. */
  interactionByIp: { count: limits.interactionsByNetwork, windowMs: TEN_MINUTES },
  /** The same from everywhere. It bounds the rows of a flood: people go on, by `interactionBeyondCap`. */
  interactionGlobal: { count: limits.interactions, windowMs: TEN_MINUTES },
  /** Beyond `interactionGlobal`: of one network. Without it a flood would keep everybody out. */
  interactionBeyondCap: FEW,
  /** Beyond any of these: of one person whose browser is signed in. */
  interactionByUser: FEW,
  /** Device codes of one network while those that wait are as many as may (`pendingDeviceCodes`). */
  deviceCodeBeyondCap: FEW,
  /** Requests at the token endpoint that were refused; polls of a code that waits are none. In each process. */
  refusedTokenByIp: { count: limits.refusedTokenRequestsByNetwork, windowMs: TEN_MINUTES },
  /** The same of one client, so that one broken program leaves the others of its network half of them. */
  refusedTokenByClient: { count: Math.ceil(limits.refusedTokenRequestsByNetwork / 2), windowMs: TEN_MINUTES },
});

/** On the embedded default the machine's own programs are not limited: they are its user's. */
export function isUnlimited({ embedded }: TenantConfig, ip: string): boolean {
  return embedded && isLoopbackAddress(ip);
}

type RequestContext = Pick<OAuthContext, "config" | "store">;

/** Who asks. `user`: who is signed in in this browser. */
interface Asking {
  ip: string;
  user?: Pick<User, "id"> | undefined;
}

/** Takes one for what is about to be stored; when the network may go on, or undefined where it may at once. */
export async function takeRequest(
  ctx: RequestContext,
  limit: "deviceCodeByIp" | "interactionByIp",
  from: Asking,
  now: number,
): Promise<number | undefined> {
  if (isUnlimited(ctx.config, from.ip)) return undefined;
  // The networks first: what one asks for beyond its own share uses up nobody else's.
  const retryAt = await takeOfNetworks(ctx, limit, from.ip, now);
  if (limit === "deviceCodeByIp") return retryAt;
  const limits = requestLimits(ctx.config);
  if (retryAt === undefined) {
    const ofAll = await ctx.store.throttle.take("interactionGlobal:tenant", limits.interactionGlobal, now);
    if (ofAll.allowed) return undefined;
  }
  if (from.user) {
    const { allowed } = await ctx.store.throttle.take(
      `interactionByUser:${from.user.id}`,
      limits.interactionByUser,
      now,
    );
    if (allowed) return undefined;
  }
  return retryAt ?? takeOfNetworks(ctx, "interactionBeyondCap", from.ip, now);
}

/** Takes one of the few device codes that each network has while as many wait as may. */
export function takeBeyondCap(ctx: RequestContext, ip: string, now: number): Promise<number | undefined> {
  return takeOfNetworks(ctx, "deviceCodeBeyondCap", ip, now);
}

async function takeOfNetworks(
  ctx: RequestContext,
  limit: "deviceCodeByIp" | "interactionByIp" | "interactionBeyondCap" | "deviceCodeBeyondCap",
  ip: string,
  now: number,
): Promise<number | undefined> {
  const { count, windowMs } = requestLimits(ctx.config)[limit];
  for (const { name, times } of networksOf(ip)) {
    const taken = await ctx.store.throttle.take(`${limit}:${name}`, { count: count * times, windowMs }, now);
    if (!taken.allowed) return taken.retryAt;
  }
  return undefined;
}

/** RFC 6749 §5.2 has no error for it; with 429 and Retry-After clients wait and go on. */
export function tooManyRequests(retryAt: number, now: number): ProtocolError {
  return new ProtocolError("too_many", { retryAfterSeconds: Math.max(1, Math.ceil((retryAt - now) / 1_000)) });
}

/** What a device and its person hear in the ordinary course of a sign-in: no sign of a program that goes on in vain. */
const ORDINARY = new Set([
  "authorization_pending",
  "slow_down",
  "expired_token",
  "access_denied",
  "authorization_declined",
  "interaction_required",
  "temporarily_unavailable",
]);

/**
 * Counts what the token endpoint refuses, in this process and in memory, because nothing may be written for a poll. Past
 * the limit a network, or one client in it, is refused before its request costs anything.
 */
export class RefusedRequests {
  readonly #config: TenantConfig;
  readonly #clock: Clock;
  /** In the order in which they began, and so end. */
  readonly #windows = new Map<string, { count: number; endsAt: number }>();
  readonly #maxKept: number;

  constructor(config: TenantConfig, clock: Clock, maxKept = 20_000) {
    this.#config = config;
    this.#clock = clock;
    this.#maxKept = maxKept;
  }

  /**
   * Answers the request, and counts it where it is refused.
   *
   * @throws ProtocolError `too_many`
   */
  async watch<T>(from: { ip: string; clientId: string | undefined }, answer: () => Promise<T>): Promise<T> {
    if (isUnlimited(this.#config, from.ip)) return answer();
    const network = networkOf(from.ip);
    const { refusedTokenByIp, refusedTokenByClient } = requestLimits(this.#config);
    const keys = [
      { key: network, limit: refusedTokenByIp },
      { key: `${network} ${(from.clientId ?? "").slice(0, 64)}`, limit: refusedTokenByClient },
    ];
    const now = this.#clock.now();
    for (const { key, limit } of keys) {
      const window = this.#windows.get(key);
      if (window && window.endsAt > now && window.count >= limit.count) throw tooManyRequests(window.endsAt, now);
    }
    try {
      return await answer();
    } catch (error) {
      if (error instanceof ProtocolError && error.status < 500 && !ORDINARY.has(error.error)) {
        for (const { key, limit } of keys) this.#count(key, limit.windowMs);
      }
      throw error;
    }
  }

  #count(key: string, windowMs: number): void {
    const now = this.#clock.now();
    const window = this.#windows.get(key);
    if (window && window.endsAt > now) {
      window.count++;
      return;
    }
    this.#windows.delete(key);
    for (const [oldest, { endsAt }] of this.#windows) {
      if (endsAt > now && this.#windows.size < this.#maxKept) break;
      this.#windows.delete(oldest);
    }
    this.#windows.set(key, { count: 1, endsAt: now + windowMs });
  }
}
