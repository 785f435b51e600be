import type { Clock } from "../../clock.ts";
import type { HttpAnswer } from "../../transport/transport.ts";

/**
 * How long MSAL's request is held before MSAL may check its caller, and how long it is asked to wait until the next
 * one.
 */
const heldMs = 75;
export const msalIntervalSeconds = 0.075;
const goneMs = 1_000;

/** A poll loop that runs only while MSAL keeps asking. */
export interface MsalPoll {
  /** Resolves with undefined while nothing is decided; MSAL may ask again. */
  next(): Promise<HttpAnswer | undefined>;
}

/**
 * MSAL checks its caller's `cancel` and `timeout` only between two token requests. So it gets many short ones, while
 * one poll loop runs in parallel; `run` waits for `msalIsHere` before each poll. When MSAL stops asking, its caller
 * gave up: polling stops and the loop ends.
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
  // The next request reports a failure; until then it must not count as unhandled.
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
