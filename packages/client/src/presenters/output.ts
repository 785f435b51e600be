import type { Clock } from "../clock.ts";

/** Where a presenter writes: `process.stderr`, or anything with the same members. */
export interface Output {
  /** Writes a text. */
  write(text: string): unknown;
  /** Whether this is a terminal. */
  isTTY?: boolean;
  /** The terminal's width in characters. */
  columns?: number;
  /** The terminal's height in lines. */
  rows?: number;
}

/** Options of the presenters. */
export interface PresenterOptions {
  /** Where the sign-in is shown. */
  stream: Output;
  /** The environment, for the terminal's features: TERM, NO_COLOR, LANG, DOORCODE_PLAIN. */
  env: NodeJS.ProcessEnv;
  /** The time, for tests. Default: the system's clock. */
  clock?: Clock;
  /** False: no QR code, even if it would fit. */
  qr?: boolean;
  /** True: shows the system's error code (ECONNRESET) of a lost connection, too. */
  verbose?: boolean;
  /** The name under which the user knows this program. Default: the client ID. */
  appName?: string;
  /** The name under which the user knows this machine. The issuer's page shows the same name. */
  deviceName?: string;
}

export interface TerminalFeatures {
  /** Whether the output can move the cursor and redraw. Otherwise only whole lines are written. */
  redraws: boolean;
  colour: boolean;
  unicode: boolean;
}

/** What the output can show, by the usual conventions (no-color.org, terminfo's `dumb`). */
export function terminalFeatures(stream: Output, env: NodeJS.ProcessEnv): TerminalFeatures {
  const redraws = stream.isTTY === true && env.TERM !== "dumb" && !isSet(env.DOORCODE_PLAIN);
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  const unicode = process.platform === "win32" ? isSet(env.WT_SESSION) : /utf-?8/i.test(locale);
  return { redraws, colour: redraws && !isSet(env.NO_COLOR), unicode };
}

const isSet = (value: string | undefined) => value !== undefined && value !== "";
