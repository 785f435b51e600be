import assert from "node:assert/strict";
import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { type PublishedName, root } from "./pack.ts";
import type { Packed } from "./packed.ts";
import { makeProject } from "./project.ts";
import { runCommand } from "./run-command.ts";

/** The same from a CommonJS module; the project's own compiler options do not allow a file with this syntax. */
const fromCommonJs = `
import client = require("@doorcode/client");
import msal = require("@doorcode/client/msal");
import store = require("@doorcode/client/read-store");
import guard = require("@doorcode/guard");
import prepare = require("@doorcode/prepare");
import tenant = require("@doorcode/tenant");

export const directory: string = store.defaultStoreDirectory({});
export const network = msal.networkClient({});
export const functions = [client.createClient, guard.createGuard, prepare.planTenant, tenant.startTenant];
// @ts-expect-error: there is no such function.
client.noSuchFunction();
`;

/** The types of Node.js, and the libraries that a program with Fastify and MSAL of its own has. */
const ofNode = ["@types/node", "undici-types"];
const ofProgram = [...ofNode, "fastify", "@azure/msal-node"];

export function describeTypes({ scratch, tarballs }: Packed): void {
  async function compile(project: string, files: string[], options: object) {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: "es2023",
      lib: ["es2023"],
      types: ["node"],
      // Checks every declaration file, including ours.
      skipLibCheck: false,
      ...options,
    };
    const name = `tsconfig.${Object.values(options).join("-")}.json`;
    await writeFile(join(project, name), JSON.stringify({ compilerOptions, files }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { exit, stdout, stderr } = await runCommand(process.execPath, [tsc, "-p", name], { cwd: project });
    assert.equal(stdout + stderr, "");
    assert.equal(exit, 0);
  }

  describe("another project's TypeScript program compiles, strictly", () => {
    const project = join(scratch, "typescript");

    before(async () => {
      await makeProject(project, tarballs, undefined, ofProgram);
      await cp(join(import.meta.dirname, "consumer/program.ts"), join(project, "program.ts"));
      await writeFile(join(project, "program-in-commonjs.cts"), fromCommonJs);
    });

    test("under nodenext, as ES module and as CommonJS", () =>
      compile(project, ["program.ts", "program-in-commonjs.cts"], {
        module: "nodenext",
        moduleResolution: "nodenext",
      }));

    test("under bundler", () => compile(project, ["program.ts"], { module: "preserve", moduleResolution: "bundler" }));

    test("under node16, where a CommonJS module cannot import an ES module", () =>
      compile(project, ["program.ts"], { module: "node16", moduleResolution: "node16" }));
  });

  const alone: [PublishedName, string][] = [
    ["@doorcode/client", "createClient"],
    ["@doorcode/guard", "createGuard"],
    ["@doorcode/prepare", "planTenant"],
    ["@doorcode/tenant", "startTenant"],
  ];
  for (const [name, member] of alone) {
    test(`${name} alone compiles too, without the libraries that it may be used with`, async () => {
      const project = join(scratch, `alone-${name.split("/")[1]}`);
      await makeProject(project, tarballs, [name], ofNode);
      await writeFile(
        join(project, "program.ts"),
        `import { ${member} } from "${name}";\nexport const x = ${member};\n`,
      );
      assert.ok(!(await readdir(join(project, "node_modules"))).includes("fastify"));
      // As in `tsc --init`: without Fastify, the declaration of the guard's Fastify plugin cannot be checked.
      await compile(project, ["program.ts"], { module: "nodenext", skipLibCheck: true });
    });
  }

  test("the programs in the READMEs compile", async () => {
    const project = join(scratch, "readme");
    await makeProject(project, tarballs, undefined, ofNode);
    const { programOf } = await import("./readme.ts");
    await mkdir(join(project, "programs"));
    const files = alone.map(([name]) => `programs/${name.split("/")[1]}.ts`);
    await Promise.all(alone.map(async ([name], at) => writeFile(join(project, files[at]!), await programOf(name))));
    await compile(project, files, { module: "nodenext", skipLibCheck: true });
  });
}
