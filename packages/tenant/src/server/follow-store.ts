import { loadLifetimes } from "../admin/administration.ts";
import { CLOCK_SKEW } from "../kernel/time.ts";
import { MOVED_TO } from "../storage/sealed.ts";
import { loadBranding } from "../ui/branding/branding.ts";
import type { TenantContext } from "./apps.ts";
import type { Observation } from "./observation.ts";

/** How often a node reads what other nodes may have changed, and compares clocks. */
const EVERY_MS = 60_000;

/** What this node does about other nodes and the database server. */
export interface StoreFollower {
  /** Reads settings and signing keys again, and compares the clocks, as happens every minute. */
  check(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps what a process has in memory of the store up to date: lifetimes, name and appearance, signing keys. Other nodes
 * announce their changes; the regular check finds those whose announcement was lost. It also compares this node's clock
 * with the database server's, because nodes decide by their own clocks what has expired. A SQLite store has one process.
 */
export async function followStore(
  ctx: TenantContext,
  { health, metrics }: Pick<Observation, "health" | "metrics">,
): Promise<StoreFollower> {
  const { store, log } = ctx;
  if (store.kind === "sqlite") return { check: async () => undefined, stop: async () => undefined };
  let skewed = false;
  let moved = false;

  const reload = coalesced(async () => {
    const [movedTo] = await Promise.all([store.directory.setting(MOVED_TO), reloadSettings(ctx)]);
    if (movedTo !== undefined && !moved) {
      moved = true;
      // It was cut off while the move looked for running nodes. A load balancer sends nothing more here.
      health.drain();
      log.error({ moved_to: movedTo }, "this tenant was moved to another store: stop this node");
    }
  });

  async function compareClocks(): Promise<void> {
    const offset = await store.clockOffset(() => ctx.clock.now());
    if (offset === undefined) return;
    health.clock(offset);
    metrics.clockOffset(offset / 1_000);
    const seconds = Math.round(offset / 1_000);
    const isSkewed = Math.abs(offset) >= CLOCK_SKEW.warnMs;
    if (isSkewed && !skewed) {
      log.warn(
        { seconds },
        "this node's clock and the database server's differ: synchronize the clocks of all machines (NTP)",
      );
    }
    skewed = isSkewed;
  }

  const failed = (err: unknown) => log.warn({ err }, "settings could not be read again; the next attempt follows");
  const check = async () => {
    await Promise.all([reload(), compareClocks()]).catch(failed);
  };
  store.settingChanges.watch(() => void reload().catch(failed));
  const timer = setInterval(check, EVERY_MS);
  timer.unref();
  await compareClocks();
  return {
    check,
    async stop() {
      clearInterval(timer);
      await reload.settled();
    },
  };
}

/** Reads again what this process keeps of the store's settings: name, appearance, lifetimes, signing keys. */
export async function reloadSettings(ctx: TenantContext): Promise<void> {
  const { store, config } = ctx;
  const [name, lifetimes, branding] = await Promise.all([
    store.directory.setting("name"),
    loadLifetimes(store),
    loadBranding(store),
    ctx.signingKeys.reload(),
  ]);
  config.name = name ?? config.name;
  config.lifetimes = lifetimes;
  ctx.branding = branding;
}

/** One run at a time. A call during a run is followed by another, because the run may have read before the change. */
function coalesced(work: () => Promise<void>): { (): Promise<void>; settled(): Promise<void> } {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = () => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  const call = () => {
    if (!running) return run();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
  return Object.assign(call, { settled: async () => void (await (next ?? running)?.catch(() => undefined)) });
}
