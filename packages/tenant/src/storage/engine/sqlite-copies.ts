import type { DatabaseSync } from "node:sqlite";
import type { Mutex } from "../../kernel/mutex.ts";
import type { DatabaseCopies } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";

/** Copies of a SQLite database that is in use, and reading from one. */
export function sqliteCopies(writer: DatabaseSync, mutex: Mutex, group: GroupCommit): DatabaseCopies {
  /** Between two transactions, because SQLite does neither within one. */
  const between = async (work: () => void): Promise<void> => {
    await mutex.acquire();
    try {
      group.commitHeld();
      work();
    } finally {
      mutex.release();
    }
  };
  return {
    write: (file) => between(() => void writer.prepare("vacuum into ?").run(file)),
    async attached(file, work) {
      await between(() => void writer.prepare("attach database ? as copy").run(file));
      try {
        return await work();
      } finally {
        await between(() => writer.exec("detach database copy"));
      }
    },
  };
}
