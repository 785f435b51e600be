import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { projectFiles, root } from "./source-files.ts";

const doc = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
const paths = projectFiles().map(({ path }) => path);

/** `oauth/revoke.ts`, `packages/tenant/src/ui/`: with a folder in it, and as long as they are no patterns. */
const named = [...doc.matchAll(/`((?:[\w.-]+\/)+(?:[\w-]+(?:\.[\w-]+)*\.(?:[cm]?[jt]s|json|md))?)`/g)].map(
  ([, path]) => path!,
);

test("ARCHITECTURE.md names files and folders that there are", () => {
  assert.ok(named.length > 50, "the paths are no longer found in the text");
  const missing = named.filter((name) =>
    name.endsWith("/")
      ? !paths.some((path) => `/${path}`.includes(`/${name}`))
      : !paths.some((path) => `/${path}`.endsWith(`/${name}`)),
  );
  assert.deepEqual([...new Set(missing)], []);
});
