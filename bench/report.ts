import { BARE, PEER } from "./cases.ts";
import { canPin } from "./cores.ts";
import { generator } from "./load/load.ts";
import { cost, type Measurement } from "./measurement.ts";
import { machine, markdownTable } from "./page-section.ts";

/** case → server → one measurement for each round. */
export type Rounds = Map<string, Map<string, Measurement[]>>;

export interface Row {
  case: string;
  server: string;
  perSecond: number;
  /** The load generator, not the server, limited the requests per second. */
  limitedByLoad: boolean;
  cpuMicroseconds: number;
  databaseMicroseconds: number | null;
  /**
   * Requests for the same CPU time, as a share of what bare node:http and oidc-provider answer: medians of the ratios
   * within a round. Null without them.
   */
  ofBare: number | null;
  ofPeer: number | null;
  p50: number;
  p99: number;
  resident: number | null;
}

/** Below this many cores, the server waited for requests. */
const BUSY = 0.85;

export function rows(rounds: Rounds): Row[] {
  return [...rounds].flatMap(([name, servers]) =>
    [...servers]
      .filter(([, measured]) => measured.length > 0)
      .map(([server, measured]): Row => {
        const of = (value: (each: Measurement) => number) => median(measured.map(value));
        const databases = measured.flatMap((each) => each.databaseMicroseconds ?? []);
        const resident = measured.flatMap((each) => each.resident ?? []);
        return {
          case: name,
          server,
          perSecond: of((each) => each.perSecond),
          limitedByLoad: of((each) => each.busy) < BUSY,
          cpuMicroseconds: of((each) => each.cpuMicroseconds),
          databaseMicroseconds: databases.length > 0 ? median(databases) : null,
          ofBare: share(servers.get(BARE), measured),
          ofPeer: share(servers.get(PEER), measured),
          p50: of((each) => each.p50),
          p99: of((each) => each.p99),
          resident: resident.length > 0 ? median(resident) : null,
        };
      }),
  );
}

/** The median, round by round, of how many times as much `reference` costs. */
function share(reference: Measurement[] | undefined, measured: Measurement[]): number | null {
  if (!reference?.length) return null;
  return median(measured.map((each, round) => cost(reference[round]!) / cost(each)));
}

export function table(all: Row[]): string {
  const header = ["requests/s", "CPU µs/request", "of bare", "of oidc-provider", "p50 ms", "p99 ms", "RSS MiB"];
  const body = all.map((row) => [
    row.case,
    row.server,
    `${Math.round(row.perSecond).toLocaleString("en-US")}${row.limitedByLoad ? " \\*" : ""}`,
    costText(row),
    row.ofBare?.toFixed(2) ?? "–",
    row.ofPeer?.toFixed(2) ?? "–",
    row.p50.toFixed(1),
    row.p99.toFixed(1),
    row.resident === null ? "–" : Math.round(row.resident / 2 ** 20).toString(),
  ]);
  const notes = [
    '"Of bare" and "of oidc-provider": requests for the same CPU time (server and database), as a share of what these answer in the same round. Higher is better.',
    ...(all.some((row) => row.limitedByLoad)
      ? ["\\* The server waited for the load generator or for the disk: compare the CPU time."]
      : []),
  ];
  return `${markdownTable(["case", "server", ...header], body, 2)}\n\n${notes.join("\n\n")}`;
}

/** The figures of README, by the names of its rows. */
export function readmeRows(all: Row[]): Record<string, string> {
  const names = {
    "pending poll": "a pending poll",
    devicecode: "a device code request",
    "refresh (two RS256)": "a renewal",
  };
  const shown = ["Doorcode, SQLite", "Doorcode, PostgreSQL", "bare node:http", "oidc-provider, memory"];
  return Object.fromEntries(
    Object.entries(names).map(([name, said]) => {
      const found = all.filter((row) => row.case === name && shown.includes(row.server));
      const costs = found.map((row) => `${row.server.replace("Doorcode, ", "")} ${costText(row, "")}`);
      return [`CPU time of ${said} over TLS, µs`, `${costs.join("; ")}: [the table](docs/performance.md)`];
    }),
  );
}

function costText({ cpuMicroseconds, databaseMicroseconds }: Row, unit = " PostgreSQL"): string {
  const database = databaseMicroseconds === null ? "" : ` + ${whole(databaseMicroseconds)}${unit}`;
  return `${whole(cpuMicroseconds)}${database}`;
}

const whole = (value: number) => Math.round(value).toLocaleString("en-US");

/** The cost of a request here as a ratio to the other checkout, server and database together. */
export function comparison(rounds: Rounds, pairs: [here: string, there: string][]): string {
  const lines = [...rounds].flatMap(([name, servers]) =>
    pairs.flatMap(([here, there]) => {
      const other = servers.get(there) ?? [];
      // An older checkout may not have the case.
      const both = (servers.get(here) ?? []).slice(0, other.length);
      if (both.length === 0) return [];
      const ratios = both.map((each, round) => cost(each) / cost(other[round]!));
      const [least, middle, most] = [Math.min(...ratios), median(ratios), Math.max(...ratios)].map((x) => x.toFixed(2));
      return [[name, here, middle!, `${least} to ${most}`]];
    }),
  );
  return markdownTable(["case", "server", "CPU here / there, median of rounds", "rounds"], lines, 2);
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
    machine: machine(),
    versions,
    method: `${generator}, ${options.connections} kept https connections, ${options.rounds} rounds of ${options.seconds} s in turn, medians; ${cores}`,
  };
}

export function settingText({ machine, versions, method }: Setting): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${machine}; ${named.join(", ")}. ${method}.`;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
