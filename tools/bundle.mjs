// Bundles the command line with its libraries: packages/cli/compiled, which tsc wrote, becomes packages/cli/dist. The
// published package then needs no other package, and a command loads a few files instead of hundreds
// (docs/decisions/0030). `node tools/bundle.mjs [ROOT]`, ROOT being a copy of the workspace.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./from-npm.mjs";

/** The tenant is loaded from its own package, if that is installed. */
const TENANT = /^@doorcode\/tenant(\/|$)/;

/** `token` and `status` load this file alone, so it shares no chunk with the others. */
const ENTRIES = [
  { input: { "stored-session": "compiled/stored-session.cjs" } },
  { input: { main: "compiled/main.js" } },
];

/**
 * Libraries that others use if they are there. In this workspace development tools bring them, which must not decide what
 * is published.
 */
const LEFT_OUT = new Set(["supports-color"]);
const ABSENT = "\0absent";
const leaveOut = {
  name: "leave-out",
  resolveId: (id) => (LEFT_OUT.has(id) ? ABSENT : null),
  load: (id) => (id === ABSENT ? "module.exports = {};" : null),
};

/** Without comments, which name folders of this machine, and are a fourth of the text. */
export const settings = {
  platform: "node",
  external: [TENANT],
  experimental: { attachDebugInfo: "none" },
  plugins: [leaveOut],
};
export const format = { format: "cjs", comments: false };

export async function bundleCommandLine(workspace = root) {
  const cli = join(workspace, "packages/cli");
  const dist = join(cli, "dist");
  const stamp = join(cli, "compiled", "bundled");
  const state = stateOf(workspace);
  const isThere = existsSync(stamp) && existsSync(join(dist, "main.cjs"));
  if (isThere && readFileSync(stamp, "utf8") === state) return;
  // Loaded only if there is something to do: most builds find everything up to date.
  const { rolldown } = await import("rolldown");
  const files = new Map();
  const bundled = new Set();
  for (const { input } of ENTRIES) {
    const build = await rolldown({ ...settings, cwd: cli, input });
    const { output } = await build.generate({
      ...format,
      entryFileNames: "[name].cjs",
      chunkFileNames: "[name].cjs",
    });
    for (const { fileName, code, moduleIds } of output) {
      files.set(fileName, code);
      for (const id of moduleIds) bundled.add(packageOf(id));
    }
    await build.close();
  }
  files.set("licenses.txt", licensesOf([...bundled].filter(Boolean), workspace));
  rmSync(stamp, { force: true });
  mkdirSync(dist, { recursive: true });
  // Another command may be running from this folder: each file is replaced in one step, and the old ones go last.
  for (const [name, text] of files) {
    const incomplete = join(dist, `${name}.${process.pid}`);
    writeFileSync(incomplete, text);
    renameSync(incomplete, join(dist, name));
  }
  for (const name of readdirSync(dist)) {
    // Another bundle's incomplete file is not an old one.
    if (!files.has(name) && !/\.\d+$/.test(name)) rmSync(join(dist, name), { recursive: true });
  }
  writeFileSync(stamp, state);
}

/** Changes whenever the result can: with the compiled files, the libraries and this file. */
function stateOf(workspace) {
  const hash = createHash("sha256");
  const folders = ["cli/compiled", "client/dist", "prepare/dist"].map((path) => join(workspace, "packages", path));
  for (const folder of folders) {
    for (const path of readdirSync(folder, { recursive: true }).sort()) {
      if (!/\.c?js$/.test(path)) continue;
      const { mtimeMs, size } = statSync(join(folder, path));
      hash.update(`${relative(workspace, folder)}/${path} ${mtimeMs} ${size}\n`);
    }
  }
  for (const file of [join(root, "package-lock.json"), import.meta.filename]) hash.update(readFileSync(file));
  return hash.digest("hex");
}

/** The folder of the library that a module belongs to. Undefined for our own. */
function packageOf(id) {
  const path = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/"))?.[1];
  return path && !/\/node_modules\/(@doorcode\/|doorcode$)/.test(path) ? path : undefined;
}

/** Packages without the text of their license, and one of the same repository that has it. */
const LICENSE_OF = { "proxy-agent-negotiate": "agent-base" };

/** What the licenses of the libraries ask of a copy: their text. */
function licensesOf(folders) {
  const licenseIn = (folder) => readdirSync(folder).find((each) => /^(license|copying)/i.test(each));
  const texts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const from = licenseIn(folder) === undefined ? join(folder, "..", LICENSE_OF[name] ?? "") : folder;
    const file = licenseIn(from);
    if (file === undefined) throw new Error(`${name} ${version} has no file with its license: see LICENSE_OF.`);
    const text = readFileSync(join(from, file), "utf8").trim();
    return { name: `${name} ${version}`, text: `${name} ${version}, ${license}\n\n${text}\n` };
  });
  const sorted = texts.sort((one, other) => (one.name < other.name ? -1 : 1)).map(({ text }) => text);
  return `The files in this folder contain these libraries.\n\n${sorted.join(`\n${"-".repeat(80)}\n\n`)}`;
}

if (process.argv[1]?.endsWith("bundle.mjs")) await bundleCommandLine(process.argv[2]);
