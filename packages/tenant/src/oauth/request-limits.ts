import type { User } from "../directory/entities.ts";
import type { TenantConfig } from "../directory/tenant-config.ts";
import { isLoopbackAddress, networksOf } from "../kernel/ip-address.ts";
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
  /** Beyond `interactionGlobal`: of one network. Without it a flood would stop sign-in for everyone. */
  interactionBeyondCap: FEW,
  /** Beyond any of these: of one person whose browser is signed in. */
  interactionByUser: FEW,
  /** Device codes of one network while those that wait are as many as may (`pendingDeviceCodes`). */
  deviceCodeBeyondCap: FEW,
  /**
   * Requests at the token endpoint, of clients that are not registered; in each process. Apart from the others: client
   * IDs that are made up stop no program that has one.
   */
  unknownClientByIp: { count: limits.refusedTokenRequestsByNetwork, windowMs: TEN_MINUTES },
  /** Those of one registered client that were refused; polls of a code that waits are none. */
  refusedTokenByClient: { count: Math.ceil(limits.refusedTokenRequestsByNetwork / 2), windowMs: TEN_MINUTES },
  /** The same of all registered clients: as much as twenty of them at their limit. */
  refusedTokenByIp: { count: 10 * limits.refusedTokenRequestsByNetwork, windowMs: TEN_MINUTES },
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
  // The networks first: what one asks for beyond its own share leaves the others' alone.
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
  const { throttle } = ctx.store;
  const { count, windowMs } = requestLimits(ctx.config)[limit];
  const taken: string[] = [];
  for (const { name, times } of networksOf(ip)) {
    const key = `${limit}:${name}`;
    const result = await throttle.take(key, { count: count * times, windowMs }, now);
    if (!result.allowed) {
      // The wider network keeps what one in it was refused.
      for (const each of taken) await throttle.giveBack(each, now);
      return result.retryAt;
    }
    taken.push(key);
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

/** Where a token request comes from. `isRegistered`: whether the client that it names is; asked only where that decides. */
interface TokenRequest {
  ip: string;
  clientId: string | undefined;
  isRegistered: () => Promise<boolean>;
}

interface Window {
  key: string;
  limit: { count: number; windowMs: number };
}

/**
 * Counts what the token endpoint refuses, in this process and in memory, because nothing may be written for a poll. Past
 * the limit one client in a network, or what is no client in it, is refused before its request costs more than one look-up;
 * a network as a whole much later, because good programs are behind the same address.
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
  async watch<T>(from: TokenRequest, answer: () => Promise<T>): Promise<T> {
    if (isUnlimited(this.#config, from.ip)) return answer();
    const ofClient = () => this.#windowsOf(from, ["refusedTokenByClient", "refusedTokenByIp"]);
    const ofUnknown = () => this.#windowsOf(from, ["unknownClientByIp"]);
    // A poll that waits counts nothing, and comes here most of all: while nothing was refused it costs nothing.
    if (this.#windows.size > 0 && this.#fullOf([...ofClient(), ...ofUnknown()])) {
      // A made-up client has no window of its own, so what is full may be the other kind's.
      const fullOfIts = this.#fullOf((await from.isRegistered()) ? ofClient() : ofUnknown());
      if (fullOfIts) throw tooManyRequests(fullOfIts.endsAt, this.#clock.now());
    }
    try {
      return await answer();
    } catch (error) {
      if (error instanceof ProtocolError && error.status < 500 && !ORDINARY.has(error.error)) {
        const counted = (await from.isRegistered()) ? ofClient() : ofUnknown();
        for (const { key, limit } of counted) this.#count(key, limit.windowMs);
      }
      throw error;
    }
  }

  #windowsOf(
    { ip, clientId = "" }: TokenRequest,
    names: ("unknownClientByIp" | "refusedTokenByClient" | "refusedTokenByIp")[],
  ): Window[] {
    const limits = requestLimits(this.#config);
    return networksOf(ip).flatMap(({ name, times }) =>
      names.map((limit) => {
        // Client IDs match whatever their case, so one in another case is the same client.
        const whose = limit === "refusedTokenByClient" ? `${name} ${clientId.slice(0, 64).toLowerCase()}` : name;
        const { count, windowMs } = limits[limit];
        return { key: `${limit}:${whose}`, limit: { count: count * times, windowMs } };
      }),
    );
  }

  #fullOf(windows: Window[]): { endsAt: number } | undefined {
    const now = this.#clock.now();
    for (const { key, limit } of windows) {
      const window = this.#windows.get(key);
      if (window && window.endsAt > now && window.count >= limit.count) return window;
    }
    return undefined;
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
