// `npm run build:single [-- --platform linux-arm64] [--out FILE]`: the command line as one program that needs no
// Node.js on the device: the bundle, injected into a copy of Node's binary from npm (a "single executable application").
// docs/recipes/single-file.md shows how to use it.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { format, settings } from "./bundle.mjs";
import { bring, packaged, platform, platformsOf, root } from "./from-npm.mjs";

/** Node.js looks for this text in its own binary; postject changes the character after it. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** Resolves to the path of the program. */
export async function buildSingleFile({ on = platform, out } = {}) {
  const target = packaged("node-24", on);
  const here = packaged("node-24");
  if (target === undefined || here === undefined) {
    throw new Error(`npm has no Node.js for ${target ? platform : on}. It has: ${platformsOf("node-24").join(", ")}.`);
  }
  if (target.version !== here.version) {
    throw new Error(`The program for ${on} needs Node.js ${target.version}, so it can only be built on ${on}.`);
  }
  const file = resolve(out ?? join(root, "dist", `doorcode-${on}${on.startsWith("win32") ? ".exe" : ""}`));
  const scratch = mkdtempSync(join(tmpdir(), "doorcode-single-"));
  try {
    build();
    const main = join(scratch, "doorcode.cjs");
    writeFileSync(main, await inOneFile());
    const blob = blobOf(main, scratch, on === platform);
    mkdirSync(dirname(file), { recursive: true });
    // A program that runs cannot be written to, only replaced.
    const incomplete = `${file}.${process.pid}`;
    try {
      const node = bring("node-24", undefined, on);
      copyFileSync(binaryOf(node, on), incomplete);
      chmodSync(incomplete, 0o755);
      inject(incomplete, blob, on);
      renameSync(incomplete, file);
      // To be passed on together with the program.
      const licenses = [join(node.files, "LICENSE"), join(root, "packages/cli/dist/licenses.txt")];
      writeFileSync(
        `${file}.licenses.txt`,
        licenses.map((each) => readFileSync(each, "utf8")).join(`\n${"-".repeat(80)}\n\n`),
      );
    } finally {
      rmSync(incomplete, { force: true });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return file;
}

const binaryOf = ({ files }, on) => join(files, "bin", on.startsWith("win32") ? "node.exe" : "node");

async function inOneFile() {
  const { rolldown } = await import("rolldown");
  const input = join(root, "packages/cli/bin/doorcode.cjs");
  const bundle = await rolldown({ ...settings, cwd: root, input });
  const { output } = await bundle.generate({ ...format, codeSplitting: false });
  await bundle.close();
  return output[0].code;
}

/** The file that Node.js reads from its own binary: the program, compiled if it runs here, and its files. */
function blobOf(main, scratch, isHere) {
  const output = join(scratch, "doorcode.blob");
  const config = join(scratch, "sea.json");
  const cli = join(root, "packages/cli");
  const assets = { "package.json": join(cli, "package.json") };
  const settings = { main, output, assets, disableExperimentalSEAWarning: true, useCodeCache: isHere };
  writeFileSync(config, JSON.stringify(settings));
  run(binaryOf(bring("node-24"), platform), ["--experimental-sea-config", config]);
  return output;
}

function inject(file, blob, on) {
  const isMac = on.startsWith("darwin");
  if (isMac) run("codesign", ["--remove-signature", file]);
  const postject = createRequire(import.meta.url).resolve("postject/dist/cli.js");
  const segment = isMac ? ["--macho-segment-name", "NODE_SEA"] : [];
  run(process.execPath, [postject, file, "NODE_SEA_BLOB", blob, "--sentinel-fuse", FUSE, ...segment]);
  // macOS runs no program without a signature; this one names no developer.
  if (isMac) run("codesign", ["--sign", "-", file]);
}

/** Its output is shown only if it fails: postject warns about parts of the binary that it leaves alone. */
function run(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${error?.message ?? stdout + stderr}`);
}

if (process.argv[1]?.endsWith("single-file.mjs")) {
  try {
    const { values } = parseArgs({ options: { platform: { type: "string" }, out: { type: "string" } } });
    const file = await buildSingleFile({ on: values.platform, out: values.out });
    console.log(`${file} (${Math.round(statSync(file).size / 1e6)} MB)`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
