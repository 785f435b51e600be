// The ratios of which `npm run test:release` fails if they fall: requests for the same CPU time, as a share of what bare
// node:http and oidc-provider answer. Ratios within a run depend little on the machine, and CPU time little on what else
// runs there.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BARE, type Case, devicecode, PEER, poll, refresh } from "./cases.ts";
import { rows } from "./report.ts";
import { measureRounds } from "./rounds.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** case → ratio. The content of baseline.json. */
export type Ratios = Record<string, { ofBare?: number; ofPeer?: number }>;

export const guardedCases: Case[] = [poll, devicecode, refresh];
/** How far a ratio may fall. */
const TOLERANCE = 0.15;

/** Our server on SQLite beside both references, in short rounds. */
export async function measureRatios(cases: Case[] = guardedCases): Promise<Ratios> {
  const scratch = await mkdtemp(join(tmpdir(), "doorcode-bench-"));
  const servers: ServerProcess[] = [];
  try {
    const ours = await startServer("Doorcode, SQLite", "tenant.ts", ["sqlite", join(scratch, "sqlite")]);
    servers.push(ours);
    servers.push(await startServer(BARE, "bare.ts"), await startServer(PEER, "oidc-provider.ts"));
    const measured = await measureRounds(servers, cases, { rounds: 3, seconds: 2, connections: 16, scratch });
    const own = rows(measured).filter(({ server }) => server === ours.name);
    return Object.fromEntries(
      own.map(({ case: name, ofBare, ofPeer }) => [
        name,
        { ...(ofBare !== null && { ofBare: rounded(ofBare) }), ...(ofPeer !== null && { ofPeer: rounded(ofPeer) }) },
      ]),
    );
  } finally {
    await Promise.allSettled(servers.map((server) => server.end()));
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Measures again and again until each accepted ratio has been good once, at most `times` times. Returns those that
 * never were: more than 15% lower each time. What else runs on the machine can spoil a measurement, but hardly all.
 */
export async function fallenRatios(
  accepted: Ratios,
  times: number,
  measureAgain: (cases: Case[]) => Promise<Ratios> = measureRatios,
): Promise<string[]> {
  let open = Object.entries(accepted).flatMap(([name, ratios]) =>
    (Object.entries(ratios) as ["ofBare" | "ofPeer", number][]).map(([of, bar]) => ({ name, of, bar, found: [""] })),
  );
  for (let time = 0; time < times && open.length > 0; time++) {
    const measured = await measureAgain(guardedCases.filter((each) => open.some(({ name }) => name === each.name)));
    open = open.filter(({ name, of, bar, found }) => {
      const ratio = measured[name]?.[of];
      found[time] = ratio?.toFixed(2) ?? "not measured";
      return ratio === undefined || ratio < bar * (1 - TOLERANCE);
    });
  }
  return open.map(({ name, of, bar, found }) => `${name}, ${of}: ${found.join(", ")}; accepted: ${bar}`);
}

/** Of several runs the lowest: a bar that a busy machine can pass, too. */
export function lowest(runs: Ratios[]): Ratios {
  const least = (name: string, of: "ofBare" | "ofPeer") => {
    const values = runs.flatMap((run) => run[name]?.[of] ?? []);
    return values.length > 0 ? { [of]: Math.min(...values) } : {};
  };
  const names = new Set(runs.flatMap((run) => Object.keys(run)));
  return Object.fromEntries([...names].map((name) => [name, { ...least(name, "ofBare"), ...least(name, "ofPeer") }]));
}

const rounded = (ratio: number): number => Math.round(ratio * 100) / 100;
