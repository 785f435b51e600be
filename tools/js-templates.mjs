// Writes the JavaScript project of `doorcode init`, which is the TypeScript one without its types: node
// tools/node24.mjs tools/js-templates.mjs. A test checks that it is up to date.
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";
import { root } from "./runtime.mjs";

const templates = join(root, "packages/cli/templates");

/** Path below js/ → text, of every program file of ts/. */
export function javascriptTemplates() {
  const paths = globSync("**/*.ts", { cwd: join(templates, "ts") }).sort();
  return new Map(paths.map((path) => [path.replace(/\.ts$/, ".js"), javascriptOf(path)]));
}

function javascriptOf(path) {
  const stripped = stripTypeScriptTypes(readFileSync(join(templates, "ts", path), "utf8"))
    .replaceAll(/\.ts(?=["`])/g, ".js")
    // The gap that an import of types left.
    .replaceAll(/^(import .*\n)\s*\n(?=import )/gm, "$1");
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const name = join("packages/cli/templates/js", path.replace(/\.ts$/, ".js"));
  const args = [biome, "check", "--write", `--stdin-file-path=${name}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    input: stripped,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`Biome rejects ${name}:\n${stderr}`);
  return stdout;
}

if (process.argv[1]?.endsWith("js-templates.mjs")) {
  for (const [path, text] of javascriptTemplates()) {
    mkdirSync(dirname(join(templates, "js", path)), { recursive: true });
    writeFileSync(join(templates, "js", path), text);
  }
}
