// Own process: the tests that it imports open their tenants on two nodes behind PgBouncer.
import { after, describe } from "node:test";
import { startPgBouncer, withoutPgBouncer } from "../../packages/tenant/test/fixtures/pgbouncer.ts";
import { place } from "../../packages/tenant/test/fixtures/place.ts";
import { sharedPostgres } from "../../packages/tenant/test/fixtures/postgres.ts";
import { filesForPooler } from "./files.ts";

describe("behind PgBouncer in transaction mode", { skip: withoutPgBouncer }, async () => {
  const pooler = await startPgBouncer(await sharedPostgres());
  after(() => pooler.stop());
  Object.assign(place, { nodes: 2, pooler });
  for (const file of filesForPooler) describe(`two nodes: ${file}`, () => import(`../../${file}`));
});
