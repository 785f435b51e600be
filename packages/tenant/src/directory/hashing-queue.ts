/** Why a password is hashed: to check a sign-in, or to store a new password. */
export type HashingPurpose = "verify" | "choose";

export interface HashingQueueOptions {
  /** Hashes that run at the same time. */
  atOnce: number;
  /** Hashes that can wait, both purposes together. */
  maxWaiting: number;
  /** How many of these places new passwords may take. The rest are reserved for sign-ins. */
  maxChoosing: number;
}

interface Waiting {
  source: string;
  start(): void;
  refuse(): void;
}

/**
 * A fair queue for password hashes. Sign-ins and new passwords alternate, and so do the sources within each, so that an
 * address with a hundred requests delays another address by one hash. When the queue is full, the source with the most
 * places loses its last one to a source with fewer.
 */
export class HashingQueue {
  readonly #options: HashingQueueOptions;
  readonly #full: () => Error;
  /** In the order in which they will run. */
  readonly #lines: Record<HashingPurpose, Waiting[]> = { verify: [], choose: [] };
  #running = 0;
  #next: HashingPurpose = "verify";

  /** @param full creates the error for a hash that got no place, or lost its place */
  constructor(options: HashingQueueOptions, full: () => Error) {
    this.#options = options;
    this.#full = full;
  }

  async run<T>(purpose: HashingPurpose, source: string, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#options.atOnce) {
      // A finished hash hands its slot over, so `#running` does not change.
      await this.#wait(purpose, source);
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#takeNext();
      if (next) next.start();
      else this.#running--;
    }
  }

  #wait(purpose: HashingPurpose, source: string): Promise<void> {
    const { maxWaiting, maxChoosing } = this.#options;
    const { verify, choose } = this.#lines;
    if (purpose === "choose" && choose.length >= maxChoosing) this.#makeRoom([choose], source);
    else if (verify.length + choose.length >= maxWaiting) this.#makeRoom([verify, choose], source);
    return new Promise((resolve, reject) => {
      insertFairly(this.#lines[purpose], { source, start: resolve, refuse: () => reject(this.#full()) });
    });
  }

  /** Rejects the last entry of the source with the most places in these lines. Throws if that is the newcomer. */
  #makeRoom(lines: Waiting[][], newcomer: string): void {
    const counts = new Map<string, number>();
    for (const { source } of lines.flat()) counts.set(source, (counts.get(source) ?? 0) + 1);
    const [largest, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
    if (most <= (counts.get(newcomer) ?? 0) + 1) throw this.#full();
    const line = lines.find((each) => each.some(({ source }) => source === largest)) as Waiting[];
    const last = line.findLastIndex(({ source }) => source === largest);
    line.splice(last, 1)[0]?.refuse();
  }

  #takeNext(): Waiting | undefined {
    const other = this.#next === "verify" ? "choose" : "verify";
    const next = this.#lines[this.#next].shift() ?? this.#lines[other].shift();
    this.#next = other;
    return next;
  }
}

/** Round robin: behind the others of its round. A source's nth place belongs to round n. */
function insertFairly(line: Waiting[], newcomer: Waiting): void {
  const round = line.filter(({ source }) => source === newcomer.source).length + 1;
  const seen = new Map<string, number>();
  const later = line.findIndex(({ source }) => {
    const nth = (seen.get(source) ?? 0) + 1;
    seen.set(source, nth);
    return nth > round;
  });
  line.splice(later === -1 ? line.length : later, 0, newcomer);
}
