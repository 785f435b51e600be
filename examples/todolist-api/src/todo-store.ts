import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

export interface Todo {
  id: string;
  /** The user's object ID (`oid`). An email address can pass to another person, an object ID cannot. */
  owner: string;
  description: string;
}

/**
 * To-dos in one SQLite file. Every statement that takes an owner sees only that owner's rows. `null` is an app that acts
 * on its own and sees all rows.
 */
export interface TodoStore {
  list(owner: string | null): Todo[];
  find(id: string, owner: string | null): Todo | undefined;
  add(owner: string, description: string): Todo;
  change(id: string, owner: string | null, description: string): Todo | undefined;
  remove(id: string, owner: string | null): boolean;
  close(): void;
}

/** @param file Path of the SQLite file, or `:memory:`. */
export function openTodoStore(file: string): TodoStore {
  const db = new DatabaseSync(file);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA busy_timeout = 5000;
    CREATE TABLE IF NOT EXISTS todo (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      owner TEXT NOT NULL,
      description TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS todo_by_owner ON todo (owner, seq);
  `);
  const mine = "(:owner IS NULL OR owner = :owner)";
  const all = db.prepare("SELECT id, owner, description FROM todo ORDER BY seq");
  const byOwner = db.prepare("SELECT id, owner, description FROM todo WHERE owner = ? ORDER BY seq");
  const byId = db.prepare(`SELECT id, owner, description FROM todo WHERE id = :id AND ${mine}`);
  const insert = db.prepare("INSERT INTO todo (id, owner, description) VALUES (?, ?, ?)");
  const update = db.prepare(
    `UPDATE todo SET description = :description WHERE id = :id AND ${mine} RETURNING id, owner, description`,
  );
  const remove = db.prepare(`DELETE FROM todo WHERE id = :id AND ${mine}`);

  return {
    list: (owner) => (owner === null ? all.all() : byOwner.all(owner)).map((row) => todo(row)),
    find: (id, owner) => optional(byId.get({ id, owner })),
    add(owner, description) {
      const id = randomUUID();
      insert.run(id, owner, description);
      return { id, owner, description };
    },
    change: (id, owner, description) => optional(update.get({ id, owner, description })),
    remove: (id, owner) => remove.run({ id, owner }).changes === 1,
    close: () => db.close(),
  };
}

type Row = Record<string, unknown>;
const todo = (row: Row): Todo => ({ ...row }) as unknown as Todo;
const optional = (row: Row | undefined): Todo | undefined => row && todo(row);
