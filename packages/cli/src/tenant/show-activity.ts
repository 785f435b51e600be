import type { Activity } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { events, printableLine, printEvent } from "../output.ts";
import { type Described, describeActivity, type Tone } from "./describe-activity.ts";

/** JSON that its reader has not taken yet, in bytes. Beyond this, entries are dropped: a tenant never waits for a reader. */
const MOST_UNREAD = 1_000_000;

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
  return (activity) => {
    const described = describeActivity(activity, file);
    const width = process.stderr.columns || 80;
    process.stderr.write(
      `${activityLines(activity.at, described, { colours: colours(process.stderr), width }).join("\n")}\n`,
    );
  };
}

/** Whether the stream shows colors (no-color.org). */
export const colours = ({ isTTY }: { isTTY?: boolean }): boolean =>
  isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb" && !process.env.DOORCODE_PLAIN;

/** Codes are left out unless they are asked for: these lines often end in a log. */
function jsonLines({ codes }: { codes: boolean }): Show {
  let dropped = 0;
  return ({ event: name, ...activity }) => {
    if (process.stdout.writableLength > MOST_UNREAD) {
      dropped++;
      return;
    }
    if (dropped > 0) printEvent("activity", { name: "activity.skipped", at: activity.at, detail: { count: dropped } });
    dropped = 0;
    const { code, user_code, ...detail } = activity.detail;
    events.write(
      `${JSON.stringify({ v: 1, event: "activity", name, ...activity, detail: codes ? activity.detail : detail })}\n`,
    );
  };
}

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
    ...mend.map((line) => painted(2, `${indent}${printableLine(line)}`)),
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
