import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { checkAfterRestart } from "./after-restart.ts";
import { device } from "./device.ts";
import { type Ledger, newLedger, Violation } from "./ledger.ts";
import type { Ready, StartOrder } from "./process-messages.ts";
import { type Random, seededRandom } from "./random.ts";
import { startLife, type TenantLife } from "./tenant-life.ts";
import { traffic } from "./traffic.ts";

export interface KillRunOptions {
  kills: number;
  seed: number;
  store: "sqlite" | { postgres: string; schema: string };
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
  };
  const ledger = newLedger();
  let first: Ready | undefined;
  let life: TenantLife | undefined;
  try {
    for (let kills = 0; ; ) {
      if (kills < options.kills && random.chance(0.2)) {
        await startLife(order, random.between(50, 1_200));
        kills++;
      }
      life = (await startLife(order))!;
      first ??= life;
      expectSameTenant(first, life);
      await checkAfterRestart(advancing(life, order), ledger, random);
      if (kills >= options.kills) return ledger;
      if (ledger.users.length === 0) await device(life, ledger).addUser("first@contoso.example");
      await workUntilKilled(life, ledger, random);
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
async function workUntilKilled(life: TenantLife, ledger: Ledger, random: Random): Promise<void> {
  const stopped = new AbortController();
  const enough = Promise.withResolvers<void>();
  let answers = random.between(1, 80);
  const onAnswer = () => {
    if (--answers === 0) enough.resolve();
  };
  const work = traffic(life, ledger, random, { stopped: stopped.signal, onAnswer });
  // A broken promise ends the run at once, not after the kill.
  await Promise.race([enough.promise, work]);
  await wait(random.between(0, 20));
  await life.kill();
  stopped.abort();
  await work;
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
