import type { Clock } from "../../clock.ts";
import type { HttpAnswer } from "../../transport/transport.ts";

/** How long MSAL's request is held before MSAL may look around, and what it is told to wait until the next one. */
const heldMs = 75;
export const msalIntervalSeconds = 0.075;
const goneMs = 1_000;

/** A poll loop that goes on only while MSAL asks for it. */
export interface MsalPoll {
  /** Undefined: not decided yet, MSAL may ask again. */
  next(): Promise<HttpAnswer | undefined>;
}

/**
 * MSAL looks at its caller's `cancel` and `timeout` only between two token requests. So it gets many, each held for a moment,
 * while one poll loop runs beside them; `run` waits for `msalIsHere` before each poll. When MSAL stays away, its caller gave
 * up: nothing is polled any more, and the loop is ended.
 */
export function pollForMsal(
  run: (msal: { signal: AbortSignal; msalIsHere(): Promise<void> }) => Promise<HttpAnswer>,
  onGone: () => void,
  clock: Pick<Clock, "sleep">,
): MsalPoll {
  const gone = new AbortController();
  let here = false;
  let waiting: (() => void)[] = [];
  let back = new AbortController();

  const msalIsHere = () => (here ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve)));
  const done = run({ signal: gone.signal, msalIsHere });
  const stayedAway = () => {
    gone.abort();
    onGone();
  };
  let settled = false;
  const settle = () => {
    settled = true;
    back.abort();
  };
  // Whoever asks next learns of a failure; until then it is nobody's.
  done.then(settle, settle);

  return {
    async next() {
      back.abort();
      here = true;
      for (const resolve of waiting) resolve();
      waiting = [];
      const over = new AbortController();
      const held = clock.sleep(heldMs, over.signal).then(() => undefined);
      try {
        return await Promise.race([done, held]);
      } finally {
        over.abort();
        here = false;
        if (!settled) {
          back = new AbortController();
          clock.sleep(goneMs, back.signal).then(stayedAway, () => {});
        }
      }
    },
  };
}
