import { randomBytes } from "node:crypto";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { pino } from "pino";
import type { Clock } from "../../src/clock.ts";
import type { Mailer } from "../../src/mail/mailer.ts";
import { loadSealKey } from "../../src/server/seal-key.ts";
import { type RunningTenant, startTenant } from "../../src/server/start-tenant.ts";
import { startPostgres } from "../fixtures/postgres.ts";
import { scratch } from "./scratch.ts";

/** Two nodes that start at the same moment on an empty schema, with one seal key, each with a folder of its own. */
export async function pgNodes(
  t: TestContext,
  options: { clock?: Clock; mailer?: () => Mailer } = {},
): Promise<[RunningTenant, RunningTenant]> {
  const shared = process.env.DOORCODE_TEST_POSTGRES;
  const { url, stop } = shared === undefined ? await startPostgres() : { url: shared, stop: async () => undefined };
  const closing: (() => Promise<void>)[] = [stop];
  t.after(async () => {
    for (const close of closing.reverse()) await close();
  });
  const schema = `nodes_${randomBytes(6).toString("hex")}`;
  const folder = await scratch(t);
  await loadSealKey(folder);
  const start = async (name: string) => {
    const dataDir = join(folder, name);
    await mkdir(dataDir, { mode: 0o700 });
    await copyFile(join(folder, "seal.key"), join(dataDir, "seal.key"));
    const tenant = await startTenant({
      store: { postgres: url, schema },
      dataDir,
      mailer: options.mailer?.() ?? { send: async () => undefined, close: async () => undefined },
      log: pino({ level: "silent" }),
      port: 0,
      pagesPort: 0,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    closing.push(tenant.close);
    return tenant;
  };
  return Promise.all([start("one"), start("two")]);
}
