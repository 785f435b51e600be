import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { projectFiles, root } from "./source-files.ts";

const doc = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
const paths = projectFiles().map(({ path }) => path);

/** `oauth/revoke.ts`, `packages/tenant/src/ui/`: paths that contain a folder and are not patterns. */
const named = [...doc.matchAll(/`((?:[\w.-]+\/)+(?:[\w-]+(?:\.[\w-]+)*\.(?:[cm]?[jt]s|json|md))?)`/g)].map(
  ([, path]) => path!,
);

test("ARCHITECTURE.md names only files and folders that exist", () => {
  assert.ok(named.length > 50, "the paths are no longer found in the text");
  const missing = named.filter((name) =>
    name.endsWith("/")
      ? !paths.some((path) => `/${path}`.includes(`/${name}`))
      : !paths.some((path) => `/${path}`.endsWith(`/${name}`)),
  );
  assert.deepEqual([...new Set(missing)], []);
});
