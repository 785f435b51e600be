// Where a row can change before the commit (PostgreSQL), what a token is issued by is locked until then: by the SQL alone.
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
import { assignments } from "../../src/storage/sql/assignment.ts";
import { rotationQueries } from "../../src/storage/sql/rotation-queries.ts";
import { standing } from "../../src/storage/sql/standing.ts";
import { scopesAt } from "./samples.ts";

/** A database that keeps what it is asked, and answers from `rows`, by table. */
function asked(locksRows: boolean, rows: Record<string, object[]> = {}) {
  const statements: string[] = [];
  class Driver extends DummyDriver {
    override async acquireConnection() {
      const connection = await super.acquireConnection();
      const executeQuery = async <Row>({ sql }: CompiledQuery) => {
        statements.push(sql);
        const table = /from "(\w+)"/.exec(sql)?.[1] ?? "";
        return { rows: (rows[table] ?? []) as Row[] };
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
  /** Table and lock of each statement, in their order. */
  const locks = () =>
    statements.map((sql) => `${/from "(\w+)"/.exec(sql)?.[1]}${/ (for (?:share|update))$/.exec(sql)?.[0] ?? ""}`);
  return { db, database, locks };
}

const by = { clientId: "app", userId: "user", amr: ["pwd"], scopes: scopesAt("api", ["Read"]) };
const rows = {
  apis: [{ disabled_at: null, scopes: JSON.stringify([{ value: "Read", enabled: true, consent: "User" }]) }],
  apps: [{ client_id: "app" }],
};

for (const locksRows of [true, false]) {
  const lock = (text: string) => (locksRows ? ` ${text}` : "");
  describe(locksRows ? "where rows can change before the commit" : "with one writer", () => {
    test("user, app, API and consents are locked as they are read, or need no lock", async () => {
      const { db, database, locks } = asked(locksRows, rows);
      const stands = standing(database);
      await stands.user(db, "user");
      await stands.app(db, "app");
      await stands.scopes(db, by);
      const share = lock("for share");
      assert.deepEqual(locks(), [`users${share}`, `apps${share}`, `apis${share}`, `consents${share}`]);
    });

    test("so is what assigns a person, themselves or through a group", async () => {
      const { db, database, locks } = asked(locksRows, rows);
      await standing(database).assigned(db, by);
      const share = lock("for share");
      assert.deepEqual(locks(), ["apps", `app_assignments${share}`, `group_members${share}`]);
    });

    test("so is the sign-in that a refresh token belongs to", async () => {
      const { db, database, locks } = asked(locksRows);
      await rotationQueries(database).lockedFamily(db, { familyId: "family" });
      assert.deepEqual(locks(), [`token_families${lock("for update")}`]);
    });
  });
}

test("a page that asks who is assigned locks nothing", async () => {
  const { db, database, locks } = asked(true);
  assert.equal(await assignments(database, { lock: false })(db, by), false);
  assert.deepEqual(locks(), ["app_assignments", "group_members"]);
});

test("nothing is asked where nothing can refuse: a second factor was had, and Graph needs no consent of an API", async () => {
  const { db, database, locks } = asked(true);
  const stands = standing(database);
  assert.equal(await stands.factors(db, { ...by, amr: ["pwd", "mfa"] }), true);
  assert.equal(await stands.scopes(db, { ...by, scopes: scopesAt(GRAPH_RESOURCE_ID, ["User.Read"]) }), true);
  assert.equal(await stands.administrator(db, by), true);
  assert.deepEqual(locks(), []);
});
