import type { DatabaseSync } from "node:sqlite";
import type { Mutex } from "../../kernel/mutex.ts";

/**
 * What is written in one turn of the event loop is committed together: it costs one flush to the disk, however many
 * requests wrote. Each piece has a savepoint, so that it can fail alone, and is answered after the commit it is part of.
 * Callers of `begin`, `release` and `rollBack` hold the mutex.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #mutex: Mutex;
  #open: PromiseWithResolvers<void> | undefined;

  constructor(database: DatabaseSync, mutex: Mutex) {
    this.#database = database;
    this.#mutex = mutex;
  }

  begin(): void {
    if (!this.#open) {
      // IMMEDIATE takes the write lock at once: a transaction that reads first can then never fail for having read too early.
      this.#database.exec("begin immediate");
      const group = Promise.withResolvers<void>();
      // Nothing waits for a group whose only piece was rolled back.
      group.promise.catch(() => undefined);
      this.#open = group;
      setImmediate(() => this.commit(group));
    }
    this.#database.exec("savepoint piece");
  }

  /** The piece is done; resolves once it is on disk. */
  release(): Promise<void> {
    this.#database.exec("release piece");
    return this.#open!.promise;
  }

  rollBack(): void {
    if (this.#database.isTransaction) {
      this.#database.exec("rollback to piece; release piece");
      return;
    }
    // SQLite rolls some failures back by itself (a full disk, for one), and with them all that was not committed.
    this.#open!.reject(new Error("SQLite rolled back what was not committed yet, because of another change."));
    this.#open = undefined;
  }

  /** Waits until no piece is half done. */
  async commit(group = this.#open): Promise<void> {
    await this.#mutex.acquire();
    try {
      if (!group || group !== this.#open) return;
      this.#open = undefined;
      this.#database.exec("commit");
      group.resolve();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("rollback");
      group!.reject(error);
    } finally {
      this.#mutex.release();
    }
  }
}
