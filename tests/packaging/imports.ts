import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newest, oldest, type Packed, type Runtime } from "./packed.ts";
import { plainEnvironment, runCommand } from "./run-command.ts";

/** Import → one function of it. */
const clientSide: Record<string, string> = {
  "@doorcode/client": "createClient",
  "@doorcode/client/msal": "networkClient",
  "@doorcode/client/presenters": "terminalPresenter",
  "@doorcode/client/read-store": "readStoreFast",
  "@doorcode/guard": "createGuard",
  "@doorcode/prepare": "planTenant",
  "@doorcode/prepare/source-file": "readFileOf",
};
const serverSide: Record<string, string> = {
  "@doorcode/tenant": "startTenant",
  "@doorcode/tenant/operator": "startOperated",
  "@doorcode/tenant/testing": "startTestTenant",
};

const runs: [Runtime, Record<string, string>][] = [
  [oldest, clientSide],
  [newest, { ...clientSide, ...serverSide }],
];

export function describeImports({ project: cwd }: Packed): void {
  const run = async ({ node }: Runtime, type: "module" | "commonjs", code: string) => {
    const ended = await runCommand(node, [`--input-type=${type}`, "-e", code], { cwd, env: plainEnvironment() });
    return ended;
  };

  for (const [runtime, entries] of runs) {
    describe(`on ${runtime.name}`, { concurrency: 2 }, () => {
      test("every entry can be imported, without a warning", async () => {
        const lines = Object.entries(entries).map(
          ([entry, member]) => `import { ${member} as f${member} } from "${entry}"; console.log(typeof f${member});`,
        );
        const { exit, stdout, stderr } = await run(runtime, "module", lines.join("\n"));
        assert.equal(stderr, "");
        assert.equal(exit, 0);
        assert.equal(stdout, "function\n".repeat(lines.length));
      });

      test("CommonJS can require every entry, without a warning", async () => {
        const lines = Object.entries(entries).map(
          ([entry, member]) => `console.log(typeof require("${entry}").${member});`,
        );
        const { exit, stdout, stderr } = await run(runtime, "commonjs", lines.join("\n"));
        assert.equal(stderr, "");
        assert.equal(exit, 0);
        assert.equal(stdout, "function\n".repeat(lines.length));
      });

      test("only programs that ask for the sources get them", async () => {
        const lines = Object.keys(entries).map((entry) => `console.log(import.meta.resolve("${entry}"));`);
        const { stdout, stderr } = await run(runtime, "module", lines.join("\n"));
        const resolved = stdout.trimEnd().split("\n");
        assert.equal(resolved.length, lines.length, stderr);
        for (const file of resolved) assert.match(file, /\/node_modules\/@doorcode\/\w+\/dist\/.+\.c?js$/);
      });

      test("files that are not entries cannot be imported", async () => {
        for (const inner of ["@doorcode/client/dist/index.js", "@doorcode/guard/src/index.ts", "doorcode"]) {
          const { exit, stderr } = await run(runtime, "module", `import "${inner}";`);
          assert.notEqual(exit, 0);
          assert.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/);
        }
      });
    });
  }

  test("reading the store needs neither MSAL nor any other library", async () => {
    const code = `require("@doorcode/client/read-store"); console.log(Object.keys(require.cache).length);`;
    assert.equal((await run(oldest, "commonjs", code)).stdout, "1\n");
  });
}
