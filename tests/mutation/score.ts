import type { Equivalent, Group } from "./group.ts";

/** One fault that was put into the code, and whether the tests noticed it. */
export interface Mutant {
  file: string;
  line: number;
  /** The whole source line where it begins. */
  lineText: string;
  mutator: string;
  original: string;
  replacement: string;
  status: "killed" | "timeout" | "survived" | "no coverage" | "invalid";
}

export interface FileScore {
  killed: number;
  timeout: number;
  survived: number;
  noCoverage: number;
  equivalent: number;
}

export type Scores = Record<string, FileScore>;

export interface GroupResult {
  scores: Scores;
  survivors: Mutant[];
  /** Entries of the configuration that fit no survivor, or more than one. */
  wrongEntries: string[];
}

/** The text on one line, as the report prints it and the configuration repeats it. */
export function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

/** Counts a group's mutants by file, with the named equivalents taken out. */
export function resultOf(mutants: Mutant[], equivalent: Equivalent[]): GroupResult {
  const alive = mutants.filter(({ status }) => status === "survived" || status === "no coverage");
  const excused = new Set<Mutant>();
  const wrongEntries: string[] = [];
  for (const entry of equivalent) {
    const fits = alive.filter((mutant) => isNamedBy(mutant, entry));
    const [fit] = fits;
    if (fit && fits.length === 1) excused.add(fit);
    else wrongEntries.push(`${entry.file}: “${entry.original}” → “${entry.replacement}” fits ${fits.length} survivors`);
  }
  const scores: Scores = {};
  for (const mutant of mutants) {
    if (mutant.status === "invalid") continue;
    scores[mutant.file] ??= { killed: 0, timeout: 0, survived: 0, noCoverage: 0, equivalent: 0 };
    const score = scores[mutant.file]!;
    if (excused.has(mutant)) score.equivalent++;
    else if (mutant.status === "no coverage") score.noCoverage++;
    else score[mutant.status]++;
  }
  return { scores, survivors: alive.filter((mutant) => !excused.has(mutant)), wrongEntries };
}

function isNamedBy(mutant: Mutant, entry: Equivalent): boolean {
  return (
    mutant.file === entry.file &&
    short(mutant.original) === entry.original &&
    short(mutant.replacement) === entry.replacement &&
    mutant.lineText.includes(entry.line ?? "")
  );
}

export function sum(scores: FileScore[]): FileScore {
  const total = { killed: 0, timeout: 0, survived: 0, noCoverage: 0, equivalent: 0 };
  for (const score of scores) {
    for (const key of Object.keys(total) as (keyof FileScore)[]) total[key] += score[key];
  }
  return total;
}

/** Percent of the mutants that a test noticed; equivalents do not count. 100 where there is nothing to notice. */
export function percent({ killed, timeout, survived, noCoverage }: FileScore): number {
  const noticed = killed + timeout;
  const all = noticed + survived + noCoverage;
  return all === 0 ? 100 : (100 * noticed) / all;
}

/** Percent of all groups together. */
export const FLOOR = 90;

/** Which floors the scores miss, one sentence each; a group that was never measured misses its floor. */
export function missedFloors(
  groups: Pick<Group, "name" | "floor">[],
  scores: Map<string, Scores>,
  floor: number,
): string[] {
  const missed = groups.flatMap(({ name, floor = 0 }) => {
    const files = scores.get(name);
    if (files === undefined) return [`${name}: has never been measured`];
    const reached = percent(sum(Object.values(files)));
    return reached < floor ? [`${name}: ${reached.toFixed(1)} % is below its floor of ${floor} %`] : [];
  });
  const total = percent(sum([...scores.values()].flatMap((files) => Object.values(files))));
  if (total < floor) missed.push(`all groups: ${total.toFixed(1)} % is below the floor of ${floor} %`);
  return missed;
}
