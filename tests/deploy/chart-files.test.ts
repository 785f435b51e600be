import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { root } from "../packaging/pack.ts";
import { chartFiles } from "./chart-files.ts";

/** Biome formats JSON. */
const comparable = (path: string, text: string) => (path.endsWith(".json") ? JSON.parse(text) : text);

describe("the schema of the server file, the alert rules and the version are up to date in", () => {
  for (const [path, expected] of chartFiles()) {
    test(path, async () => {
      const text = await readFile(join(root, path), "utf8");
      assert.deepEqual(comparable(path, text), comparable(path, expected), "Run `npm run schema`.");
    });
  }
});
