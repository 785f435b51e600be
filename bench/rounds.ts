import type { Case } from "./cases.ts";
import { measure } from "./measurement.ts";
import type { BenchDatabase } from "./postgres.ts";
import type { Rounds } from "./report.ts";
import type { ServerProcess } from "./server-process.ts";

export interface RoundOptions {
  rounds: number;
  seconds: number;
  connections: number;
  /** A folder for the load generator's files. */
  scratch: string;
  /** By the name of the server that uses it. */
  databases?: Map<string, BenchDatabase>;
}

/** In round 0, whose figures are not used, the servers compile their code. */
const WARM_UP_SECONDS = 2;

/** Loads each server with each case, in turn, so that what else the machine does affects all of them alike. */
export async function measureRounds(servers: ServerProcess[], cases: Case[], options: RoundOptions): Promise<Rounds> {
  const { rounds, connections, scratch, databases } = options;
  const measured: Rounds = new Map(cases.map(({ name }) => [name, new Map(servers.map((each) => [each.name, []]))]));
  for (let round = 0; round <= rounds; round++) {
    const seconds = round === 0 ? Math.min(WARM_UP_SECONDS, options.seconds) : options.seconds;
    for (const kind of cases) {
      // A different server begins each time, so that none always follows the same one.
      for (const server of [...servers.slice(round % servers.length), ...servers.slice(0, round % servers.length)]) {
        const databaseCpu = databases?.get(server.name)?.cpuMicroseconds;
        const own = { seconds, connections, scratch, ...(databaseCpu ? { databaseCpu } : {}) };
        const one = await measure(server, kind, own);
        if (one && round > 0) measured.get(kind.name)!.get(server.name)!.push(one);
        const said = one ? `${Math.round(one.perSecond)}/s, ${Math.round(one.cpuMicroseconds)} µs` : "no such case";
        console.error(`${round === 0 ? "warm-up" : `round ${round}`}: ${kind.name}, ${server.name}: ${said}`);
      }
    }
  }
  return measured;
}
