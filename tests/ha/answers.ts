/** What the run asks for; each kind has its own time without answers. */
export const KINDS = ["poll", "renewal", "approval", "revocation"] as const;
export type Kind = (typeof KINDS)[number];

/** When requests were answered. A response that means "try again later" (5xx, 429) is no answer. */
export class Answers {
  readonly #at: Record<Kind, number[]> = { poll: [], renewal: [], approval: [], revocation: [] };
  #requests = 0;
  #unanswered = 0;

  answered(kind: Kind): void {
    this.#requests++;
    this.#at[kind].push(performance.now());
  }

  unanswered(): void {
    this.#requests++;
    this.#unanswered++;
  }

  get requests(): number {
    return this.#requests;
  }

  get failures(): number {
    return this.#unanswered;
  }

  /** The longest time between two answers that touches the span, in milliseconds. */
  longestGap(kind: Kind, from: number, to: number): number {
    const inside = this.#at[kind].filter((at) => at > from && at < to);
    const before = this.#at[kind].findLast((at) => at <= from) ?? from;
    const after = this.#at[kind].find((at) => at >= to) ?? to;
    const moments = [before, ...inside, after];
    return Math.max(...moments.slice(1).map((at, index) => at - moments[index]!));
  }
}
