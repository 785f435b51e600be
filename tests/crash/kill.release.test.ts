import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { freshSchema } from "../../packages/tenant/test/fixtures/postgres.ts";
import { killRun } from "./kill-run.ts";
import { type Ledger, Violation } from "./ledger.ts";

describe("a tenant that is killed at random moments and started again", { concurrency: 2 }, () => {
  test("loses nothing that it acknowledged and revives nothing that was used up, on SQLite", async (t) => {
    await using copies = await scratchFolder();
    let kill = 0;
    const ledger = await killRun({
      kills: 10,
      atMost: 60,
      untested,
      seed: 20_260_101,
      store: "sqlite",
      // A copy, because opening the file itself would repair it before the tenant does.
      whileDead: async (dataDir) => {
        const copy = join(copies.path, String(++kill));
        await copyDatabase(dataDir, copy);
        assert.equal(integrityOf(join(copy, "tenant.sqlite")), "ok");
      },
    });
    t.diagnostic(JSON.stringify(ledger.held));
    assert.deepEqual(untested(ledger), []);
  });

  for (const [place, besideAnother] of [
    ["PostgreSQL", false],
    ["PostgreSQL beside another node", true],
  ] as const) {
    test(`loses nothing that it acknowledged and revives nothing that was used up, on ${place}`, async (t) => {
      const scratch = await freshSchema();
      try {
        const ledger = await killRun({
          kills: 5,
          atMost: 60,
          untested,
          seed: 20_260_102,
          store: { postgres: scratch.url, schema: scratch.schema },
          besideAnother,
        });
        t.diagnostic(JSON.stringify(ledger.held));
        assert.deepEqual(untested(ledger), []);
      } finally {
        await scratch.drop();
      }
    });
  }

  test("is caught if it returns with an older state", async () => {
    await using backup = await scratchFolder();
    let saved = false;
    const forgetful = killRun({
      kills: 3,
      seed: 20_260_103,
      store: "sqlite",
      whileDead: async (dataDir) => {
        if (!saved) await copyDatabase(dataDir, backup.path);
        else {
          for (const file of await databaseFiles(dataDir)) await rm(join(dataDir, file));
          await copyDatabase(backup.path, dataDir);
        }
        saved = true;
      },
    });
    await assert.rejects(forgetful, Violation);
  });
});

/** The cases that no kill has tested yet. */
function untested({ done, lost, held }: Ledger): string[] {
  const answered = ["devicecode", "approve", "redeem", "renew", "revoke", "add user"];
  const checked = [
    "accounts still there",
    "device_code stayed redeemed",
    "newest refresh token works",
    "rotated refresh token stayed rotated, its reuse ended the sign-in",
  ];
  return [
    ...answered.filter((what) => !done[what]).map((what) => `no ${what} was answered`),
    ...(Object.keys(lost).length > 0 ? [] : ["no kill fell between a question and its answer"]),
    ...checked.filter((what) => !held[what]).map((what) => `never checked: ${what}`),
  ];
}

const databaseFiles = async (folder: string) =>
  (await readdir(folder)).filter((name) => name.startsWith("tenant.sqlite"));

async function copyDatabase(from: string, to: string): Promise<void> {
  for (const file of await databaseFiles(from)) await cp(join(from, file), join(to, file));
}

function integrityOf(file: string): unknown {
  const database = new DatabaseSync(file);
  try {
    return database.prepare("pragma integrity_check").get()?.integrity_check;
  } finally {
    database.close();
  }
}

async function scratchFolder() {
  const path = await mkdtemp(join(tmpdir(), "doorcode-crash-copy-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
