// The suites of one store, where each step runs on another node.
import { after, before, describe } from "node:test";
import { type PgBouncer, startPgBouncer, withoutPgBouncer } from "../fixtures/pgbouncer.ts";
import { sharedPostgres } from "../fixtures/postgres.ts";
import { contractSuite } from "./contract-suite.ts";
import { lostNotificationSuite } from "./grant-changes-suite.ts";
import { linkCredentialsSuite } from "./link-suite.ts";
import { oneTimeSuite } from "./one-time-suite.ts";
import { type MakeStore, postgres, postgresBehind } from "./open-test-store.ts";
import { raceSuite } from "./race-suite.ts";
import { restartSuite } from "./restart-suite.ts";
import { onTwoNodes } from "./two-nodes.ts";

function everySuite(makeStore: MakeStore): void {
  const twoNodes = onTwoNodes(makeStore);
  contractSuite(twoNodes);
  restartSuite(twoNodes);
  linkCredentialsSuite(twoNodes);
  lostNotificationSuite(() => twoNodes({ recheckMs: 5 }));
  raceSuite(twoNodes, 5);
  oneTimeSuite(twoNodes);
}

describe("two nodes on PostgreSQL", () => everySuite(postgres));

describe("two nodes behind PgBouncer in transaction mode", { skip: withoutPgBouncer }, () => {
  let pooler: PgBouncer;
  before(async () => {
    // Fewer connections than the nodes have, so that transactions of both alternate on them.
    pooler = await startPgBouncer(await sharedPostgres(), 8);
  });
  after(() => pooler.stop());
  everySuite(postgresBehind(() => pooler));
});
