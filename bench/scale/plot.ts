/** A line chart: how `unit` changes with the number of `across`. */
export interface Panel {
  title: string;
  across: string;
  unit: string;
  lines: Line[];
}

export interface Line {
  name: string;
  points: [x: number, y: number][];
}

const PANEL = { width: 460, height: 290, left: 58, right: 16, top: 44, bottom: 84 };
const COLUMNS = 2;
/** Distinguishable with every kind of color blindness, and on both backgrounds; dashes tell lines apart, too. */
const STYLES = [
  { color: "#2f7fd6", dash: "" },
  { color: "#d9702b", dash: "7 4" },
  { color: "#1f9d76", dash: "2 4" },
  { color: "#b266c8", dash: "10 3 2 3" },
];

/** The panels as one SVG image. Its text stays text, and its colors follow the reader's color scheme. */
export function plot(panels: Panel[]): string {
  const rows = Math.ceil(panels.length / COLUMNS);
  const [width, height] = [PANEL.width * COLUMNS, PANEL.height * rows];
  const drawn = panels.map((panel, n) => {
    const at = `${(n % COLUMNS) * PANEL.width} ${Math.floor(n / COLUMNS) * PANEL.height}`;
    return `<g transform="translate(${at})">\n${draw(panel).join("\n")}\n</g>`;
  });
  const title = panels.map((panel) => panel.title).join("; ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>
  svg { background: #fff; font: 12px system-ui, sans-serif; }
  text { fill: #24292f; } .title { font-weight: 600; font-size: 14px; } .small { fill: #57606a; }
  .grid { stroke: #d0d7de; } .line { fill: none; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } text { fill: #e6edf3; } .small { fill: #9198a1; } .grid { stroke: #30363d; }
  }
</style>
${drawn.join("\n")}
</svg>
`;
}

function draw({ title, across, unit, lines }: Panel): string[] {
  const { width, height, left, right, top, bottom } = PANEL;
  const all = lines.flatMap(({ points }) => points);
  const xs = [...new Set(all.map(([x]) => x))].sort((a, b) => a - b);
  const [least, most] = [Math.log10(xs[0]!), Math.log10(xs.at(-1)!)];
  const ticks = ticksTo(Math.max(...all.map(([, y]) => y)));
  const highest = ticks.at(-1)!;
  const floor = height - bottom;
  const xOf = (x: number) =>
    round(left + 12 + ((Math.log10(x) - least) / (most - least || 1)) * (width - left - right - 24));
  const yOf = (y: number) => round(floor - (y / highest) * (floor - top));
  const text = (x: number, y: number, value: string, kind = "small", anchor = "start") =>
    `<text x="${x}" y="${y}" class="${kind}" text-anchor="${anchor}">${escaped(value)}</text>`;
  return [
    text(left, 20, title, "title"),
    text(left, 36, unit),
    ...ticks.flatMap((y) => [
      `<line x1="${left}" x2="${width - right}" y1="${yOf(y)}" y2="${yOf(y)}" class="grid"/>`,
      text(left - 6, yOf(y) + 4, whole(y), "small", "end"),
    ]),
    ...xs.map((x) => text(xOf(x), floor + 16, whole(x), "small", "middle")),
    text((left + width - right) / 2, floor + 34, across, "small", "middle"),
    ...lines.flatMap(({ name, points }, n) => {
      const { color, dash } = STYLES[n % STYLES.length]!;
      const path = points.map(([x, y]) => `${xOf(x)},${yOf(y)}`).join(" ");
      const [x, y] = [left + (n % 2) * 205, floor + 54 + Math.floor(n / 2) * 17];
      const stroke = `stroke="${color}"${dash && ` stroke-dasharray="${dash}"`}`;
      return [
        `<polyline points="${path}" class="line" ${stroke}/>`,
        ...points.map(([px, py]) => `<circle cx="${xOf(px)}" cy="${yOf(py)}" r="3" fill="${color}"/>`),
        `<line x1="${x}" x2="${x + 22}" y1="${y - 4}" y2="${y - 4}" class="line" ${stroke}/>`,
        text(x + 28, y, name, "legend"),
      ];
    }),
  ];
}

/** From 0 in steps of 1, 2 or 5 times a power of ten, three to six of them. */
function ticksTo(most: number): number[] {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough)!;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, n) => n * step);
}

const whole = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 2 });
const round = (value: number): number => Math.round(value * 10) / 10;
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
