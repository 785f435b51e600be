import { cpus, release, totalmem } from "node:os";
import { BARE } from "./cases.ts";
import { canPin } from "./cores.ts";
import { generator } from "./load/load.ts";
import type { Measurement } from "./measurement.ts";

/** case → server → one measurement for each round. */
export type Rounds = Map<string, Map<string, Measurement[]>>;

export interface Row {
  case: string;
  server: string;
  perSecond: number;
  cpuMicroseconds: number;
  databaseMicroseconds: number | null;
  /** Medians of the ratios within a round. Null without the floor. */
  timesBare: number | null;
  cpuTimesBare: number | null;
  p99: number;
}

export function rows(rounds: Rounds): Row[] {
  return [...rounds].flatMap(([name, servers]) => {
    const floor = servers.get(BARE);
    const cases = [...servers].filter(([, measured]) => measured.length > 0);
    return cases.map(([server, measured]): Row => {
      const against = (value: (each: Measurement) => number) =>
        floor?.length ? median(measured.map((each, round) => value(each) / value(floor[round]!))) : null;
      const databases = measured.flatMap((each) => each.databaseMicroseconds ?? []);
      return {
        case: name,
        server,
        perSecond: median(measured.map((each) => each.perSecond)),
        cpuMicroseconds: median(measured.map((each) => each.cpuMicroseconds)),
        databaseMicroseconds: databases.length > 0 ? median(databases) : null,
        timesBare: against((each) => each.perSecond),
        cpuTimesBare: against((each) => each.cpuMicroseconds),
        p99: median(measured.map((each) => each.p99)),
      };
    });
  });
}

export function table(all: Row[]): string {
  const header = ["case", "server", "requests/s", "× bare", "CPU µs/request", "× bare", "p99 ms"];
  const lines = all.map((row) => [
    row.case,
    row.server,
    Math.round(row.perSecond).toLocaleString("en-US"),
    row.timesBare?.toFixed(2) ?? "–",
    `${Math.round(row.cpuMicroseconds)}${row.databaseMicroseconds === null ? "" : ` + ${Math.round(row.databaseMicroseconds)} PostgreSQL`}`,
    row.cpuTimesBare?.toFixed(2) ?? "–",
    row.p99.toFixed(1),
  ]);
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map((_, column) => (column < 2 ? "---" : "---:"))), ...lines.map(line)].join("\n");
}

/** The cost of a request here as a ratio to the other checkout, server and database together. */
export function comparison(rounds: Rounds, pairs: [here: string, there: string][]): string {
  const cost = (each: Measurement) => each.cpuMicroseconds + (each.databaseMicroseconds ?? 0);
  const lines = [...rounds].flatMap(([name, servers]) =>
    pairs.map(([here, there]) => {
      const other = servers.get(there) ?? [];
      const ratios = (servers.get(here) ?? []).map((each, round) => cost(each) / cost(other[round]!));
      const [least, middle, most] = [Math.min(...ratios), median(ratios), Math.max(...ratios)].map((x) => x.toFixed(2));
      return `| ${name} | ${here} | ${middle} | ${least} to ${most} |`;
    }),
  );
  return [
    "| case | server | CPU here / there, median of rounds | rounds |",
    "| --- | --- | ---: | ---: |",
    ...lines,
  ].join("\n");
}

export interface Setting {
  machine: string;
  versions: Record<string, string>;
  method: string;
}

export function setting(
  options: { seconds: number; connections: number; rounds: number },
  versions: Record<string, string>,
): Setting {
  const cores = canPin ? "server and database on one core, load on another" : "nothing pinned to a core";
  return {
    machine: `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}`,
    versions,
    method: `${generator}, ${options.connections} kept https connections, ${options.rounds} rounds of ${options.seconds} s in turn, medians, ratios within a round; ${cores}`,
  };
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
