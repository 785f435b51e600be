/** The lines of a terminal as a page: `tmux capture-pane -e` gives them with escape sequences for colors and weight only. */

const themes = {
  light: { back: "#fbfaf7", front: "#24242b", bar: "#e8e5dd", edge: "#d8d5cd", cyan: "#0b6e7f", green: "#1a7f37" },
  dark: { back: "#16161d", front: "#e4e2dc", bar: "#26262f", edge: "#3a3a43", cyan: "#6fd3e3", green: "#6fd38a" },
};

interface Look {
  bold: boolean;
  dim: boolean;
  color: string;
  back: string;
}

const PLAIN: Look = { bold: false, dim: false, color: "", back: "" };

/** Of the 256 colors, only those that a QR code uses. */
const INDEXED: Record<string, string> = { "231": "#ffffff", "16": "#000000" };

/**
 * Upper and lower half blocks, drawn as backgrounds: fonts leave gaps between them, and cameras cannot read a QR code
 * with gaps.
 */
const HALVES: Record<string, [upper: boolean, lower: boolean]> = {
  "▀": [true, false],
  "▄": [false, true],
  "█": [true, true],
};

export function terminalPage(
  lines: readonly string[],
  { columns, scheme }: { columns: number; scheme: keyof typeof themes },
): string {
  const theme = themes[scheme];
  const last = lines.findLastIndex((line) => line.trim() !== "");
  const rows = lines.slice(0, last + 1).map((line) => `<div>${rowOf(line, theme)}</div>`);
  const style = `
    body { margin: 0; padding: 16px; width: fit-content; background: transparent; }
    main { border: 1px solid ${theme.edge}; border-radius: 10px; overflow: hidden; background: ${theme.back}; color: ${theme.front}; }
    header { height: 34px; background: ${theme.bar}; display: flex; align-items: center; gap: 8px; padding-left: 14px; }
    header i { width: 12px; height: 12px; border-radius: 50%; background: ${theme.edge}; }
    pre { margin: 0; padding: 14px 18px 18px; width: ${columns}ch; font: 15px/17px "DejaVu Sans Mono", monospace; }
    div { height: 17px; white-space: pre; }
    b { font-weight: 700; } .dim { opacity: .62; }
    .cell { display: inline-block; width: 1ch; height: 17px; vertical-align: top; }`;
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><main><header><i></i><i></i><i></i></header><pre>${rows.join("")}</pre></main>`;
}

function rowOf(line: string, theme: (typeof themes)["light"]): string {
  let look = PLAIN;
  let html = "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds escape sequences.
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
    if (codes === undefined) html += textOf(part, look);
    else look = changed(look, codes.split(";"), theme);
  }
  return html;
}

function changed(look: Look, codes: string[], theme: (typeof themes)["light"]): Look {
  const next = { ...look };
  for (let at = 0; at < codes.length; at++) {
    const code = Number(codes[at] || 0);
    if (code === 0) Object.assign(next, PLAIN);
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 32) next.color = theme.green;
    else if (code === 36) next.color = theme.cyan;
    else if (code === 39) next.color = "";
    else if (code === 49) next.back = "";
    else if ((code === 38 || code === 48) && codes[at + 1] === "5") {
      const color = INDEXED[codes[at + 2] ?? ""];
      if (color === undefined) throw new Error(`no color for ${codes.join(";")}`);
      next[code === 38 ? "color" : "back"] = color;
      at += 2;
    } else throw new Error(`unknown style: ${codes.join(";")}`);
  }
  return next;
}

function textOf(text: string, look: Look): string {
  if (text === "") return "";
  const blocks = look.color === INDEXED["231"];
  if (blocks) return [...text].map((character) => cell(character, look)).join("");
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const style = look.color === "" ? "" : ` style="color:${look.color}"`;
  const tag = look.bold ? "b" : "span";
  return `<${tag}${look.dim ? ' class="dim"' : ""}${style}>${escaped}</${tag}>`;
}

function cell(character: string, { color, back }: Look): string {
  const [upper, lower] = HALVES[character] ?? [false, false];
  const paint = (filled: boolean) => (filled ? color : back || "transparent");
  return `<span class="cell" style="background:linear-gradient(${paint(upper)} 50%,${paint(lower)} 50%)"></span>`;
}
