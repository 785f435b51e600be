import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { killStoreWriters } from "./kill-store-writers.ts";

// tests/client/store-kill.ts runs more of them.
describe("Programs killed while they write to the token store", { skip: process.platform === "win32" }, () => {
  test("damage nothing, lose nothing that was acknowledged and leave nothing behind, 50 times", async () => {
    const { kills, acknowledged } = await killStoreWriters({ kills: 50, seed: 1 });
    assert.equal(kills, 50);
    assert.ok(acknowledged > kills, "they did write");
  });

  test("do the same on a file system without links", async () => {
    const { kills, acknowledged } = await killStoreWriters({ kills: 15, seed: 2, withoutLinks: true });
    assert.ok(acknowledged > kills, "they did write");
  });
});
