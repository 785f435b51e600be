import { styleText } from "node:util";
import { renderUnicodeCompact } from "uqr";

type Speaker = "device" | "person";

const colours = { device: "cyan", person: "magenta" } as const;

/** What the two sides do, each with a label. Colors on a terminal only, and not with NO_COLOR. */
export interface Transcript {
  /** Unlabelled: where things answer. */
  note(line: string): void;
  device(line: string): void;
  person(line: string): void;
  /** Address and code, as a device would show them; with a QR code where a phone can reach the page. */
  invitation(page: string, code: string, forPhone?: boolean): void;
  problem(line: string): void;
}

export function transcriptOn(stream: NodeJS.WriteStream, errors: NodeJS.WriteStream): Transcript {
  let last: Speaker | undefined;
  const style = (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { stream });
  const write = (line: string) => stream.write(`${line.trimEnd()}\n`);

  const say = (speaker: Speaker, text: string) => {
    // A free line where the other side begins, so that the eye finds the turns.
    if (last !== undefined && last !== speaker) write("");
    let label = style(colours[speaker], speaker);
    for (const line of wrapped(text, widthOf(stream))) {
      write(`${label} ${style("dim", "│")} ${line}`);
      label = " ".repeat(speaker.length);
    }
    last = speaker;
  };

  return {
    note: (line) => write(line),
    device: (line) => say("device", line),
    person: (line) => say("person", line),
    invitation: (page, code, forPhone = false) => {
      say("device", "To sign in, open this page and enter the code:");
      say("device", "");
      say(
        "device",
        `  page  ${style("bold", page)}   (open on ${forPhone ? "your phone, on this network" : "this computer"})`,
      );
      say("device", `  code  ${style("bold", code)}`);
      say("device", "");
      if (!forPhone) return;
      // Leading spaces keep the lines whole. Blocks are the light modules: light on dark, whatever the terminal's own colours are.
      for (const line of renderUnicodeCompact(`${page}?user_code=${code}`, { border: 2, ecc: "L" }).split("\n"))
        say("device", `  ${style(["whiteBright", "bgBlack"], line)}`);
      say("device", "");
    },
    problem: (line) => errors.write(`${line}\n`),
  };
}

const labelWidth = "device │ ".length;

/** A terminal's columns less the label; a file's or pipe's lines are not broken. */
const widthOf = (stream: NodeJS.WriteStream) => (stream.isTTY ? Math.max(stream.columns - labelWidth, 40) : Infinity);

function wrapped(text: string, width: number): string[] {
  if (text.length <= width || text.startsWith(" ")) return [text];
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
