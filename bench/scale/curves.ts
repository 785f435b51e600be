import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Case, devicecode, poll, refresh } from "../cases.ts";
import { benchApp, benchCode, benchCodeOfApp, benchToken, fillApps, fillGrants, fillSignIns } from "../fill.ts";
import { kib, measureHeld } from "../held-memory.ts";
import { cost, measure } from "../measurement.ts";
import { median } from "../report.ts";
import { startServer } from "../server-process.ts";
import {
  askForCode,
  CONNECTIONS,
  codesFor,
  laterPollsOf,
  type MeasureOptions,
  openPlace,
  type Place,
  pollsOf,
  ROUNDS,
  renewalsOf,
} from "./place.ts";
import type { Line, Panel } from "./plot.ts";

const STORES = ["SQLite", "PostgreSQL"] as const;
const MICROSECONDS = "CPU µs per request, with PostgreSQL's";
/** Codes that are polled in one measurement: no measurement gets to the end of them. */
const POLLED = 50_000;
const DEFAULT_MEMORY = 100_000;

export async function pendingCurves(sizes: number[], options: MeasureOptions): Promise<Panel[]> {
  const most = sizes.at(-1)!;
  const variants = [
    ...STORES.map((store) => ({ store, name: store, sizes, inMemory: most })),
    // What happens above the limit: the other polls are read from the store.
    ...STORES.map((store) => ({
      store,
      name: `${store}, ${whole(DEFAULT_MEMORY)} in memory`,
      sizes: sizes.filter((size) => size >= DEFAULT_MEMORY),
      inMemory: DEFAULT_MEMORY,
    })),
  ];
  const polls: Line[] = [];
  const codes: Line[] = [];
  const memory: Line[] = [];
  for (const { store, name, sizes: own, inMemory } of variants) {
    if (own.length === 0) continue;
    const more = ["--polls-in-memory", String(inMemory)];
    await using place = await openPlace(store, `pending ${name}`, options, more);
    const { server, filler, costOf } = place;
    const lines = [polls, codes, memory].map((all) => lineIn(all, name));
    await askForCode(server);
    let filled = 0;
    for (const size of own) {
      progress(`${name}: ${whole(size)} waiting codes`);
      await fillGrants(filler, filled + 1, size);
      filled = size;
      const chosen = spread(size, POLLED).map((n) => ({ code: benchCode(n), clientId: server.clientId }));
      const found = await costOf(() => ({
        ...pollsOf(chosen),
        async work(...of) {
          // In each round: a poll is read from the store again after a minute.
          const remembered = await server.rememberPolls(size);
          // Polls of the others would be read from the store, and counted as polls from memory.
          const expected = Math.min(size, inMemory);
          if (remembered < expected) throw new Error(`${whole(remembered)} of ${whole(expected)} polls are in memory.`);
          return pollsOf(chosen).work(...of);
        },
      }));
      lines[0]!.points.push([size, found]);
      lines[1]!.points.push([size, await costOf(() => devicecode)]);
      lines[2]!.points.push([size, (await server.memory()).resident / 2 ** 20]);
    }
  }
  const across = "waiting device codes";
  return [
    { title: "Pending poll", across, unit: MICROSECONDS, lines: polls },
    { title: "Device code request", across, unit: MICROSECONDS, lines: codes },
    { title: "Memory of a node", across, unit: "MiB resident", lines: memory },
  ];
}

export async function userCurves(sizes: number[], options: MeasureOptions): Promise<Panel[]> {
  const lines: Line[] = [];
  for (const store of STORES) {
    await using place = await openPlace(store, `users ${store}`, options);
    const { server, filler, costOf } = place;
    await server.refreshTokens(1);
    const line = lineIn(lines, store);
    let filled = 0;
    for (const [step, size] of sizes.entries()) {
      progress(`${store}: ${whole(size)} users`);
      await fillSignIns(filler, filled + 1, size);
      filled = size;
      // Each token can be used once, so each round of each step has its own, all over the tables.
      const shares = sizes.length * (ROUNDS + 1);
      const tokensOf = (round: number) => {
        const first = 1 + step * (ROUNDS + 1) + round;
        return spread(Math.floor((size - first) / shares), 5_000).map((n) => benchToken(first + n * shares));
      };
      line.points.push([size, await costOf((round) => renewalsOf(tokensOf(round)))]);
    }
  }
  return [{ title: "Renewal (two RS256 signatures)", across: "signed-in users", unit: MICROSECONDS, lines }];
}

