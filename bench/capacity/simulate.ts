/** Requests that pass one node each, and then the database. */
export interface System {
  /** Each with one core and its own queue; a load balancer picks one at random. */
  nodes: number;
  /** Cores of the database, with one queue for all. */
  databaseCores: number;
}

/** Requests of one kind: how many a second, and how long each keeps a core, in seconds on average. */
export interface Stream {
  perSecond: number;
  node: number;
  database: number;
}

export interface Simulated {
  /** Share of the time in which the cores work, from 0 to 1. */
  nodeUtilization: number;
  databaseUtilization: number;
  /** Seconds that a request waits for a core, in both queues together. */
  meanWait: number;
  p99Wait: number;
}

/**
 * Simulates requests that arrive at random (Poisson) and take exponentially distributed times: first come, first served.
 * The same seed gives the same result.
 */
export function simulate(
  { nodes, databaseCores }: System,
  streams: readonly Stream[],
  options: { requests?: number; seed?: number } = {},
): Simulated {
  const { requests = 200_000, seed = 1 } = options;
  const random = seededRandom(seed);
  const exponential = (mean: number) => (mean === 0 ? 0 : -mean * Math.log(1 - random()));
  const total = streams.reduce((sum, { perSecond }) => sum + perSecond, 0);
  const pick = (): Stream => {
    let at = random() * total;
    for (const stream of streams) {
      if (at < stream.perSecond) return stream;
      at -= stream.perSecond;
    }
    return streams.at(-1)!;
  };

  const freeAt = new Float64Array(nodes);
  const passed: { at: number; waited: number; takes: number }[] = [];
  let now = 0;
  let nodeBusy = 0;
  for (let n = 0; n < requests; n++) {
    now += exponential(1 / total);
    const { node, database } = pick();
    const which = Math.floor(random() * nodes);
    const begins = Math.max(now, freeAt[which]!);
    const takes = exponential(node);
    nodeBusy += takes;
    freeAt[which] = begins + takes;
    passed.push({ at: begins + takes, waited: begins - now, takes: exponential(database) });
  }

  passed.sort((a, b) => a.at - b.at);
  const cores = new EarliestFirst(databaseCores);
  let databaseBusy = 0;
  const waits = passed.map(({ at, waited, takes }) => {
    const begins = Math.max(at, cores.earliest);
    cores.replaceEarliest(begins + takes);
    databaseBusy += takes;
    return waited + begins - at;
  });
  // The first requests find empty queues.
  const settled = waits.slice(Math.floor(requests / 10)).sort((a, b) => a - b);
  return {
    nodeUtilization: nodeBusy / (nodes * now),
    databaseUtilization: databaseBusy / (databaseCores * now),
    meanWait: settled.reduce((sum, wait) => sum + wait, 0) / settled.length,
    p99Wait: settled[Math.ceil(settled.length * 0.99) - 1]!,
  };
}

/** When each core is free, as a binary heap. */
class EarliestFirst {
  readonly #times: Float64Array;

  constructor(size: number) {
    this.#times = new Float64Array(size);
  }

  get earliest(): number {
    return this.#times[0]!;
  }

  replaceEarliest(time: number): void {
    const times = this.#times;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= times.length) break;
      const smaller = left + 1 < times.length && times[left + 1]! < times[left]! ? left + 1 : left;
      if (times[smaller]! >= time) break;
      times[at] = times[smaller]!;
      at = smaller;
    }
    times[at] = time;
  }
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
