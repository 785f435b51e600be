import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { killStoreWriters } from "./kill-store-writers.ts";

// More of them: tests/client/store-kill.ts
describe("Programs killed while they write to the token store", { skip: process.platform === "win32" }, () => {
  test("damage nothing, lose nothing that was acknowledged and leave nothing behind, 50 times", async () => {
    const { kills, acknowledged } = await killStoreWriters({ kills: 50, seed: 1 });
    assert.equal(kills, 50);
    assert.ok(acknowledged > kills, "they did write");
  });

  test("nor where the file system has no links", async () => {
    const { kills, acknowledged } = await killStoreWriters({ kills: 15, seed: 2, withoutLinks: true });
    assert.ok(acknowledged > kills, "they did write");
  });
});
