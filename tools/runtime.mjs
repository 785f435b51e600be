// Finds the Node.js that a part of the project needs, and brings it from npm where the machine has none.
// The packages hold the bare binary and run no install script; version and integrity are pinned in runtimes.json.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinned = JSON.parse(readFileSync(join(root, "tools/runtimes.json"), "utf8"));

const machineMajor = () => Number(process.versions.node.split(".")[0]);

const platformPackage = () => `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;

function binaryPath(major) {
  const name = platformPackage();
  const file = process.platform === "win32" ? "node.exe" : "node";
  return join(root, ".runtime", `${major}-${pinned[major].version}`, "node_modules", name, "bin", file);
}

/** The path of a Node.js that can run the tenant, tools and tests (24 or newer), or undefined before `bringRuntime`. */
export function findNode24() {
  if (machineMajor() >= 24) return process.execPath;
  const path = binaryPath("24");
  return existsSync(path) ? path : undefined;
}

/** The path of a Node.js 20, on which the published client-side packages are tested too. */
export function findNode20() {
  if (machineMajor() === 20) return process.execPath;
  const path = binaryPath("20");
  return existsSync(path) ? path : undefined;
}

/**
 * Installs the pinned Node.js of that major into `.runtime/`, once. Two runs at the same time do not harm each other:
 * each installs into a folder of its own and renames it into place.
 */
export function bringRuntime(major) {
  const name = platformPackage();
  const { version, integrity } = pinned[major];
  if (existsSync(binaryPath(major))) return binaryPath(major);
  if (!integrity[name]) {
    throw new Error(
      `The tenant and the tests need Node.js ${major} or newer; this is ${process.version} and there is no packaged ` +
        `runtime for ${process.platform} ${process.arch}. Install Node.js ${major} and run the command again.`,
    );
  }
  const target = join(root, ".runtime", `${major}-${version}`);
  const scratch = `${target}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  const manifest = { name: "doorcode-runtime", private: true, dependencies: { [name]: version } };
  const lock = {
    name: "doorcode-runtime",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "doorcode-runtime", dependencies: { [name]: version } },
      [`node_modules/${name}`]: { version, integrity: integrity[name] },
    },
  };
  writeFileSync(join(scratch, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(scratch, "package-lock.json"), JSON.stringify(lock));
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--workspaces=false"], {
    cwd: scratch,
    encoding: "utf8",
    shell: process.platform === "win32",
    // npm run exports the outer project's settings; the inner install must not act on that project.
    env: Object.fromEntries(
      Object.entries(process.env).filter(([key]) => !/^npm_(config_local_prefix|package_|lifecycle_)/i.test(key)),
    ),
  });
  if (npm.status !== 0) {
    rmSync(scratch, { recursive: true, force: true });
    throw new Error(`Could not bring Node.js ${version} (${name}) from npm:\n${npm.stderr || npm.error}`);
  }
  try {
    renameSync(scratch, target);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    if (!existsSync(binaryPath(major))) throw error;
  }
  return binaryPath(major);
}

/** Node.js 24 or newer, brought when missing. */
export const node24 = () => findNode24() ?? bringRuntime("24");

/** Node.js 20, brought when missing. */
export const node20 = () => findNode20() ?? bringRuntime("20");
