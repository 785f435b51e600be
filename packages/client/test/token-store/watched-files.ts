import type { EventEmitter } from "node:events";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import type { TestContext } from "node:test";

/** `link()` fails with this code for the rest of the test, as on a file system that the test does not have. */
export function failingLink(t: TestContext, code: string): void {
  t.mock.method(fs, "link", async () => {
    throw Object.assign(new Error(`${code}: link`), { code, syscall: "link" });
  });
  takeEffect(t);
}

/** Counts the operations on files and folders that are opened during the rest of the test. */
export function watchFiles(t: TestContext): { opened: number; flushed: number; closed: number } {
  const counts = { opened: 0, flushed: 0, closed: 0 };
  const { open } = fs;
  t.mock.method(fs, "open", async (...input: Parameters<typeof open>) => {
    const file = await open(...input);
    counts.opened++;
    const events: unknown = file;
    (events as EventEmitter).once("close", () => counts.closed++);
    const flush = file.sync.bind(file);
    file.sync = () => {
      counts.flushed++;
      return flush();
    };
    return file;
  });
  takeEffect(t);
  return counts;
}

/** Also updates modules that import these functions by name. */
function takeEffect(t: TestContext): void {
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
}
