// A node in its own process: `fork("node.ts", ['{"store":…,"dataDir":…,"upTo":"0014"}'])`. With `upTo`, it is a version
// that knows no later migrations. With `dieIn`, it is killed in the middle of this migration.
import { pino } from "pino";
import { startWithContext } from "../../src/server/start-tenant.ts";
import { migrations } from "../../src/storage/migrations/known.ts";

const { store, dataDir, upTo, dieIn } = JSON.parse(process.argv[2] ?? "") as {
  store: { sqlite: string } | { postgres: string };
  dataDir: string;
  upTo?: string;
  dieIn?: string;
};
for (const [name, migration] of Object.entries(migrations)) {
  const number = name.slice(0, 4);
  if (upTo !== undefined && number > upTo) delete migrations[name];
  if (number !== dieIn) continue;
  migrations[name] = {
    ...migration,
    async up(db) {
      await migration.up?.(db);
      process.kill(process.pid, "SIGKILL");
    },
  };
}
const tenant = await startWithContext({
  store,
  dataDir,
  port: 0,
  pagesPort: 0,
  mailer: { send: async () => undefined, close: async () => undefined },
  log: pino({ level: "silent" }),
});
process.on("message", async ({ approve, as }: { approve: string; as: string }) => {
  const error = await tenant.approve(approve, { as }).then(
    () => null,
    (reason: Error) => reason.message,
  );
  process.send?.({ approved: approve, error });
});
process.on("SIGTERM", async () => {
  await tenant.close();
  process.exit(0);
});
const { authority, pages, ca } = tenant;
process.send?.({ started: { authority, pages, ca } });
