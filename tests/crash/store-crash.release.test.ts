import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openPostgresStore } from "../../packages/tenant/src/storage/sql/open-store.ts";
import { startPostgres } from "../../packages/tenant/test/fixtures/postgres.ts";

test("a store whose PostgreSQL crashes during work fails the open requests and recovers automatically", async () => {
  const cluster = await startPostgres();
  const store = await openPostgresStore(cluster.url);
  try {
    let crashed = false;
    const outcomes = Array.from({ length: 10 }, async () => {
      while (!crashed) await store.directory.settingOnce("name", "Contoso");
    });
    const failed = Promise.allSettled(outcomes);
    await cluster.crash();
    crashed = true;
    assert.ok(
      (await failed).some(({ status }) => status === "rejected"),
      "nothing was under way when PostgreSQL crashed",
    );
    for (let tries = 1; ; tries++) {
      const found = await store.ping().then(
        () => true,
        () => false,
      );
      if (found) break;
      assert.ok(tries < 2_400, "the store did not find back");
      await wait(50);
    }
  } finally {
    await store.close();
    await cluster.stop();
  }
});
