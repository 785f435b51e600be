import type { HttpAnswer } from "../../transport/transport.ts";

/** How long MSAL's request is held before MSAL may look around, and what it is told to wait until the next one. */
const heldMs = 75;
export const msalIntervalSeconds = 0.075;
const goneMs = 1_000;

/** A sign-in that goes on only while MSAL asks for it. */
export interface Turns {
  /** Undefined: not decided yet, MSAL may ask again. */
  next(): Promise<HttpAnswer | undefined>;
}

/**
 * MSAL looks at its caller's `cancel` and `timeout` only between two token requests. So it gets many, each held for a moment,
 * while one poll loop runs beside them; `run` waits for `msalIsHere` before each poll. When MSAL stays away, its caller gave
 * up: nothing is polled any more, and the loop is ended.
 */
export function inTurns(
  run: (turn: { signal: AbortSignal; msalIsHere(): Promise<void> }) => Promise<HttpAnswer>,
  onGone: () => void,
): Turns {
  const gone = new AbortController();
  let here = false;
  let waiting: (() => void)[] = [];
  let watch: NodeJS.Timeout | undefined;

  const msalIsHere = () => (here ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve)));
  const done = run({ signal: gone.signal, msalIsHere });
  const stayedAway = () => {
    gone.abort();
    onGone();
  };
  let settled = false;
  const settle = () => {
    settled = true;
    clearTimeout(watch);
  };
  // Whoever asks next learns of a failure; until then it is nobody's.
  done.then(settle, settle);

  return {
    async next() {
      clearTimeout(watch);
      here = true;
      for (const resolve of waiting) resolve();
      waiting = [];
      let timer: NodeJS.Timeout | undefined;
      const held = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), heldMs);
      });
      try {
        return await Promise.race([done, held]);
      } finally {
        clearTimeout(timer);
        here = false;
        if (!settled) watch = setTimeout(stayedAway, goneMs);
      }
    },
  };
}
