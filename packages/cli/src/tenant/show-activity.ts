import { constants, write as fsWrite, openSync } from "node:fs";
import type { Activity } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { eventLine, printableLine } from "../output.ts";
import { asTyped } from "../stored-session.cts";
import { type Described, describeActivity, type Tone } from "./describe-activity.ts";
import { lineQueue } from "./line-queue.ts";

/** After a terminal took nothing. */
const RETRY_MS = 50;

/** `code asked` and a space. */
const LABEL_WIDTH = 11;

type Show = (activity: Activity) => void;

/**
 * Where the entries of `doorcode tenant start` go: in words to the terminal, otherwise as lines of JSON to stdout.
 * Undefined with `--quiet`.
 */
export function activityOutput(given: Arguments): Show | undefined {
  if (given.flag("quiet")) return undefined;
  if (given.flag("json") || !process.stderr.isTTY) return jsonLines({ codes: given.flag("codes") });
  const file = given.text("file");
  const lines = (activity: Activity) => {
    const width = process.stderr.columns || 80;
    const how = { colours: colours(process.stderr), width };
    return `${activityLines(activity.at, describeActivity(activity, file), how).join("\n")}\n`;
  };
  const queue = lineQueue(terminalWriter(), (count) => lines(skipped(count)));
  return (activity) => queue(lines(activity));
}

/**
 * Writes to the terminal of stderr. Not `process.stderr.write`, which waits for its reader, who may have pressed Ctrl-S.
 * Where the terminal cannot be opened again, so that writes do not wait, another thread waits.
 */
function terminalWriter(): (text: string, done: () => void) => void {
  const terminal = openedAgain() ?? process.stderr.fd;
  const write = (rest: Buffer, done: () => void) =>
    fsWrite(terminal, rest, (error, written) => {
      // It takes nothing now. The timer does not keep a stopped tenant from ending.
      if (error?.code === "EAGAIN") setTimeout(() => write(rest, done), RETRY_MS).unref();
      else if (error || written === rest.length) done();
      else write(rest.subarray(written), done);
    });
  return (text, done) => write(Buffer.from(text), done);
}

/** The flag belongs to this opening alone. On stderr itself, the shell would have it, too. */
function openedAgain(): number | undefined {
  const { O_WRONLY, O_NOCTTY, O_NONBLOCK } = constants;
  for (const path of ["/proc/self/fd/2", "/dev/tty"]) {
    try {
      return openSync(path, O_WRONLY | O_NOCTTY | O_NONBLOCK);
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/** Whether the stream shows colors (no-color.org). */
export const colours = ({ isTTY }: { isTTY?: boolean }): boolean =>
  isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb" && !process.env.DOORCODE_PLAIN;

/** Codes are left out unless they are asked for: these lines often end in a log. */
function jsonLines({ codes }: { codes: boolean }): Show {
  const line = ({ event: name, ...activity }: Activity) => {
    const { code, user_code, ...detail } = activity.detail;
    return eventLine("activity", { name, ...activity, detail: codes ? activity.detail : detail });
  };
  const queue = lineQueue(
    (text, done) => process.stdout.write(text, () => done()),
    (count) => line(skipped(count)),
  );
  return (activity) => queue(line(activity));
}

/** What the reader of this command did not take, as the tenant says it of itself. */
const skipped = (count: number): Activity => ({
  ...{ at: new Date().toISOString(), event: "activity.skipped", actor: "tenant" },
  ...{ user_id: null, client_id: null, grant_id: null, ip: null, app: null, app_key: null, user: null },
  detail: { count },
});

const COLOURS: Record<Tone, number> = { good: 32, waits: 36, plain: 2, bad: 33 };

/**
 * An entry for a terminal: the time, the label, the text, and what would mend a refusal below it.
 * @param how `width`: columns of the terminal. A longer text continues below its beginning
 */
export function activityLines(
  at: string,
  { tone, label, text, mend }: Described,
  how: { colours: boolean; width: number },
): string[] {
  const painted = (code: number, part: string) => (how.colours ? `\u001b[${code}m${part}\u001b[0m` : part);
  const clock = new Date(at).toTimeString().slice(0, 8);
  const indent = " ".repeat(clock.length + LABEL_WIDTH + 2);
  const [first = "", ...more] = folded(printableLine(text), how.width - indent.length);
  return [
    `${painted(2, clock)} ${painted(COLOURS[tone], label.padEnd(LABEL_WIDTH))} ${first}`,
    ...more.map((line) => `${indent}${line}`),
    ...mend.map((line) => painted(2, `${indent}${printableLine(asTyped(line, process.env))}`)),
  ];
}

/** At spaces; a word that is longer than a line stays whole, so that it can be copied. */
function folded(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > Math.max(width, 20)) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
