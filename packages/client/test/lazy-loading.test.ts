import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const program = fileURLToPath(new URL("./fixtures/show-code.ts", import.meta.url));

/**
 * The files that are loaded before a sign-in shows something: libraries by name, our own files by their path in src/.
 */
async function loadedBy(...args: string[]): Promise<{ libraries: string[]; files: string[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  const urls = JSON.parse(stdout) as string[];
  const libraries = urls.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  const files = urls.flatMap((url) => /packages\/client\/src\/(.+)$/.exec(url)?.[1] ?? []);
  return { libraries: [...new Set(libraries)].sort(), files };
}

/** Needed only later in the sign-in, or by another kind of client. */
const later =
  /^(authorization-code\/(flow|loopback)|get-token|sign-out|fetch\/guarded|presenters\/(terminal|plain)|transport\/node-transport)/;

describe("before the user sees anything, a sign-in loads", { concurrency: true }, () => {
  for (const engine of ["entra", "oidc"]) {
    test(`by code, ${engine}: no library, and only the files that it needs`, async () => {
      const { libraries, files } = await loadedBy(engine, "device");
      assert.deepEqual(libraries, []);
      assert.deepEqual(
        files.filter((file) => later.test(file)),
        [],
      );
      const other = engine === "entra" ? /^engines\/oidc/ : /^engines\/entra/;
      assert.ok(!files.some((file) => other.test(file) || file.startsWith("engines/entra/msal-")), files.join(" "));
      assert.ok(files.includes(engine === "entra" ? "engines/entra/entra-engine.ts" : "engines/oidc-engine.ts"));
    });
  }

  test("in a browser, oidc: only oauth4webapi", async () => {
    const { libraries, files } = await loadedBy("oidc", "browser");
    assert.deepEqual(libraries, ["oauth4webapi"]);
    assert.ok(files.includes("authorization-code/flow.ts"));
  });
});
