import type { Presenter, SignInEvent } from "../client.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type PresenterOptions, terminalFeatures } from "./output.ts";
import { signInScreen, styles, visibleLength, wrap } from "./terminal-screens.ts";
import { type About, roughly, signedInAs, timeLeft, whyAgain, withoutScopes } from "./wording.ts";

const clearLine = "\r\u001b[2K";
/** A terminal that became narrower has split lines; everything below the first of them is ours. */
const clearRows = (rows: number) => (rows <= 1 ? clearLine : `\r\u001b[${rows - 1}A\u001b[J`);

/**
 * For a user at a terminal: the code in a box, a QR code if a phone can use it, and a countdown that stays on one line.
 * @example
 * ```ts
 * import { createClient } from "@doorcode/client";
 * import { terminalPresenter } from "@doorcode/client/presenters";
 *
 * const client = createClient({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 *   present: terminalPresenter({ stream: process.stderr, env: process.env, appName: "Todo" }),
 * });
 * ```
 */
export function terminalPresenter(options: PresenterOptions): Presenter {
  const { stream, env } = options;
  const clock: Clock = options.clock ?? systemClock;
  const features = terminalFeatures(stream, env);
  const columns = () => Math.max(20, stream.columns ?? 80);
  let countdown: AbortController | undefined;
  let expiresAt = 0;
  /** The countdown's width in columns. */
  let drawn = 0;
  /** The text above the countdown, and the width that it was made for. */
  let screen = { lines: [] as string[], width: 0 };
  /** Replaces "Waiting" until the time `until`. */
  let trouble: { text: string; until: number } | undefined;

  const draw = () => {
    const now = clock.now();
    const left = timeLeft(expiresAt - now);
    const note = trouble !== undefined && trouble.until > now ? trouble.text : undefined;
    const long = `  ${note ?? "Waiting for you"} · the code expires in ${left}`;
    const short = `  ${note ?? "Waiting"} · ${left} left`;
    const line = [long, short].find((text) => text.length < columns()) ?? clip(note ?? "Waiting", left, columns());
    clear();
    drawn = line.length;
    stream.write(styles(features.colour).dim(features.unicode ? line : line.replaceAll("·", "-").replaceAll("…", ".")));
  };

  const clear = () => {
    stream.write(clearRows(rowsOf(drawn)));
    drawn = 0;
  };

  const rowsOf = (length: number) => Math.max(1, Math.ceil(length / columns()));

  const screenOf = async ({ code }: SignInEvent & { event: "code" }, about: About) => {
    const width = columns();
    const lines = await signInScreen(code, about, options, { columns: width, rows: stream.rows ?? 24, features });
    return { lines, width };
  };

  const showScreen = (made: typeof screen) => {
    screen = made;
    stream.write(`${made.lines.join("\n")}\n\n`);
  };

  /** The screen and the countdown, as the terminal wraps them now. */
  const clearScreen = () => {
    const above = screen.lines.reduce((rows, line) => rows + rowsOf(visibleLength(line)), 0);
    stream.write(clearRows(above + 1 + rowsOf(drawn)));
    drawn = 0;
  };

  const count = async (event: SignInEvent & { event: "code" }, about: About, signal: AbortSignal) => {
    while (!signal.aborted) {
      // A QR code or box that the terminal had to wrap is unreadable: it is replaced by one that fits.
      const fitting = columns() === screen.width ? undefined : await screenOf(event, about);
      if (signal.aborted) return;
      if (fitting) {
        clearScreen();
        showScreen(fitting);
      }
      draw();
      await clock.sleep(1_000, signal);
    }
  };

  const stop = () => {
    if (countdown === undefined) return;
    countdown.abort();
    countdown = undefined;
    clear();
  };

  return {
    async show(event, about) {
      switch (event.event) {
        case "code": {
          stop();
          const made = await screenOf(event, about);
          stream.write("\n");
          showScreen(made);
          expiresAt = event.code.expiresAt;
          if (!features.redraws) return;
          countdown = new AbortController();
          // It always ends with an abort, which is not a failure.
          count(event, about, countdown.signal).catch(() => {});
          return;
        }
        case "browser": {
          const { browserScreen } = await import("./terminal-screens.ts");
          const lines = browserScreen(event.url, about, options, { columns: columns(), colour: features.colour });
          stream.write(`\n${lines.join("\n")}\n\n`);
          return;
        }
        case "waiting":
          trouble = undefined;
          return;
        case "slowed":
          trouble = {
            text: `The issuer is busy, asking every ${roughly(event.interval)}`,
            until: clock.now() + event.interval,
          };
          break;
        case "retrying":
          trouble = {
            text: `${whyAgain(event.reason, options, 120)}; trying again`,
            // Slightly longer than the interval: the next try also takes time.
            until: clock.now() + event.delay + 2_000,
          };
          // Without a code there is no countdown yet to carry the note.
          if (countdown === undefined) stream.write(`  ${trouble.text} in ${roughly(event.delay)}\n`);
          break;
        case "signed_in": {
          stop();
          const done = styles(features.colour).good(features.unicode ? "✓" : "*");
          const lines = wrap(signedInAs(event.account), columns() - 5);
          if (event.notGranted) lines.push(...wrap(withoutScopes(event.notGranted), columns() - 5));
          stream.write(`  ${done} ${lines.join("\n    ")}\n`);
        }
      }
      if (countdown !== undefined) draw();
    },
    end() {
      stop();
    },
  };
}

/** The remaining time must stay visible. */
function clip(note: string, left: string, columns: number): string {
  const room = columns - left.length - 8;
  return `  ${note.slice(0, Math.max(0, room - 1)).trimEnd()}… · ${left}`;
}
