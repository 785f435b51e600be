// Opens a store with two migrations of the future, and is killed in the second one, or while it creates an index:
// `node migrate-and-die.ts '{"sqlite":FILE}'` or `'{"url":…,"schema":…}'`.
import { openPostgresStore, openSqliteStore } from "../../src/storage/sql/open-store.ts";
import { future } from "./future-migrations.ts";
import { andThen } from "./known-migrations.ts";

const place = JSON.parse(process.argv[2] ?? "") as { sqlite: string } | { url: string; schema: string };
const migrations = andThen({
  ...future,
  "9002-second": {
    async up(db) {
      await future["9002-second"].up(db);
      process.kill(process.pid, "SIGKILL");
    },
  },
});
if ("sqlite" in place) await openSqliteStore(place.sqlite, { migrations });
else await openPostgresStore(place.url, { schema: place.schema, migrations, poolSize: 1 });
