import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { migrations } from "../../src/storage/migrations/known.ts";
import { migrate } from "../../src/storage/migrations/migrate.ts";
import type { Tables } from "../../src/storage/migrations/tables.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { objectionTo } from "./expand-only.ts";
import { upTo } from "./known-migrations.ts";

const LAST_OFFLINE = "0014";
const online = Object.entries(migrations).filter(([name]) => name.slice(0, 4) > LAST_OFFLINE);

describe("migrations, while nodes of the version before serve", () => {
  test("contain only statements that those nodes bear", async (t) => {
    const { url, schema, drop } = await freshSchema();
    let statements: string[] = [];
    const pool = new pg.Pool({ connectionString: url, max: 2, options: `-c search_path=${schema}` });
    const db = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool }),
      plugins: [new CamelCasePlugin()],
      log: (event) => void statements.push(event.query.sql),
    });
    t.after(async () => {
      await db.destroy();
      await drop();
    });
    await migrate(db, schema, undefined, { known: upTo(LAST_OFFLINE) });
    for (const [name, { contracts }] of online) {
      statements = [];
      await migrate(db, schema, undefined, { known: upTo(name.slice(0, 4)) });
      const own = statements.filter((statement) => !OF_THE_RUNNER.test(statement));
      assert.ok(own.length > 0, `${name} has no statements`);
      const created = new Set<string>();
      for (const statement of own) {
        const objection = objectionTo(statement, created, contracts !== undefined);
        assert.equal(objection, undefined, `${name}: ${objection}\n${statement}`);
      }
    }
  });

  test("take away only what an earlier version no longer uses", () => {
    for (const [name, { contracts, up, indexes }] of online) {
      assert.notEqual(up === undefined, indexes === undefined, `${name} has either statements or indexes`);
      if (contracts === undefined) continue;
      assert.ok(contracts.oldest > LAST_OFFLINE && contracts.oldest < name.slice(0, 4), name);
      assert.ok(
        Object.keys(migrations).some((each) => each.startsWith(contracts.oldest)),
        name,
      );
    }
  });

  test("have numbers in their order", () => {
    const names = Object.keys(migrations);
    assert.deepEqual(names, names.toSorted());
    assert.deepEqual(
      names.map((name) => name.slice(0, 4)),
      names.map((_, index) => String(index + 1).padStart(4, "0")),
    );
  });
});

/** Those of `migrate.ts`, for any migration. */
const OF_THE_RUNNER =
  /^\s*(select |begin|commit|rollback|start transaction|set |insert into kysely_migration |create table if not exists kysely_migration )/i;

describe("which statements older nodes bear", () => {
  for (const statement of [
    "create table things (id text primary key, user_id text not null references users (id) on delete cascade)",
    "create table things (id text primary key, number bigint not null unique)",
    "alter table users add column nickname text",
    "alter table users add column logins bigint not null default 0",
    "alter table users add column kind text default 'person' not null",
    'create index concurrently "users_nickname" on "doorcode"."users" (nickname)',
    "insert into settings values ('a', 'b')",
  ]) {
    test(`accepted: ${statement}`, () => assert.equal(objectionTo(statement, new Set()), undefined));
  }
  for (const statement of [
    "alter table users drop column locale",
    "alter table users rename column locale to language",
    "alter table users rename to people",
    "alter table users add column nickname text not null",
    "alter table users add column nickname text unique",
    "alter table users add column nickname text default md5(random()::text)",
    "alter table users add column one text, drop column locale",
    "alter table users add column nickname text check (length(nickname) < 9)",
    "alter table users add column friend_id text references users (id)",
    "alter table users alter column locale set not null",
    "alter table users alter column created_at type text",
    "alter table users add constraint one_name unique (display_name)",
    "create index users_locale on users (locale)",
    "create unique index concurrently users_locale on users (locale)",
    "create table things (id text primary key, user_id text not null references users (id))",
    "update users set locale = 'en'",
    "delete from sessions",
    "drop table mails",
    "drop index audit_records_at",
    "vacuum full users",
    "lock table users",
    "create trigger t before insert on users execute function f()",
  ]) {
    test(`refused: ${statement}`, () => assert.notEqual(objectionTo(statement, new Set()), undefined));
  }
  test("of a table that the same migration creates: all", () => {
    const created = new Set<string>();
    for (const statement of [
      "create table things (id text primary key)",
      "create unique index things_id on things (id)",
      "insert into things values ('one')",
      "alter table things add column name text not null default md5('x')",
    ]) {
      assert.equal(objectionTo(statement, created), undefined, statement);
    }
  });
  test("of a migration that says what is no longer used: it may drop that, and nothing else", () => {
    assert.equal(objectionTo("alter table users drop column locale", new Set(), true), undefined);
    assert.equal(objectionTo("drop table mails", new Set(), true), undefined);
    assert.ok(objectionTo("alter table users rename to people", new Set(), true));
    assert.ok(objectionTo("update users set locale = 'en'", new Set(), true));
  });
});
