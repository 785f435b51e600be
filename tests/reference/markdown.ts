/** A `|` would end the cell. */
const cell = (text: string) => text.replaceAll("|", "\\|");

/** A table in Markdown. */
export function table(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.map((each) => cell(String(each))).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

export const entries = Object.entries as <K extends string, V>(record: Readonly<Record<K, V>>) => [K, V][];
