import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BARE, type Case } from "./cases.ts";
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
  p99: number;
}

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
    if (kind.error) await expectError(server, kind, work.path, client, work.forms[0]!);

    const caFile = join(scratch, "ca.pem");
    await writeFile(caFile, server.ca);
    const { path, ...rest } = work;
    const databaseBefore = await databaseCpu?.();
    const before = await server.cpuMicroseconds();
    const counted = await load({ ...rest, url: server.origin + path, caFile, seconds, connections }, scratch);
    const cpu = (await server.cpuMicroseconds()) - before;
    const database = databaseCpu ? (await databaseCpu()) - databaseBefore! : null;

    const expected = kind.answered === "refused" || server.name === BARE ? counted.requests : 0;
    if (counted.requests === 0 || counted.broken > 0 || Math.abs(counted.refused - expected) > 0) {
      throw new Error(`${server.name}, ${kind.name}: unexpected responses: ${JSON.stringify(counted)}`);
    }
    return {
      requests: counted.requests,
      perSecond: counted.requests / counted.seconds,
      cpuMicroseconds: cpu / counted.requests,
      databaseMicroseconds: database === null ? null : database / counted.requests,
      p99: counted.p99,
    };
  } finally {
    client.close();
  }
}

async function expectError(
  server: ServerProcess,
  kind: Case,
  path: string,
  client: ReturnType<typeof formClient>,
  form: string,
) {
  const { body } = await client.post(path, Object.fromEntries(new URLSearchParams(form)));
  if (body.error !== kind.error) {
    throw new Error(`${server.name}, ${kind.name}: answered ${JSON.stringify(body)} instead of ${kind.error}.`);
  }
}
