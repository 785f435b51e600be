import type { DatabaseSync } from "node:sqlite";

/** Hands the one connection out in the order it was asked for. */
export class Turns {
  #busy = false;
  readonly #waiting: (() => void)[] = [];

  async take(): Promise<void> {
    if (this.#busy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy = true;
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy = false;
  }
}

/**
 * What is written in one turn of the event loop is committed together: it costs one flush to the disk, however many
 * requests wrote. Each piece has a savepoint, so that it can fail alone, and is answered after the commit it is part of.
 * `begin`, `release` and `rollBack` are called by whoever has the connection's turn.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #turns: Turns;
  #open: PromiseWithResolvers<void> | undefined;

  constructor(database: DatabaseSync, turns: Turns) {
    this.#database = database;
    this.#turns = turns;
  }

  begin(): void {
    if (!this.#open) {
      // IMMEDIATE takes the write lock at once: a transaction that reads first can then never fail for having read too early.
      this.#database.exec("begin immediate");
      const group = Promise.withResolvers<void>();
      // A group whose only piece was rolled back has nobody who waits.
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

  /** Once no piece is half done. */
  async commit(group = this.#open): Promise<void> {
    await this.#turns.take();
    try {
      if (!group || group !== this.#open) return;
      this.#open = undefined;
      this.#database.exec("commit");
      group.resolve();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("rollback");
      group!.reject(error);
    } finally {
      this.#turns.giveBack();
    }
  }
}
