import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import { formClient } from "./form-client.ts";
import { load } from "./load/load.ts";
import type { ServerProcess } from "./server-process.ts";

export interface Measurement {
  requests: number;
  perSecond: number;
  /** CPU time of the server's process, with all its threads. */
  cpuMicroseconds: number;
  /** CPU time of PostgreSQL's processes in addition. Null if there are none. */
  databaseMicroseconds: number | null;
  /** How much of the time server and database worked, in cores. Far below 1, the load generator was the limit. */
  busy: number;
  /** Of a response, in milliseconds. */
  p50: number;
  p99: number;
  /** Resident bytes of the server's process, right after the load. Null if /proc is not available. */
  resident: number | null;
}

/** What a request costs in all. */
export const cost = (one: Measurement): number => one.cpuMicroseconds + (one.databaseMicroseconds ?? 0);

/** Loads one server with one case. Undefined if the server does not support the case. */
export async function measure(
  server: ServerProcess,
  kind: Case,
  options: { seconds: number; connections: number; scratch: string; databaseCpu?: () => Promise<number> },
): Promise<Measurement | undefined> {
  const { seconds, connections, scratch, databaseCpu } = options;
  const client = formClient(server.origin, server.ca, connections);
  try {
    const work = await kind.work(server, client, connections);
    if (!work) return undefined;
    if (kind.error) {
      const { body } = await client.send(work.path, work.forms[0]!, work.contentType);
      if (body.error !== kind.error) {
        throw new Error(`${server.name}, ${kind.name}: answered ${JSON.stringify(body)} instead of ${kind.error}.`);
      }
    }

    const caFile = join(scratch, "ca.pem");
    await writeFile(caFile, server.ca);
    const { path, ...rest } = work;
    const databaseBefore = await databaseCpu?.();
    const before = await server.cpuMicroseconds();
    const counted = await load({ ...rest, url: server.origin + path, caFile, seconds, connections }, scratch);
    const cpu = (await server.cpuMicroseconds()) - before;
    const resident = server.residentBytes();
    const database = databaseCpu ? (await databaseCpu()) - databaseBefore! : null;

    const expected = kind.answered === "refused" || server.fixed ? counted.requests : 0;
    if (counted.requests === 0 || counted.broken > 0 || Math.abs(counted.refused - expected) > 0) {
      throw new Error(`${server.name}, ${kind.name}: unexpected responses: ${JSON.stringify(counted)}`);
    }
    return {
      requests: counted.requests,
      perSecond: counted.requests / counted.seconds,
      cpuMicroseconds: cpu / counted.requests,
      databaseMicroseconds: database === null ? null : database / counted.requests,
      busy: (cpu + (database ?? 0)) / 1e6 / counted.seconds,
      p50: counted.p50,
      p99: counted.p99,
      resident,
    };
  } finally {
    client.close();
  }
}
