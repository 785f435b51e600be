import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import { Checkpoints } from "../../src/storage/engine/checkpoints.ts";

const MIB = 2 ** 20;

describe("SQLite's log", () => {
  const folder = mkdtempSync(join(tmpdir(), "doorcode-checkpoints-"));
  after(() => rmSync(folder, { recursive: true }));

  /** Commits never write the log into the file: what is in the file came there in another way. */
  function openFile(name: string): { file: string; writer: DatabaseSync } {
    const file = join(folder, name);
    const writer = new DatabaseSync(file);
    writer.exec("pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table filler (bytes blob)");
    return { file, writer };
  }

  const fill = (writer: DatabaseSync, bytes: number) => writer.exec(`insert into filler values (randomblob(${bytes}))`);
  const pagesOfACommit = (writer: DatabaseSync) =>
    writer.prepare("pragma wal_autocheckpoint").get()?.wal_autocheckpoint as number;

  test("is written into the file in a thread, which leaves nothing behind", async () => {
    const { file, writer } = openFile("long.db");
    const checkpoints = new Checkpoints(file, writer);
    fill(writer, 4 * MIB);
    assert.ok(statSync(file).size < MIB);
    for (; statSync(file).size < 4 * MIB; await setImmediate()) await checkpoints.committed();
    assert.equal(pagesOfACommit(writer), 50_000);
    await checkpoints.stop();
    writer.close();
    // The last connection removes the log: the one of the thread is closed.
    assert.equal(existsSync(`${file}-wal`), false);
  });

  test("starts from its beginning while changes go on", async () => {
    const { file, writer } = openFile("growing.db");
    const checkpoints = new Checkpoints(file, writer);
    const perCommit = MIB;
    const commits = 300;
    for (let commit = 0; commit < commits; commit++) {
      fill(writer, perCommit);
      writer.exec("delete from filler");
      await checkpoints.committed();
      await setImmediate();
    }
    const logged = statSync(`${file}-wal`).size;
    assert.ok(logged < (commits * perCommit) / 2, `${logged / MIB} MiB`);
    await checkpoints.stop();
    writer.close();
  });

  test("is written by commits where the process may start no thread", () => {
    const script = `
      import { DatabaseSync } from "node:sqlite";
      import { setImmediate } from "node:timers/promises";
      import { Checkpoints } from ${JSON.stringify(import.meta.resolve("../../src/storage/engine/checkpoints.ts"))};
      const file = process.argv[1];
      const writer = new DatabaseSync(file);
      writer.exec("pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table filler (bytes blob)");
      writer.exec("insert into filler values (randomblob(${4 * MIB}))");
      const failed = Promise.withResolvers();
      const checkpoints = new Checkpoints(file, writer, { warn: ({ err }) => failed.resolve(err.code) });
      for (let code; code === undefined; code = await Promise.race([failed.promise, setImmediate()])) await checkpoints.committed();
      console.log(await failed.promise, writer.prepare("pragma wal_autocheckpoint").get().wal_autocheckpoint);
    `;
    const file = join(folder, "no-thread.db");
    const permissions = [
      "--permission",
      "--allow-fs-read=*",
      `--allow-fs-write=${folder}`,
      "--conditions=doorcode-source",
    ];
    const args = [...permissions, "--input-type=module", "--eval", script, file];
    assert.equal(execFileSync(process.execPath, args, { encoding: "utf8" }), "ERR_ACCESS_DENIED 1000\n");
  });

  test("is written by commits again, with a line in the server's log, if the thread fails", async () => {
    const { file, writer } = openFile("well.db");
    fill(writer, 4 * MIB);
    const text = join(folder, "text.db");
    writeFileSync(text, "This is a text, and a long enough one not to be taken for an empty database. ".repeat(20));
    writeFileSync(`${text}-wal`, Buffer.alloc(3 * MIB));
    const lines: string[] = [];
    const checkpoints = new Checkpoints(text, writer, pino({}, { write: (line) => void lines.push(line) }));
    for (; lines.length === 0; await setImmediate()) await checkpoints.committed();
    assert.match(lines[0]!, /cannot write SQLite's log .*commits do it from now on/);
    assert.equal(pagesOfACommit(writer), 1_000);
    const before = statSync(file).size;
    fill(writer, MIB);
    assert.ok(statSync(file).size > before);
    await checkpoints.stop();
    writer.close();
  });
});
