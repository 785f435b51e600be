import { join } from "node:path";
import type { TestContext } from "node:test";
import { pino } from "pino";
import type { Mailer, OutgoingMail } from "../../src/mail/mailer.ts";
import { type StartedTenant, type StartOptions, startWithContext } from "../../src/server/start-tenant.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { scratch } from "./scratch.ts";

/** A tenant's folder and store, in which a tenant can be started and stopped more than once. */
export interface TestPlace {
  data: string;
  store: StartOptions["store"];
  start(options?: Partial<StartOptions>): Promise<StartedTenant>;
  /** Sent by tenants on PostgreSQL. */
  sent: OutgoingMail[];
}

export async function sqlitePlace(t: TestContext): Promise<TestPlace> {
  const dataDir = join(await scratch(t), "tenant");
  return placeOn(t, dataDir, { sqlite: join(dataDir, "tenant.db") });
}

export async function postgresPlace(t: TestContext): Promise<TestPlace> {
  const { url, schema, drop } = await freshSchema();
  t.after(drop);
  return placeOn(t, join(await scratch(t), "tenant"), { postgres: url, schema });
}

export const places = { SQLite: sqlitePlace, PostgreSQL: postgresPlace };

function placeOn(t: TestContext, dataDir: string, store: StartOptions["store"]): TestPlace {
  const sent: OutgoingMail[] = [];
  const mailer: Mailer = { send: async (mail) => void sent.push(mail), close: async () => undefined };
  return {
    data: dataDir,
    store,
    sent,
    async start(options = {}) {
      const tenant = await startWithContext({
        store,
        dataDir,
        port: 0,
        pagesPort: 0,
        log: pino({ level: "silent" }),
        ...("postgres" in store ? { mailer } : {}),
        ...options,
      });
      t.after(() => tenant.close());
      return tenant;
    },
  };
}
