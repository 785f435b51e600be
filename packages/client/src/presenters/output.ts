import type { Clock } from "../clock.ts";

/** Where a presenter writes: `process.stderr`, or anything that looks like it. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface PresenterOptions {
  stream: Output;
  env: NodeJS.ProcessEnv;
  clock?: Clock;
  /** False: no QR code, however well it would fit. */
  qr?: boolean;
  /** True: with a lost connection, the system's error code (ECONNRESET) too. */
  verbose?: boolean;
  /** What the person knows this program by; the client ID stands in for it. */
  appName?: string;
  /** What asks, as the person knows the machine; the issuer's page shows the same name. */
  deviceName?: string;
}

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
