import type { Output } from "./presenter-options.ts";

export interface TerminalFeatures {
  /** Cursor movements and redrawing; without it only whole lines are written. */
  redraws: boolean;
  colour: boolean;
  unicode: boolean;
}

/** What the place that is written to can show, by what is customary to ask (no-color.org, terminfo's `dumb`). */
export function terminalFeatures(stream: Output, env: NodeJS.ProcessEnv): TerminalFeatures {
  const redraws = stream.isTTY === true && env.TERM !== "dumb" && !isSet(env.DOORCODE_PLAIN);
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  const unicode = process.platform === "win32" ? isSet(env.WT_SESSION) : /utf-?8/i.test(locale);
  return { redraws, colour: redraws && !isSet(env.NO_COLOR), unicode };
}

const isSet = (value: string | undefined) => value !== undefined && value !== "";
