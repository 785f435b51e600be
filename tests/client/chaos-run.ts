import { setImmediate } from "node:timers/promises";
import { runFlow } from "../../packages/client/test/fixtures/device-flow.ts";
import { type Fault, faultyIssuer, type Reply, tokens } from "../../packages/client/test/fixtures/faulty-issuer.ts";
import { type SimulatedClock, simulatedClock } from "../../packages/client/test/fixtures/simulated-clock.ts";

/** The result of a run of sign-ins through a broken network. */
export interface ChaosReport {
  signIns: number;
  polls: number;
  faults: Record<string, number>;
  outcomes: Record<string, number>;
  /** Each must stay empty. */
  early: string[];
  afterEnd: string[];
  unfinished: string[];
}

const lifetime = 900_000;
/** Two of the longest back-offs, each with a hung socket, at the interval that `slow_down` may have caused. */
const timeToFinish = 2 * (63_000 + 15_000) + 60_000;

/**
 * Sequential sign-ins, each with its own seed, on real TLS sockets in simulated time. Until the network recovers,
 * requests are lost, connections are reset or cut off, sockets hang, gateways return HTML, and issuers are busy. The
 * wall clock jumps and the machine is suspended throughout.
 */
export async function chaos(signIns: number, seed: number): Promise<ChaosReport> {
  const report: ChaosReport = { signIns, polls: 0, faults: {}, outcomes: {}, early: [], afterEnd: [], unfinished: [] };
  for (let n = 0; n < signIns; n++) await signIn(random(seed * 100_003 + n), `sign-in ${n} of seed ${seed}`, report);
  return report;
}

type Random = () => number;

async function signIn(chance: Random, name: string, report: ChaosReport): Promise<void> {
  const clock = thatOversleeps(simulatedClock(), chance);
  const between = (least: number, most: number) => Math.floor(least + chance() * (most - least));
  const healsAt = between(0, 500_000);
  const decidedAt = between(10_000, 500_000);
  const decision = chance() < 0.7 ? "approved" : chance() < 0.6 ? "denied" : "never";
  const faultRate = 0.2 + chance() * 0.7;

  let interval = 5_000;
  let notBefore = 0;
  let over = false;
  let lastArrival = Number.NEGATIVE_INFINITY;
  const count = (of: Record<string, number>, what: string) => {
    of[what] = (of[what] ?? 0) + 1;
  };

  const fault: Fault = ({ kind, at: sentAt }) => {
    if (kind !== "poll") return undefined;
    if (chance() < 0.3) clock.pass(between(0, 4_000));
    const arrival = clock.monotonic();
    report.polls++;
    if (over || sentAt >= lifetime) report.afterEnd.push(`${name} at ${arrival}`);
    if (arrival - lastArrival < interval || arrival < notBefore) report.early.push(`${name} at ${arrival}`);
    lastArrival = arrival;
    disturb(clock, chance);
    const broken = arrival < healsAt && chance() < faultRate ? brokenReply(chance) : undefined;
    if (broken) {
      count(report.faults, broken.name);
      if (broken.slows) interval += 5_000;
      if (broken.wait) notBefore = clock.monotonic() + broken.wait;
      return broken.reply;
    }
    if (chance() < 0.3) clock.pass(between(0, 3_000));
    if (arrival < decidedAt || decision === "never") return { status: 400, json: { error: "authorization_pending" } };
    over = true;
    if (decision === "denied") return { status: 400, json: { error: "access_denied" } };
    return { status: 200, json: tokens("https://localhost") };
  };

  const issuer = await faultyIssuer({ now: clock.monotonic, fault });
  try {
    const { answer, error } = await runFlow(issuer, clock);
    over = true;
    const outcome = answer ? "approved" : (error?.code ?? "nothing");
    count(report.outcomes, outcome);
    const canFinish = decision !== "never" && Math.max(healsAt, decidedAt) + timeToFinish < lifetime;
    const suspendedPastEnd = clock.monotonic() >= lifetime && outcome !== decision && suspended.has(clock);
    if (canFinish && outcome !== decision && !suspendedPastEnd)
      report.unfinished.push(`${name}: ${outcome}, not ${decision}`);
    // Any late request would arrive now.
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  } finally {
    await issuer.close();
  }
}

/** Clocks of machines that slept too long for a sign-in to finish. */
const suspended = new WeakSet<SimulatedClock>();

function disturb(clock: SimulatedClock, chance: Random): void {
  if (chance() < 0.1) clock.jump((chance() - 0.5) * 6 * 3_600_000);
  if (chance() < 0.02) suspend(clock, chance);
}

/** A machine that is suspended while the program waits: its timer fires long after it is due. */
function thatOversleeps(clock: SimulatedClock, chance: Random): SimulatedClock {
  const oversleeping: SimulatedClock = {
    ...clock,
    async sleep(ms, signal) {
      if (chance() < 0.03) suspend(oversleeping, chance);
      await clock.sleep(ms, signal);
    },
  };
  return oversleeping;
}

function suspend(clock: SimulatedClock, chance: Random): void {
  const asleep = 30_000 + chance() * 600_000;
  clock.pass(asleep);
  if (asleep > 100_000) suspended.add(clock);
}

interface Broken {
  name: string;
  reply: Reply;
  slows?: boolean;
  wait?: number;
}

function brokenReply(chance: Random): Broken {
  const html = { "content-type": "text/html" };
  const seconds = 1 + Math.floor(chance() * 40);
  const kinds: Broken[] = [
    { name: "reset", reply: "reset" },
    { name: "cut", reply: "cut" },
    { name: "black hole", reply: "hang" },
    { name: "502 HTML", reply: { status: 502, text: "<h1>Bad gateway</h1>", headers: html } },
    { name: "503 empty", reply: { status: 503 } },
    {
      name: "503 Retry-After",
      reply: { status: 503, json: { error: "temporarily_unavailable" }, headers: { "retry-after": `${seconds}` } },
      wait: seconds * 1_000,
    },
    { name: "429", reply: { status: 429, json: {} }, slows: true },
    { name: "slow_down", reply: { status: 400, json: { error: "slow_down" } }, slows: true },
  ];
  // Permanent slowdowns must stay rare, or no sign-in would finish.
  const choice = chance() < 0.9 ? Math.floor(chance() * 6) : 6 + Math.floor(chance() * 2);
  return kinds[choice] as Broken;
}

/** mulberry32: small, with the same output everywhere for the same seed. */
function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
