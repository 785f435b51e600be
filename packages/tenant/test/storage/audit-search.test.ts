import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Database } from "../../src/storage/engine/database.ts";
import { openSqliteDatabase } from "../../src/storage/engine/sqlite.ts";
import { auditSearcher } from "../../src/storage/sql/audit-search.ts";
import { auditStore } from "../../src/storage/sql/audit-store.ts";
import type { AuditPlace, AuditSearch } from "../../src/storage/store.ts";
import { sampleAudit, T0 } from "./samples.ts";

describe("a search that looks at few records at a time", () => {
  let database: Database;
  const [ana, bo, app] = [randomUUID(), randomUUID(), randomUUID()];
  before(async () => {
    database = await openSqliteDatabase(":memory:");
    const store = auditStore(database);
    for (let number = 0; number < 60; number++) {
      const event = ["user.signed_in", "refresh_token.rotated", "graph.user.changed", "user.signed_out"][number % 4]!;
      const userId = number % 3 === 0 ? ana : bo;
      const about = { userId, clientId: number % 5 === 0 ? app : null, ip: number % 7 === 0 ? "203.0.113.7" : "::1" };
      const detail = { number, ...(number % 4 === 2 && { user_id: number % 8 === 2 ? ana : bo }) };
      // Several of each moment.
      await store.write({ ...sampleAudit(event, T0 + Math.floor(number / 3)), ...about, detail });
    }
  });
  after(() => database.close());

  /** The numbers of what is found, page by page, and the most that a page asked the reader to go on without any. */
  async function found(filter: AuditSearch, lookAt: number, limit: number) {
    const numbers: unknown[] = [];
    let pages = 0;
    for (let next: AuditPlace | null | undefined; next !== null; pages++) {
      assert.ok(pages < 200, "it does not go on");
      const page = await auditSearcher(database, lookAt).search({ ...filter, after: next, limit });
      numbers.push(...page.records.map(({ detail }) => detail.number));
      next = page.next;
    }
    return { numbers, pages };
  }

  const searches: AuditSearch[] = [
    { userId: ana, event: "user.signed_in" },
    { userId: ana, event: "user.changed" },
    { userId: ana, clientId: app },
    { userId: bo, ip: "203.0.113.7" },
    { ip: "203.0.113.7", clientId: app },
    { clientId: app, event: "user.signed_out" },
    { userId: ana, event: "refresh_token.rotated" },
    { clientId: app, event: "refresh_token.rotated", since: T0 + 3, until: T0 + 15 },
    { userId: ana, event: "user.created" },
  ];
  for (const filter of searches) {
    const names = Object.keys(filter).join(" and ");
    test(`finds the same, in the same order, by ${names}${filter.event ? ` (${filter.event})` : ""}`, async () => {
      const { numbers: whole } = await found(filter, 1_000, 1_000);
      for (const [lookAt, limit] of [
        [1, 1],
        [3, 2],
        [3, 50],
        [7, 4],
      ] as const) {
        assert.deepEqual((await found(filter, lookAt, limit)).numbers, whole, `${lookAt} ${limit}`);
      }
    });
  }

  test("ends a page that found nothing, and says where to go on", async () => {
    const { pages, numbers } = await found({ userId: ana, event: "user.created" }, 3, 50);
    assert.deepEqual(numbers, []);
    assert.ok(pages > 3);
  });
});
