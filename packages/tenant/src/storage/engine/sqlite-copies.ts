import type { DatabaseSync } from "node:sqlite";
import type { Mutex } from "../../kernel/mutex.ts";
import type { DatabaseCopies } from "./database.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { WatchedTables } from "./watched-tables.ts";

/** Copies of a SQLite database that is in use, and reading from one. */
export function sqliteCopies(
  writer: DatabaseSync,
  mutex: Mutex,
  group: GroupCommit,
  watched?: WatchedTables,
): DatabaseCopies {
  /** The last copy could not be detached, because it was still read. The next use tries again. */
  let isLeft = false;
  /** Between two transactions, because SQLite does neither within one. */
  const between = async (work: () => void): Promise<void> => {
    await mutex.acquire();
    try {
      group.commitHeld();
      work();
      // A copy writes all tables, but elsewhere.
      watched?.ended();
    } finally {
      mutex.release();
    }
  };
  return {
    write: (file) => between(() => void writer.prepare("vacuum into ?").run(file)),
    async attached(file, work) {
      await between(() => {
        if (isLeft) writer.exec("detach database copy");
        isLeft = false;
        writer.prepare("attach database ? as copy").run(file);
      });
      try {
        return await work();
      } finally {
        // What `work` has committed is done, whatever becomes of the copy: a caller that got this error would believe that it is not.
        await between(() => writer.exec("detach database copy")).catch(() => {
          isLeft = true;
        });
      }
    },
  };
}
