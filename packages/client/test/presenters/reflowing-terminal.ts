/**
 * Draws what `stream.write` gets, as a terminal that rewraps its lines when its width changes, like tmux and most
 * terminals. Supports the few sequences that the presenter writes, and throws for any other.
 */
export function reflowingTerminal(size: { columns: number; rows: number }) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
  const sequence = /^\u001b\[([\d;]*)([A-Za-z])/;
  const terminal = {
    ...size,
    isTTY: true,
    write(text: string) {
      for (let rest = text; rest !== ""; ) {
        const [whole, parameter = "", name = ""] = sequence.exec(rest) ?? [];
        if (whole === undefined) put(rest[0]!);
        else obey(name, Number(parameter || 1));
        rest = rest.slice(whole?.length ?? 1);
      }
    },
    /** The rows on the screen, after those that scrolled off. */
    rowsShown: () => lines.flatMap((line) => wrapped(line)).map((row) => row.trimEnd()),
  };
  /** One entry per line, regardless of its number of rows. */
  let lines = [""];
  let at = { line: 0, offset: 0 };

  const height = (line: string) => Math.max(1, Math.ceil(line.length / terminal.columns));
  const wrapped = (line: string) =>
    Array.from({ length: height(line) }, (_, row) => line.slice(row * terminal.columns, (row + 1) * terminal.columns));
  /** After a full row the cursor stays at its end. */
  const row = () => {
    const { length } = lines[at.line]!;
    const waits = at.offset === length && length > 0 && length % terminal.columns === 0;
    return Math.floor(at.offset / terminal.columns) - (waits ? 1 : 0);
  };

  function put(character: string) {
    if (character === "\n") {
      lines.splice(at.line + 1, 0, ...(at.line + 1 === lines.length ? [""] : []));
      at = { line: at.line + 1, offset: 0 };
    } else if (character === "\r") at.offset = row() * terminal.columns;
    else {
      const line = lines[at.line]!.padEnd(at.offset);
      lines[at.line] = line.slice(0, at.offset) + character + line.slice(at.offset + 1);
      at.offset++;
    }
  }

  function obey(name: string, parameter: number) {
    if (name === "A") {
      let above = row();
      for (let up = 0; up < parameter; up++) {
        if (above > 0) above--;
        else if (at.line > 0) above = height(lines[--at.line]!) - 1;
      }
      at.offset = above * terminal.columns;
    } else if (name === "J") {
      lines = [...lines.slice(0, at.line), lines[at.line]!.slice(0, at.offset)];
    } else if (name === "K") {
      const start = row() * terminal.columns;
      lines[at.line] = lines[at.line]!.slice(0, start);
    } else if (name !== "m") throw new Error(`unknown sequence: ${name}`);
  }
  return terminal;
}
