// `npm run docs:api`: writes the reference of the public entry points to .api-docs/. Fails on any warning.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { root } from "../from-npm.mjs";
import { install } from "../install.mjs";
import { bringApiTools, entryPoints } from "./entry-points.mjs";

/** Types that public types consist of, which programs never name. */
const inside = {
  // The functions behind the CommonJS object of read-store, the list behind the error codes, and a test hook of the
  // store.
  "packages/client": [
    ...["FORMAT", "findKey", "identify", "listPrivate", "nameGeneration", "newest", "readFast", "readPrivate"],
    ...["stateDirectory", "unsealFile", "accessKeyOf", "accessPrefixOf", "accountKeyOf", "accountNamed", "accountsIn"],
    ...[
      "bestToken",
      "includesAll",
      "isGoodFor",
      "isOfTheFuture",
      "isRecord",
      "ownerKeyOf",
      "readAccount",
      "errorCatalogue",
      "Commit",
    ],
  ],
  // The lists from which its types are derived.
  "packages/prepare": ["prepareErrors", "GRANT_TYPES", "SIGNING_ALGORITHMS", "ADMINISTRATIVE_SCOPES", "LIFETIMES"],
  // The table whose keys are the administrative scopes.
  "packages/tenant": ["administration"],
};

install();
const typedoc = join(bringApiTools(), "typedoc/bin/typedoc");
const options = ["--options", join(root, "tools/api/typedoc.json")];
const scratch = mkdtempSync(join(tmpdir(), "doorcode-docs-"));
try {
  // One package at a time: with several, TypeDoc does not report which types are missing from the documentation.
  const folders = new Set(entryPoints().map(({ folder }) => folder));
  const models = [...folders].map((folder) => {
    const points = entryPoints().filter((point) => point.folder === folder);
    const model = join(scratch, `${basename(folder)}.json`);
    const unnamed = (inside[folder] ?? []).flatMap((name) => ["--intentionallyNotExported", name]);
    run(["--name", points[0].name, "--json", model, ...unnamed, ...points.map(({ source }) => join(folder, source))]);
    return model;
  });
  run(["--entryPointStrategy", "merge", "--name", "Doorcode", "--out", join(root, ".api-docs"), ...models]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function run(args) {
  const { status } = spawnSync(process.execPath, [typedoc, ...options, ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`TypeDoc failed at ${args[1]}. See its messages above.`);
}
