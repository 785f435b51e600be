import type { User } from "../directory/entities.ts";
import type { TenantConfig } from "../directory/tenant-config.ts";
import { isLoopbackAddress, networksOf } from "../kernel/ip-address.ts";
import { noTelemetry, type Telemetry } from "../kernel/telemetry.ts";
import type { Clock } from "../kernel/time.ts";
import type { Charge, ThrottleStore } from "../storage/store.ts";
import { ProtocolError } from "./protocol-error.ts";

const TEN_MINUTES = 10 * 60 * 1000;

/** What one network, or one user, can still do after others have used up the shared limit. */
const FEW = { count: 20, windowMs: TEN_MINUTES };

/**
 * How much one network can request, authenticated or not. An IPv6 /48 gets a few times as much (`networksOf`). For the
 * sizes see `TenantLimits`.
 */
export const requestLimits = ({ limits }: Pick<TenantConfig, "limits">) => ({
  /** Device codes. */
  deviceCodeByIp: { count: limits.deviceCodesByNetwork, windowMs: TEN_MINUTES },
  /** Interactions that begin, which may each create a browser session, and requests of programs that lead to one. */
  interactionByIp: { count: limits.interactionsByNetwork, windowMs: TEN_MINUTES },
  /**
   * The same from all networks together. Bounds the rows of a flood; users can still continue through
   * `interactionBeyondCap`.
   */
  interactionGlobal: { count: limits.interactions, windowMs: TEN_MINUTES },
  /** Beyond `interactionGlobal`, for one network. Without it, a flood would stop sign-in for everyone. */
  interactionBeyondCap: FEW,
  /** Beyond any of these, for one user whose browser is signed in. */
  interactionByUser: FEW,
  /** Device codes of one network while the maximum number of codes is waiting (`pendingDeviceCodes`). */
  deviceCodeBeyondCap: FEW,
  /**
   * Token requests of unregistered clients, in each process. Separate from the others, so that made-up client IDs do
   * not block registered programs.
   */
  unknownClientByIp: { count: limits.refusedTokenRequestsByNetwork, windowMs: TEN_MINUTES },
  /** Refused requests of one registered client, without pending polls. */
  refusedTokenByClient: { count: Math.ceil(limits.refusedTokenRequestsByNetwork / 2), windowMs: TEN_MINUTES },
  /** The same for all registered clients: as much as twenty of them at their limit. */
  refusedTokenByIp: { count: 10 * limits.refusedTokenRequestsByNetwork, windowMs: TEN_MINUTES },
});

/** In the embedded default, programs on this machine are not limited: they are its user's own. */
export function isUnlimited({ embedded }: TenantConfig, ip: string): boolean {
  return embedded && isLoopbackAddress(ip);
}

interface RequestContext {
  config: TenantConfig;
  store: { throttle: ThrottleStore };
}

/** Who asks. `user`: the user who is signed in in this browser. */
interface Asking {
  ip: string;
  user?: Pick<User, "id"> | undefined;
}

/**
 * Charges one request for something about to be stored. Returns when the network may continue, or undefined if it may
 * at once.
 */
export async function takeRequest(
  ctx: RequestContext,
  limit: "deviceCodeByIp" | "interactionByIp",
  from: Asking,
  now: number,
): Promise<number | undefined> {
  if (isUnlimited(ctx.config, from.ip)) return undefined;
  if (limit === "deviceCodeByIp") return takeOfNetworks(ctx, limit, from.ip, now);
  const limits = requestLimits(ctx.config);
  // Together, so that requests beyond a network's own share do not use up the others', nor the reverse.
  const all = { bucket: "interactionGlobal:tenant", limit: limits.interactionGlobal };
  const taken = await ctx.store.throttle.takeAll([...chargesOf(ctx.config, limit, from.ip).toReversed(), all], now);
  if (taken.allowed) return undefined;
  if (from.user) {
    const { allowed } = await ctx.store.throttle.take(
      `interactionByUser:${from.user.id}`,
      limits.interactionByUser,
      now,
    );
    if (allowed) return undefined;
  }
  if (taken.bucket !== all.bucket) return taken.retryAt;
  return takeOfNetworks(ctx, "interactionBeyondCap", from.ip, now);
}

/** What `takeRequest` would take for a device code, to be taken when it is inserted. */
export function deviceCodeCharges({ config }: Pick<RequestContext, "config">, ip: string): Charge[] {
  return isUnlimited(config, ip) ? [] : chargesOf(config, "deviceCodeByIp", ip);
}

type NetworkLimit = "deviceCodeByIp" | "interactionByIp" | "interactionBeyondCap" | "deviceCodeBeyondCap";

/** Of the wider network, if there is one, then of the request's own. */
function chargesOf(config: TenantConfig, limit: NetworkLimit, ip: string): Charge[] {
  const { count, windowMs } = requestLimits(config)[limit];
  return networksOf(ip).map(({ name, times }) => ({
    bucket: `${limit}:${name}`,
    limit: { count: count * times, windowMs },
  }));
}

