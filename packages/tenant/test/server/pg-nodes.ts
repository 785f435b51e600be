import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { pino } from "pino";
import type { Clock } from "../../src/kernel/time.ts";
import type { Mailer } from "../../src/mail/mailer.ts";
import { loadSealKey } from "../../src/server/seal-key.ts";
import { type StartedTenant, startWithContext } from "../../src/server/start-tenant.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { scratch } from "./scratch.ts";

/** Two nodes that start at the same moment on an empty schema, with one seal key, each with its own folder. */
export async function pgNodes(
  t: TestContext,
  options: {
    clock?: Clock;
    mailer?: () => Mailer;
    builtIn?: [one: boolean, two: boolean];
    /** The URL that the nodes use, from the database's own. */
    urlOf?: (direct: string) => string;
    /** Gets the warnings of both logs. */
    lines?: string[];
  } = {},
): Promise<[StartedTenant, StartedTenant]> {
  const { url, schema, drop } = await freshSchema();
  const closing: (() => Promise<void>)[] = [drop];
  t.after(async () => {
    for (const close of closing.reverse()) await close();
  });
  const folder = await scratch(t);
  await loadSealKey(folder);
  const start = async (name: string, builtIn: boolean) => {
    const dataDir = join(folder, name);
    await mkdir(dataDir, { mode: 0o700 });
    await copyFile(join(folder, "seal.key"), join(dataDir, "seal.key"));
    const tenant = await startWithContext({
      store: { postgres: options.urlOf?.(url) ?? url, schema },
      monitoring: { port: 0 },
      dataDir,
      mailer: options.mailer?.() ?? { send: async () => undefined, close: async () => undefined },
      log: options.lines
        ? pino({ level: "warn" }, { write: (line) => void options.lines?.push(line) })
        : pino({ level: "silent" }),
      port: 0,
      pagesPort: 0,
      builtIn,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    closing.push(tenant.close);
    return tenant;
  };
  const [one, two] = options.builtIn ?? [true, true];
  return Promise.all([start("one", one), start("two", two)]);
}
