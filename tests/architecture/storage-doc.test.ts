import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { openSqliteStore } from "../../packages/tenant/src/storage/sql/open-store.ts";
import { root } from "./source-files.ts";

const doc = readFileSync(join(root, "docs/storage.md"), "utf8");
const sections = new Map(
  [...doc.matchAll(/^### `(?<table>\w+)`\n(?<text>[\s\S]*?)(?=^##|(?![\s\S]))/gm)].map(
    ({ groups }) => [groups!.table!, groups!.text!] as const,
  ),
);

describe("docs/storage.md", () => {
  let folder: string;
  let database: DatabaseSync;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "doorcode-tables-"));
    await (await openSqliteStore(join(folder, "tenant.db"))).close();
    database = new DatabaseSync(join(folder, "tenant.db"), { readOnly: true });
  });
  after(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });

  test("has a section for each table, and no others", () => {
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
    const own = tables.map(({ name }) => String(name)).filter((name) => !name.startsWith("kysely_"));
    assert.deepEqual([...sections.keys()].sort(), own.sort());
  });

  test("shows for each table an example row with all columns, how long rows live, and what deletes them", () => {
    for (const [table, text] of sections) {
      const columns = database.prepare(`pragma table_info(${table})`).all();
      const example = /```json\n(.*)\n```/.exec(text)?.[1] ?? assert.fail(`${table} has no example.`);
      assert.deepEqual(Object.keys(JSON.parse(example)).sort(), columns.map(({ name }) => String(name)).sort(), table);
      assert.match(text, /\*\*Lives\*\*/, table);
    }
  });
});