/** Charges one of the few device codes that each network can still have at the limit of waiting codes. */
export function takeBeyondCap(ctx: RequestContext, ip: string, now: number): Promise<number | undefined> {
  return takeOfNetworks(ctx, "deviceCodeBeyondCap", ip, now);
}

async function takeOfNetworks(
  ctx: RequestContext,
  limit: NetworkLimit,
  ip: string,
  now: number,
): Promise<number | undefined> {
  // The request's own network first, as `GrantStore.insert` takes them.
  const taken = await ctx.store.throttle.takeAll(chargesOf(ctx.config, limit, ip).toReversed(), now);
  return taken.allowed ? undefined : taken.retryAt;
}

/** RFC 6749 §5.2 has no error for it. With 429 and Retry-After, clients wait and continue. */
export function tooManyRequests(retryAt: number, now: number): ProtocolError {
  return new ProtocolError("too_many", { retryAfterSeconds: Math.max(1, Math.ceil((retryAt - now) / 1_000)) });
}

/** Errors that are part of a normal sign-in, and no sign of a program that keeps failing. */
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
 * Where a token request comes from. `isRegistered`: whether the client that it names is registered, called only when it
 * matters.
 */
interface TokenRequest {
  ip: string;
  clientId: string | undefined;
  isRegistered: () => Promise<boolean>;
}

const ALL_WINDOWS: ("unknownClientByIp" | "refusedTokenByClient" | "refusedTokenByIp")[] = [
  "refusedTokenByClient",
  "refusedTokenByIp",
  "unknownClientByIp",
];

interface Window {
  key: string;
  name: string;
  limit: { count: number; windowMs: number };
}

/**
 * Counts refusals at the token endpoint, in this process and in memory, because a poll must not write anything. Past
 * the limit, a registered client in one network, or all unregistered IDs there, are refused before their request costs
 * more than one lookup. A network as a whole is refused much later, because legitimate programs share the address.
 */
export class RefusedRequests {
  readonly #config: TenantConfig;
  readonly #clock: Clock;
  readonly #telemetry: Pick<Telemetry, "limitReached">;
  /** In the order in which they begin, and so expire. */
  readonly #windows = new Map<string, { count: number; endsAt: number }>();
  readonly #maxKept: number;

  constructor(
    config: TenantConfig,
    clock: Clock,
    telemetry: Pick<Telemetry, "limitReached"> = noTelemetry,
    maxKept = 20_000,
  ) {
    this.#config = config;
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#maxKept = maxKept;
  }

  /** False if a request may be refused before it is looked at: then `watch` decides. */
  admits({ ip, clientId }: Pick<TokenRequest, "ip" | "clientId">): boolean {
    if (this.#windows.size === 0 || isUnlimited(this.#config, ip)) return true;
    return !this.#fullOf(this.#windowsOf({ ip, clientId }, ALL_WINDOWS));
  }

  /**
   * Answers the request, and counts it if it is refused.
   *
   * @throws ProtocolError `too_many`
   */
  async watch<T>(from: TokenRequest, answer: () => Promise<T>): Promise<T> {
    if (isUnlimited(this.#config, from.ip)) return answer();
    const ofClient = () => this.#windowsOf(from, ["refusedTokenByClient", "refusedTokenByIp"]);
    const ofUnknown = () => this.#windowsOf(from, ["unknownClientByIp"]);
    // A pending poll counts nothing, and is the most common request: as long as nothing was refused, it costs nothing.
    if (!this.admits(from)) {
      // A made-up client has no window of its own, so the full window may be the other kind's.
      const fullOfIts = this.#fullOf((await from.isRegistered()) ? ofClient() : ofUnknown());
      if (fullOfIts) {
        this.#telemetry.limitReached(fullOfIts.limit);
        throw tooManyRequests(fullOfIts.endsAt, this.#clock.now());
      }
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

  #windowsOf({ ip, clientId = "" }: Pick<TokenRequest, "ip" | "clientId">, names: typeof ALL_WINDOWS): Window[] {
    const limits = requestLimits(this.#config);
    return networksOf(ip).flatMap(({ name, times }) =>
      names.map((limit) => {
        // Client IDs are case-insensitive, so one in different case is the same client.
        const whose = limit === "refusedTokenByClient" ? `${name} ${clientId.slice(0, 64).toLowerCase()}` : name;
        const { count, windowMs } = limits[limit];
        return { key: `${limit}:${whose}`, name: limit, limit: { count: count * times, windowMs } };
      }),
    );
  }

  #fullOf(windows: Window[]): { limit: string; endsAt: number } | undefined {
    const now = this.#clock.now();
    for (const { key, name, limit } of windows) {
      const window = this.#windows.get(key);
      if (window && window.endsAt > now && window.count >= limit.count) return { limit: name, endsAt: window.endsAt };
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