export async function appCurves(sizes: number[], options: MeasureOptions): Promise<Panel[]> {
  const lines: Line[] = [];
  for (const store of STORES) {
    await using place = await openPlace(store, `apps ${store}`, options);
    const { server, filler, costOf } = place;
    await askForCode(server);
    const [polls, codes] = [lineIn(lines, `${store}, pending poll`), lineIn(lines, `${store}, device code`)];
    let filled = 0;
    for (const size of sizes) {
      progress(`${store}: ${whole(size)} apps`);
      await fillApps(filler, server.clientId, filled + 1, size);
      filled = size;
      const apps = Array.from({ length: size }, (_, n) => n + 1);
      const waiting = apps.map((n) => ({ code: benchCodeOfApp(n), clientId: benchApp(n) }));
      polls.points.push([size, await costOf(() => laterPollsOf(waiting))]);
      codes.points.push([size, await costOf(() => codesFor(apps.map(benchApp)))]);
    }
  }
  return [{ title: "Requests of many apps", across: "apps", unit: MICROSECONDS, lines }];
}

export async function heldCurves(sizes: number[], { scratch }: MeasureOptions): Promise<Panel[]> {
  const lines: Line[] = [];
  for (const size of sizes) {
    progress(`${whole(size)} connections`);
    const rows = [
      ...(await measureHeld("bare node:https", "bare.ts", [], size)),
      ...(await measureHeld("Doorcode, SQLite", "tenant.ts", ["sqlite", join(scratch, `held-${size}`)], size)),
    ];
    for (const { name, each } of rows) lineIn(lines, name).points.push([size, Number(kib(each.resident))]);
  }
  return [{ title: "Connections", across: "open connections", unit: "KiB resident for each", lines }];
}

/** What a request costs if one node serves all of them, and two nodes half of them each, on the same database. */
export async function nodeCurves(options: MeasureOptions): Promise<Panel[]> {
  const lines: Line[] = [];
  await using place = await openPlace("PostgreSQL", "node 1", options);
  const folder = join(options.scratch, "node-2");
  // Every node of a tenant has the same seal key.
  await mkdir(folder, { mode: 0o700 });
  await copyFile(join(place.folder, "seal.key"), join(folder, "seal.key"));
  const args = ["postgres", folder, place.database!.url];
  const second = await startServer("node 2", "tenant.ts", args);
  try {
    for (const kind of [poll, devicecode, refresh]) {
      progress(`nodes: ${kind.name}`);
      const { points } = lineIn(lines, kind.name);
      points.push([1, await place.costOf(() => kind)], [2, await costOnBoth(place, second, kind, options)]);
    }
  } finally {
    await second.end();
  }
  return [{ title: "Nodes on one PostgreSQL", across: "nodes", unit: MICROSECONDS, lines }];
}

async function costOnBoth(
  { server, database }: Place,
  second: Place["server"],
  kind: Case,
  { scratch, seconds }: MeasureOptions,
): Promise<number> {
  const found: number[] = [];
  const own = { seconds, connections: CONNECTIONS / 2 };
  for (let round = 0; round <= ROUNDS; round++) {
    const databaseCpu = database!.cpuMicroseconds;
    // The database's time is read by one of the two, for the requests of both.
    const [one, other] = await Promise.all([
      measure(server, kind, { ...own, scratch, ...(databaseCpu ? { databaseCpu } : {}) }),
      measure(second, kind, { ...own, scratch: join(scratch, "node-2") }),
    ]);
    const requests = one!.requests + other!.requests;
    const total = cost(one!) * one!.requests + cost(other!) * other!.requests;
    if (round > 0) found.push(total / requests);
  }
  return median(found);
}

function lineIn(lines: Line[], name: string): Line {
  const found = lines.find((line) => line.name === name);
  if (found) return found;
  const line: Line = { name, points: [] };
  lines.push(line);
  return line;
}

/** At most `most` numbers from 1 to `size`, evenly, in an order without a pattern. */
function spread(size: number, most: number): number[] {
  const count = Math.min(size, most);
  const chosen = Array.from({ length: count }, (_, n) => 1 + Math.floor((n * size) / count));
  // 7,919 is prime, and no divisor of any count that is used.
  return chosen.map((_, n) => chosen[(n * 7_919) % count]!);
}

const whole = (value: number): string => value.toLocaleString("en-US");

function progress(what: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${what}`);
}
