import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, release, totalmem } from "node:os";

/** Replaces what is between `<!-- MARK -->` and the next `<!-- end -->`. */
export function replaceSection(page: string, mark: string, text: string): string {
  const marked = new RegExp(`(<!-- ${mark} -->\\n)[^]*?(\\n<!-- end -->)`);
  if (!marked.test(page)) throw new Error(`The page has no mark <!-- ${mark} -->.`);
  return page.replace(marked, (_all, before: string, after: string) => `${before}\n${text}\n${after}`);
}

/** Replaces the second cell of the row `| NAME | … |`. */
export function replaceRow(page: string, name: string, cell: string): string {
  const row = page.split("\n").find((line) => line.startsWith(`| ${name} | `));
  if (row === undefined) throw new Error(`The page has no row | ${name} |.`);
  return page.replace(row, () => `| ${name} | ${cell} |`);
}

/** Prints a section of docs/performance.md. With `write`, it replaces the one of this name in the page, too. */
export async function publish(name: string, text: string, write: boolean): Promise<void> {
  console.log(`\n${text}`);
  if (write) await changePage("docs/performance.md", (page) => replaceSection(page, `bench: ${name}`, text));
}

/** Writes the rows of README's figures. */
export async function publishInReadme(rows: Record<string, string>): Promise<void> {
  await changePage("README.md", (page) =>
    Object.entries(rows).reduce((text, [name, cell]) => replaceRow(text, name, cell), page),
  );
}

async function changePage(page: string, change: (text: string) => string): Promise<void> {
  const file = new URL(`../${page}`, import.meta.url);
  await writeFile(file, change(await readFile(file, "utf8")));
  console.error(`Changed ${page}.`);
}

export function markdownTable(header: string[], rows: string[][], textColumns = 1): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(header),
    line(header.map((_, column) => (column < textColumns ? "---" : "---:"))),
    ...rows.map(line),
  ].join("\n");
}

/** What figures depend on: processor, memory, Node.js, and what else kept the machine busy. */
export function machine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const cores = `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores, ${memory}`;
  return `${cores}, ${process.platform} ${release()}, Node ${process.version}, load average ${loadavg()[1]!.toFixed(1)}`;
}
