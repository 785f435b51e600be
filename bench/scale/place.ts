import { join } from "node:path";
import { type Case, inTurn } from "../cases.ts";
import { type Filler, openFiller } from "../fill.ts";
import { FORM, formClient } from "../form-client.ts";
import { cost, measure } from "../measurement.ts";
import { type BenchDatabase, startDatabase } from "../postgres.ts";
import { median } from "../report.ts";
import { type ServerProcess, startServer } from "../server-process.ts";

/** A tenant with its store, and a way to fill it. */
export interface Place extends AsyncDisposable {
  /** The tenant's data folder. */
  folder: string;
  server: ServerProcess;
  filler: Filler;
  database: BenchDatabase | null;
  /** CPU time of a request in microseconds, PostgreSQL's included: the median of a few rounds. */
  costOf(kind: (round: number) => Case): Promise<number>;
}

export interface MeasureOptions {
  scratch: string;
  seconds: number;
}

export const CONNECTIONS = 16;
export const ROUNDS = 3;

export async function openPlace(
  store: "SQLite" | "PostgreSQL",
  name: string,
  { scratch, seconds }: MeasureOptions,
  more: string[] = [],
): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const folder = join(scratch, name.replaceAll(/\W+/g, "-"));
  const database = store === "PostgreSQL" ? await startDatabase() : null;
  if (database) stack.defer(() => database.stop());
  const args = database ? ["postgres", folder, database.url] : ["sqlite", folder];
  const server = await startServer(name, "tenant.ts", [...args, ...more]);
  stack.defer(() => server.end());
  const filler = await openFiller(database ? { postgres: database.url } : { sqlite: join(folder, "tenant.sqlite") });
  stack.defer(() => filler.close());
  const owned = stack.move();
  return {
    folder,
    server,
    filler,
    database,
    async costOf(kind) {
      const found: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const databaseCpu = database?.cpuMicroseconds;
        const options = { seconds, connections: CONNECTIONS, scratch, ...(databaseCpu ? { databaseCpu } : {}) };
        const one = (await measure(server, kind(round), options))!;
        // The first round only compiles and fills caches.
        if (round > 0) found.push(cost(one));
      }
      return median(found);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A request to the server itself, so that there is a row of it to copy. */
export async function askForCode({ origin, ca, devicecodePath, clientId }: ServerProcess): Promise<void> {
  const client = formClient(origin, ca, 1);
  const { status, body } = await client.post(devicecodePath, { client_id: clientId, scope: SCOPE });
  client.close();
  if (status !== 200) throw new Error(`devicecode answered ${status} ${JSON.stringify(body)}`);
}

const SCOPE = "openid profile offline_access";

export const pollsOf = (codes: { code: string; clientId: string }[]): Case => ({
  name: "pending poll",
  answered: "refused",
  error: "authorization_pending",
  work: async ({ tokenPath, deviceGrant }) => ({
    path: tokenPath,
    forms: codes.map(({ code, clientId }) =>
      encoded({ grant_type: deviceGrant, client_id: clientId, device_code: code }),
    ),
    contentType: FORM,
    order: "repeat",
    prefix: "",
  }),
});

/** The first poll of a code reads the store. These have all been polled once. */
export const laterPollsOf = (codes: { code: string; clientId: string }[]): Case => ({
  ...pollsOf(codes),
  async work(server, client, connections) {
    const work = await pollsOf(codes).work(server, client, connections);
    await inTurn(work!.forms, connections, async (form) => void (await client.send(server.tokenPath, form, FORM)));
    return work;
  },
});

export const codesFor = (clientIds: string[]): Case => ({
  name: "devicecode",
  answered: "served",
  work: async ({ devicecodePath }) => ({
    path: devicecodePath,
    forms: clientIds.map((id) => encoded({ client_id: id, scope: SCOPE })),
    contentType: FORM,
    order: "repeat",
    prefix: "",
  }),
});

export const renewalsOf = (tokens: string[]): Case => ({
  name: "renewal",
  answered: "served",
  async work({ tokenPath, clientId }) {
    const prefix = `${encoded({ grant_type: "refresh_token", client_id: clientId })}&refresh_token=`;
    const forms = tokens.map((token) => prefix + token);
    return { path: tokenPath, forms, contentType: FORM, order: "chain", prefix };
  },
});

const encoded = (form: Record<string, string>) => new URLSearchParams(form).toString();
