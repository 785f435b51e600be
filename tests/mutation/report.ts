import { type FileScore, type Mutant, percent, type Scores, short, sum } from "./score.ts";

const columns = ["killed", "timeout", "survived", "noCoverage", "equivalent"] as const;

const remarks: Partial<Record<Mutant["status"], string>> = {
  timeout: ", noticed because the tests did not end",
  "no coverage": ", reached by no test",
};

/** Faults in the form that an entry of `equivalent` repeats. */
export function printMutants(mutants: Mutant[]): void {
  for (const { file, line, mutator, original, replacement, status } of mutants) {
    console.log(`\n${file}:${line} ${mutator}${remarks[status] ?? ""}`);
    console.log(`  - ${short(original)}\n  + ${short(replacement)}`);
  }
}

export function printTable(groups: Map<string, Scores>): void {
  const all = [...groups.values()].flatMap((files) => Object.values(files));
  const rows: [string, FileScore][] = [];
  for (const [name, files] of groups) {
    rows.push([name, sum(Object.values(files))]);
    for (const [file, score] of Object.entries(files).sort()) rows.push([`  ${file}`, score]);
  }
  rows.push(["all", sum(all)]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const line = (name: string, cells: string[]) =>
    `${name.padEnd(width)} ${cells.map((cell) => cell.padStart(10)).join(" ")}`;
  console.log(`\n${line("", ["score", "killed", "timeout", "survived", "uncovered", "equivalent"])}`);
  for (const [name, score] of rows) {
    console.log(line(name, [`${percent(score).toFixed(1)} %`, ...columns.map((column) => String(score[column]))]));
  }
}
