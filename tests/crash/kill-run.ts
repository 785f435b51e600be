import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { checkAfterRestart } from "./after-restart.ts";
import { device } from "./device.ts";
import { count, type Ledger, newLedger, Violation } from "./ledger.ts";
import type { Ready, StartOrder } from "./process-messages.ts";
import { type Random, seededRandom } from "./random.ts";
import { AnswerLost, killWhileStarting, startLife, type TenantLife } from "./tenant-life.ts";
import { traffic } from "./traffic.ts";

export interface KillRunOptions {
  kills: number;
  /** More of them, up to so many, while something has not been put to the test: what a kill falls on is chance. */
  atMost?: number;
  untested?: (ledger: Ledger) => string[];
  seed: number;
  store: "sqlite" | { postgres: string; schema: string };
  /** Ends the store in a crash and starts it again; used at half of the kills, just before the tenant's own. */
  crashStore?: () => Promise<void>;
  /** Between a kill and the next start. */
  whileDead?: (dataDir: string) => Promise<void>;
  onKill?: (kills: number, ledger: Ledger) => void;
}

/** Kills a tenant at random moments of its work and of its start, and checks each time that no promise was broken. */
export async function killRun(options: KillRunOptions): Promise<Ledger> {
  const random = seededRandom(options.seed);
  const dataDir = await mkdtemp(join(tmpdir(), "doorcode-crash-"));
  const port = await freePort();
  const order: StartOrder = {
    store: options.store === "sqlite" ? { sqlite: join(dataDir, "tenant.sqlite") } : options.store,
    dataDir,
    port,
    pagesPort: await freePort(port),
    now: Date.now(),
    storeMayFail: options.crashStore !== undefined,
  };
  const ledger = newLedger();
  const { atMost = options.kills, untested = () => [] } = options;
  const isOver = (kills: number) => kills >= options.kills && (kills >= atMost || untested(ledger).length === 0);
  let first: Ready | undefined;
  let life: TenantLife | undefined;
  try {
    for (let kills = 0; ; ) {
      if (!isOver(kills) && random.chance(0.2)) {
        await killWhileStarting(order, random.between(50, 1_200));
        kills++;
      }
      life = await startLife(order);
      first ??= life;
      expectSameTenant(first, life);
      await checkAfterRestart(advancing(life, order), ledger, random);
      if (isOver(kills)) return ledger;
      if (ledger.users.length === 0) await device(life, ledger).addUser("first@contoso.example");
      await workUntilKilled(life, ledger, random, options.crashStore);
      kills++;
      await options.whileDead?.(dataDir);
      options.onKill?.(kills, ledger);
    }
  } finally {
    await life?.kill();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The moment is counted in answers, not in time, so that a slow machine has done as much by then; then a little more. */
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

/** Once its store is back, the tenant that lives needs no restart. */
async function expectItGoesOn(life: TenantLife, ledger: Ledger): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await wait(50)) {
    try {
      if ((await life.operate({ do: "list_users" })).ok) return count(ledger.held, "went on after its store's crash");
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error;
    }
  }
  throw new Violation("the tenant did not find back to its store");
}

/** Moves the next life's time along with this one's. */
function advancing(life: TenantLife, order: StartOrder): TenantLife {
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

/** Below the ports that systems hand out by themselves, so that nobody takes it while the tenant is dead. */
async function freePort(other?: number): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    if (port !== other && (await isFree(port))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
