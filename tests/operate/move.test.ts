// docs/operate/upgrade.md#move-between-sqlite-and-postgresql, tried with the client and the command line.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { servedFolder } from "../../packages/cli/test/tenant/served.ts";
import { command } from "../../packages/cli/test/tenant/tenant-process.ts";
import { freshDatabase } from "../../packages/tenant/test/fixtures/postgres.ts";
import { scratch } from "../../packages/tenant/test/server/scratch.ts";
import { lastingTenant } from "./lasting-tenant.ts";

const page = readFileSync(new URL("../../docs/operate/upgrade.md", import.meta.url), "utf8");

/** Runs the line of the page that begins so, with this place's names. */
function documented(start: string, names: Record<string, string>, env: Record<string, string> = {}) {
  const line = page.split("\n").find((each) => each.trimStart().startsWith(start));
  assert.ok(line, `the page has no line ${start}`);
  const own = Object.entries(names).reduce((text, [shown, here]) => text.replaceAll(shown, here), line.trim());
  const [, , ...args] = own.split(" ");
  return command(args, { env });
}

describe("doorcode tenant move", () => {
  test("a program renews with the same refresh token after a move to PostgreSQL, and after one back", async (t) => {
    const folder = await scratch(t);
    const lasting = await lastingTenant(t, folder);
    const sqlite = join(lasting.data, "tenant.db");
    const url = await freshDatabase();
    const first = await lasting.start({ sqlite });
    const programs = [await lasting.program(first), await lasting.program(first)];
    await first.close();

    const names = { "postgres://doorcode@db.contoso.example/doorcode": url, "/var/lib/doorcode": lasting.data };
    const there = await documented("doorcode tenant move --to postgres", names);
    assert.equal(there.exit, 0, there.stderr);
    assert.match(
      there.stderr,
      /^Moved “.+” to PostgreSQL: \d+ rows in \d+ tables, counted on both sides\.\nIts seal key/,
    );
    const old = await command(["users", "--data", lasting.data]);
    assert.equal(old.exit, 2);
    assert.match(old.stderr, /This tenant was moved to PostgreSQL, at .*\n.*move --undo/);
    const second = await lasting.start({ postgres: url });
    for (const program of programs) await program.renew(second);
    await second.close();

    const file = join(lasting.data, "again.db");
    const env = { DOORCODE_STORE: url };
    const back = await command(["move", "--to", file, "--data", lasting.data, "--json"], { env });
    assert.equal(back.exit, 0, back.stderr);
    const event = JSON.parse(back.stdout);
    assert.deepEqual([event.event, event.to, event.tables.users], ["tenant_moved", file, 1]);
    const third = await lasting.start({ sqlite: file });
    for (const program of programs) await program.renew(third);
    await third.close();

    const undone = await documented("doorcode tenant move --undo", names);
    assert.deepEqual([undone.exit, undone.stdout], [0, ""], undone.stderr);
    assert.match(undone.stderr, /can be started here again/);
    await (await lasting.start({ sqlite })).close();
  });

  test("names the new store by a server file, with its data folder and seal key", async (t) => {
    const folder = await scratch(t);
    const lasting = await lastingTenant(t, folder);
    const tenant = await lasting.start({ sqlite: join(lasting.data, "tenant.db") });
    await tenant.admin.people.add({ email: "ada@contoso.example" });
    await tenant.close();
    const urlFile = join(folder, "store.url");
    await writeFile(urlFile, await freshDatabase(), { mode: 0o600 });
    const { file: config, data } = await servedFolder(t, { store: { postgres: { urlFile, schema: "doorcode" } } });
    const moved = await command(["move", "--to-config", config, "--data", lasting.data]);
    assert.equal(moved.exit, 0, moved.stderr);
    assert.ok(moved.stderr.includes(`Its seal key is in ${join(data, "seal.key")}.`), moved.stderr);
    assert.ok(existsSync(join(data, "seal.key")));
    const users = await command(["users", "--config", config]);
    assert.match(users.stdout, /ada@contoso\.example/);
    const again = await command([
      "move",
      "--config",
      config,
      "--to",
      join(folder, "tenant.db"),
      "--data",
      lasting.data,
    ]);
    assert.equal(again.exit, 2, "two tenants are named");
  });

  test("errors name the store and what to do", async (t) => {
    const folder = await scratch(t);
    const lasting = await lastingTenant(t, folder);
    const sqlite = join(lasting.data, "tenant.db");
    const tenant = await lasting.start({ sqlite });
    const move = async (...args: string[]) => command(["move", "--data", lasting.data, ...args]);
    const url = await freshDatabase();
    const running = await move("--to", url);
    assert.equal(running.exit, 1);
    assert.match(running.stderr, /already running|in use/i);
    await tenant.close();
    const cases: [args: string[], exit: number, message: RegExp][] = [
      [[], 2, /--to, --to-config or --undo/],
      [["--to", url, "--undo"], 2, /--to, --to-config or --undo/],
      [["--to", "postgres://doorcode:hunter2@db.contoso.example/doorcode"], 2, /does not belong on the command line/],
      [["--to", "mysql://db.contoso.example/doorcode"], 2, /postgres:\/\/ URL/],
      [["--to", join(folder, "other.db")], 2, /Both stores are SQLite/],
      [["--to", "postgres://127.0.0.1:1/doorcode"], 1, /Cannot reach PostgreSQL \(ECONNREFUSED\)/],
      [["--undo"], 2, /was not moved/],
    ];
    for (const [args, exit, message] of cases) {
      const result = await move(...args);
      assert.equal(result.exit, exit, `${args}: ${result.stderr}`);
      assert.match(result.stderr, message);
      assert.doesNotMatch(result.stderr, /hunter2/);
    }
    await (await lasting.start({ sqlite })).close();
  });
});
