import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { nodePicker } from "../../packages/tenant/test/fixtures/place.ts";
import { freePort } from "../fixtures/free-port.ts";
import { checkAfterRestart } from "./after-restart.ts";
import { device } from "./device.ts";
import { count, type Ledger, newLedger, Violation } from "./ledger.ts";
import type { Ready, StartOrder } from "./process-messages.ts";
import { type Random, seededRandom } from "./random.ts";
import { AnswerLost, killWhileStarting, startLife, type TenantLife } from "./tenant-life.ts";
import { traffic } from "./traffic.ts";

export interface KillRunOptions {
  kills: number;
  /** Up to this many more kills while a case is untested, because the moment of a kill is random. */
  atMost?: number;
  untested?: (ledger: Ledger) => string[];
  seed: number;
  store: "sqlite" | { postgres: string; schema: string };
  /**
   * Another node on the same PostgreSQL, which is never killed. Each request goes to one of the two, so that each step
   * of a sign-in may be on the node that the step before was not on.
   */
  besideAnother?: boolean;
  /** Crashes the store and starts it again; used at half of the kills, just before the tenant is killed. */
  crashStore?: () => Promise<void>;
  /** Runs between a kill and the next start. */
  whileDead?: (dataDir: string) => Promise<void>;
  onKill?: (kills: number, ledger: Ledger) => void;
}

/**
 * The node that was not killed remembers when a code was polled. Longer than the interval after an early poll, and
 * shorter than the grace of a rotated refresh token.
 */
const BEYOND_PACE = 15_000;

/** Kills a tenant at random moments of its work and of its start, and checks each time that no promise was broken. */
export async function killRun(options: KillRunOptions): Promise<Ledger> {
  const random = seededRandom(options.seed);
  const dataDir = await mkdtemp(join(tmpdir(), "doorcode-crash-"));
  const port = await freePort();
  const order: StartOrder & { now: number } = {
    store: options.store === "sqlite" ? { sqlite: join(dataDir, "tenant.sqlite") } : options.store,
    dataDir,
    port,
    pagesPort: await freePort(),
    now: Date.now(),
    storeMayFail: options.crashStore !== undefined,
  };
  const ledger = newLedger();
  const { atMost = options.kills, untested = () => [] } = options;
  const isOver = (kills: number) => kills >= options.kills && (kills >= atMost || untested(ledger).length === 0);
  let first: Ready | undefined;
  let life: TenantLife | undefined;
  let other: TenantLife | undefined;
  try {
    for (let kills = 0; ; ) {
      if (!isOver(kills) && random.chance(0.2)) {
        await killWhileStarting(order, random.between(50, 1_200));
        kills++;
      }
      life = await startLife(order);
      first ??= life;
      expectSameTenant(first, life);
      if (options.besideAnother) {
        other ??= await startBeside(order);
        life = spread(life, other);
      }
      const advanced = advancing(life, order);
      if (other) await advanced.advance(BEYOND_PACE);
      await checkAfterRestart(advanced, ledger, random);
      if (isOver(kills)) return ledger;
      if (ledger.users.length === 0) await device(life, ledger).addUser("first@contoso.example");
      await workUntilKilled(life, ledger, random, options.crashStore);
      kills++;
      await options.whileDead?.(dataDir);
      options.onKill?.(kills, ledger);
    }
  } finally {
    await life?.kill();
    await other?.kill();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/**
 * The moment is counted in responses, not in time, so that a slow machine does as much work; then a short delay
 * follows.
 */
async function workUntilKilled(
  life: TenantLife,
  ledger: Ledger,
  random: Random,
  crashStore: (() => Promise<void>) | undefined,
): Promise<void> {
  const stopped = new AbortController();
  const enough = Promise.withResolvers<void>();
  let answers = random.between(1, 60);
  const onAnswer = () => {
    if (--answers === 0) enough.resolve();
  };
  let killing = false;
  const work = traffic(life, ledger, random, { stopped: stopped.signal, onAnswer }).then(() => {
    if (!killing) throw new Violation("the tenant stopped answering by itself");
  });
  // A broken promise ends the run at once, not after the kill.
  await Promise.race([enough.promise, work]);
  await wait(random.between(0, 20));
  killing = true;
  if (crashStore && random.chance(0.5)) {
    await crashStore();
    await expectItGoesOn(life, ledger);
  }
  await life.kill();
  stopped.abort();
  await work;
}

/** Once its store is back, a running tenant needs no restart. */
async function expectItGoesOn(life: TenantLife, ledger: Ledger): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await wait(50)) {
    try {
      if ((await life.operate({ do: "list_users" })).ok) return count(ledger.held, "went on after its store's crash");
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error;
    }
  }
  throw new Violation("the tenant did not find back to its store");
}

/** A node with the same seal key and a folder of its own, inside the first one's. */
async function startBeside(order: StartOrder): Promise<TenantLife> {
  const dataDir = join(order.dataDir, "beside");
  await mkdir(dataDir, { mode: 0o700 });
  await copyFile(join(order.dataDir, "seal.key"), join(dataDir, "seal.key"));
  const port = await freePort();
  return startLife({ ...order, dataDir, port, pagesPort: await freePort() });
}

/** One life on two nodes. Only the first one is killed. */
function spread(life: TenantLife, other: TenantLife): TenantLife {
  const nodes = [life, other] as const;
  const pick = nodePicker();
  return {
    ...life,
    post: (...asked) => nodes[pick()].post(...asked),
    operate: (asked) => nodes[pick()].operate(asked),
    advance: async (ms) => void (await Promise.all(nodes.map((node) => node.advance(ms)))),
  };
}

/** Carries this life's time over to the next life. */
function advancing(life: TenantLife, order: { now: number }): TenantLife {
  return {
    ...life,
    async advance(ms) {
      order.now += ms;
      await life.advance(ms);
    },
  };
}

function expectSameTenant(first: Ready, now: Ready): void {
  for (const member of ["authority", "ca", "clientId", "apiId"] as const) {
    if (first[member] !== now[member]) throw new Violation(`${member} changed from ${first[member]} to ${now[member]}`);
  }
  const lost = first.kids.filter((kid) => !now.kids.includes(kid));
  if (lost.length > 0 || now.kids.length !== first.kids.length) throw new Violation("the signing keys changed");
}
