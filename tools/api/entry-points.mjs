// The public entry points of the packages, as their package.json names them, and the programs that read them.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "../from-npm.mjs";
import { takeTurn } from "../turn.mjs";

/** `{ name: "@doorcode/client/msal", folder: "packages/client", source: "src/msal.ts", types: "dist/msal.d.ts" }` … */
export function entryPoints() {
  return readdirSync(join(root, "packages"))
    .sort()
    .map((name) => `packages/${name}`)
    .flatMap((folder) => {
      const { name, exports } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      return Object.entries(exports)
        .filter(([, target]) => target["doorcode-source"])
        .map(([subpath, target]) => ({
          name: `${name}${subpath.slice(1)}`,
          folder,
          source: target["doorcode-source"],
          types: target.types.default ?? target.types,
        }));
    });
}

/**
 * Returns the folder that holds their packages. TypeDoc and API Extractor read types through TypeScript's JavaScript API, which version 7 no longer has. They and
 * TypeScript 6 therefore have a lockfile of their own, and the commands that need them bring them into .runtime/.
 */
export function bringApiTools() {
  const files = ["package.json", "package-lock.json"].map((name) => join(root, "tools/api", name));
  const hash = createHash("sha256").update(readFileSync(files[1])).digest("hex").slice(0, 12);
  const folder = join(root, ".runtime", `api-tools-${hash}`);
  const release = takeTurn(`${folder}.turn`);
  try {
    if (!existsSync(folder)) install(folder, files);
  } finally {
    release();
  }
  return join(folder, "node_modules");
}

function install(folder, files) {
  console.error("Bringing TypeDoc and API Extractor from npm (15 MB to download, once) …");
  const incomplete = `${folder}.${process.pid}`;
  try {
    mkdirSync(incomplete, { recursive: true });
    for (const file of files) copyFileSync(file, join(incomplete, basename(file)));
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--workspaces=false", "--loglevel=error"];
    // npm run exports the outer project's settings; the inner install must not act on that project.
    const env = Object.entries(process.env).filter(
      ([key]) => !/^npm_(config_local_prefix|package_|lifecycle_)/i.test(key),
    );
    const npm = spawnSync("npm", ["ci", ...flags], {
      cwd: incomplete,
      stdio: ["ignore", "ignore", 2],
      shell: process.platform === "win32",
      env: Object.fromEntries(env),
    });
    if (npm.status !== 0) throw new Error("npm could not bring them; its messages are above.");
    renameSync(incomplete, folder);
  } finally {
    rmSync(incomplete, { recursive: true, force: true });
  }
}
