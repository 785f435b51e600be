import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Mutex } from "../../kernel/mutex.ts";
import { StoreError } from "../store-error.ts";
import type { WatchedTables } from "./watched-tables.ts";

/**
 * Commits everything that is written in one turn of the event loop together, so that many requests cost one flush to
 * the disk. Each piece has its own savepoint, can fail alone, and is answered after the shared commit. Callers of
 * `begin`, `release` and `rollBack` must hold the mutex.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #mutex: Mutex;
  readonly #committed: () => Promise<void> | undefined;
  readonly #watched: WatchedTables | undefined;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  #open: PromiseWithResolvers<void> | undefined;

  /** `committed` is called after each commit. No transaction begins before its promise is fulfilled. */
  constructor(
    database: DatabaseSync,
    mutex: Mutex,
    {
      committed = () => undefined,
      watched,
    }: { committed?: () => Promise<void> | undefined; watched?: WatchedTables } = {},
  ) {
    this.#database = database;
    this.#mutex = mutex;
    this.#committed = committed;
    this.#watched = watched;
    this.#savepoint = database.prepare("savepoint piece");
    this.#release = database.prepare("release piece");
  }

  begin(): void {
    if (!this.#open) {
      // IMMEDIATE takes the write lock at once, so that a transaction that starts with a read cannot fail later because
      // another one wrote in between.
      this.#database.exec("begin immediate");
      const group = Promise.withResolvers<void>();
      // If the group's only piece was rolled back, no caller waits for the commit.
      group.promise.catch(() => undefined);
      this.#open = group;
      setImmediate(() => this.commit(group));
    }
    this.#savepoint.run();
  }

  /** Ends the piece. Resolves when it is on disk. */
  release(): Promise<void> {
    this.#release.run();
    return this.#open!.promise;
  }

  rollBack(): void {
    if (this.#database.isTransaction) {
      this.#database.exec("rollback to piece; release piece");
      return;
    }
    // After some errors, such as a full disk, SQLite rolls back the whole transaction, and everything that was not
    // committed.
    this.#open!.reject(
      new StoreError(
        "store_busy",
        "SQLite rolled back changes that were not yet committed, because another change failed.",
        "Try again in a moment. The log has the reason of the other failure, such as a full disk.",
      ),
    );
    this.#open = undefined;
    this.#watched?.ended();
  }

  /** Calls back once what was written so far is on disk, or was rolled back. */
  afterwards(done: () => void): void {
    (this.#open?.promise ?? Promise.resolve()).then(done, done);
  }

  /** Waits until no piece is unfinished. */
  async commit(group = this.#open): Promise<void> {
    await this.#mutex.acquire();
    try {
      if (group === this.#open && this.commitHeld()) await this.#committed();
    } finally {
      this.#mutex.release();
    }
  }

  /**
   * The same, for a caller that holds the mutex. Never throws: those who wait for the commit get the error. Returns true if
   * something was committed.
   */
  commitHeld(): boolean {
    const group = this.#open;
    if (!group) return false;
    this.#open = undefined;
    try {
      this.#database.exec("commit");
      group.resolve();
      return true;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("rollback");
      group.reject(error);
      return false;
    } finally {
      this.#watched?.ended();
    }
  }
}
