// If rows can change before the commit (PostgreSQL), everything a token depends on is locked until then. Checks the SQL
// alone.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CamelCasePlugin,
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import type { Database } from "../../src/storage/engine/database.ts";
import type { Tables } from "../../src/storage/migrations/tables.ts";
import { factsLoader } from "../../src/storage/sql/access-store.ts";
import { rotationQueries } from "../../src/storage/sql/rotate.ts";

/** The table that a statement reads, whatever columns it selects. */
const tableOf = (sql: string) => /from "(\w+)"/.exec(sql.replaceAll(/\(select [^()]*\)/g, ""))?.[1] ?? "";

/** A database that records its queries, and answers from `rows`, by table. */
function asked(locksRows: boolean, rows: Record<string, object[]> = {}) {
  const statements: string[] = [];
  class Driver extends DummyDriver {
    override async acquireConnection() {
      const connection = await super.acquireConnection();
      const executeQuery = async <Row>({ sql }: CompiledQuery) => {
        statements.push(sql);
        return { rows: (rows[tableOf(sql)] ?? []) as Row[] };
      };
      return Object.assign(connection, { executeQuery });
    }
  }
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new Driver(),
      createIntrospector: (of) => new PostgresIntrospector(of),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [new CamelCasePlugin()],
  });
  const database = { db, locksRows } as unknown as Database;
  /** Table and lock of each statement, in order. */
  const locks = () => statements.map((sql) => `${tableOf(sql)}${/ (for (?:share|update))$/.exec(sql)?.[0] ?? ""}`);
  return { db, database, locks };
}

const of = { clientId: "app", userId: "user", resourceId: "api" };
const user = { id: "user", administrator: 0, attributes: "{}" };
const lists = { redirect_uris: "[]", post_logout_redirect_uris: "[]", grant_types: null, administrative_scopes: "[]" };
const app = { client_id: "app", assignment_required: 1, ...lists };
const named = { id: null, policy_id: "policy", group_ids: '["group"]', client_ids: null, excluded_user_ids: "[]" };
const api = { client_id: "api", scopes: "[]", roles: "[]" };

for (const locksRows of [true, false]) {
  const lock = (text: string) => (locksRows ? ` ${text}` : "");
  const share = lock("for share");
  describe(locksRows ? "if rows can change before the commit" : "with one writer", () => {
    test("user and app, assignment, API and consents are locked when read, or need no lock", async () => {
      const rows = { users: [{ ...user, ...app }], apps: [named], apis: [api] };
      const { db, database, locks } = asked(locksRows, rows);
      await factsLoader(database, { lock: true })(db, of);
      assert.deepEqual(locks(), [
        `users${share}`,
        `app_assignments${share}`,
        `group_members${share}`,
        // User flow and policies: their writers lock the apps first.
        "apps",
        "group_members",
        `apis${share}`,
        `consents${share}`,
      ]);
    });

    test("so are a user and an app if one is missing", async () => {
      const { db, database, locks } = asked(locksRows, { apps: [{ ...named, ...app, assignment_required: 0 }] });
      await factsLoader(database, { lock: true })(db, of);
      assert.deepEqual(locks().slice(0, 3), [`users${share}`, `users${share}`, `apps${share}`]);
    });

    test("so is the sign-in of a refresh token", async () => {
      const { db, database, locks } = asked(locksRows);
      await rotationQueries(database).lockedFamily(db, { familyId: "family" });
      assert.deepEqual(locks(), [`token_families${lock("for update")}`]);
    });
  });
}

test("a page locks nothing, and its usual reads start together", async () => {
  const rows = { users: [{ ...user, ...app }], apps: [named], apis: [api] };
  const { db, database, locks } = asked(true, rows);
  await factsLoader(database, { lock: false })(db, of);
  assert.deepEqual(locks(), ["users", "apps", "apis", "consents", "app_assignments", "group_members", "group_members"]);
});

test("what no rule can depend on is not read: Graph's row, groups that no policy names, assignments of an app that needs none", async () => {
  const open = { ...user, ...app, assignment_required: 0 };
  const { db, database, locks } = asked(true, { users: [open], apps: [{ ...named, group_ids: null }] });
  await factsLoader(database, { lock: true })(db, { ...of, resourceId: GRAPH_RESOURCE_ID });
  assert.deepEqual(locks(), ["users for share", "apps", "consents for share"]);
});

test("the account page, which has no app, reads the user and the policies", async () => {
  const { db, database, locks } = asked(true, { users: [user] });
  const facts = await factsLoader(database, { lock: false })(db, {
    ...of,
    clientId: null,
    resourceId: GRAPH_RESOURCE_ID,
  });
  assert.deepEqual(locks(), ["users", "settings", "apps", "settings", "policies"]);
  assert.deepEqual([facts.app, facts.user?.id, facts.consents], [undefined, "user", []]);
});
