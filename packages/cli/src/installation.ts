import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { type Command, nameOf } from "./definition/command.ts";
import { CommandError } from "./exit-codes.ts";
import { isSingleFile, type OwnManifest, ownManifest, packageFolder } from "./own-package.ts";

const TENANT = "@doorcode/tenant";

/**
 * Checks that the packages that a command needs are installed: `tenant` commands need the tenant in this version, which
 * is an optional peer dependency.
 * @throws CommandError `tenant_missing`, `not_in_single_file`
 */
export function checkInstalled(path: readonly string[], command: Command): void {
  if (!command.needsTenant && !command.needsPackage) return;
  const { name, version } = ownManifest();
  if (isSingleFile()) {
    const packages = [name, ...(command.needsTenant ? [TENANT] : [])].map((each) => `${each}@${version}`);
    throw new CommandError(
      "not_in_single_file",
      `${nameOf(path)} is not part of this single file.`,
      `On a machine with Node.js, install the packages: npm install --global ${packages.join(" ")}`,
    );
  }
  if (!command.needsTenant) return;
  const found = tenantFor(packageFolder);
  if (found === version) return;
  throw new CommandError(
    "tenant_missing",
    found === undefined
      ? `${nameOf(path)} needs the package ${TENANT}, which is not installed.`
      : `${nameOf(path)} needs ${TENANT} ${version}; installed is ${found}.`,
    howToInstall(`${TENANT}@${version}`, { folder: packageFolder, own: `${name}@${version}`, path }),
  );
}

/** The version that `import("@doorcode/tenant")` finds from the folder. */
export function tenantFor(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const manifest = join(at, "node_modules", TENANT, "package.json");
    if (existsSync(manifest)) return read<OwnManifest>(manifest)?.version ?? "a damaged one";
    if (at === dirname(at)) return undefined;
  }
}

interface Installed {
  /** Of this package, where it really is. */
  folder: string;
  /** This package, as a package manager names it. */
  own: string;
  /** The command that was called. */
  path: readonly string[];
}

/** What to type so that the package is installed next to this one, in the way that this one was installed. */
export function howToInstall(wanted: string, { folder, own, path }: Installed, cwd = process.cwd()): string {
  // The outermost: pnpm keeps packages in folders below it.
  const at = folder.indexOf(`${sep}node_modules${sep}`);
  const root = at < 0 ? folder : folder.slice(0, at);
  if (basename(dirname(root)) === "_npx") {
    return `Run both packages: npx --package ${own} --package ${wanted} ${nameOf(path)}`;
  }
  if (root.includes(`${sep}pnpm${sep}global${sep}`)) return `Add it: pnpm add --global ${wanted}`;
  // From version 11 on, pnpm separates global packages, except those that are added together.
  if (/[\\/]store[\\/]v\d+[\\/]links[\\/]/.test(root))
    return `Add both packages together: pnpm add --global ${own},${wanted}`;
  const manifest = manifestIn(root);
  if (manifest === undefined) return `Add it: npm install --global ${wanted}`;
  const isDev = manifest.devDependencies?.doorcode !== undefined;
  const [add, dev] = existsSync(join(root, "pnpm-lock.yaml"))
    ? ["pnpm add", "--save-dev"]
    : existsSync(join(root, "yarn.lock"))
      ? ["yarn add", "--dev"]
      : ["npm install", "--save-dev"];
  const within = relative(root, cwd);
  const where = within === ".." || within.startsWith(`..${sep}`) ? `Add it, in ${root}` : "Add it";
  return `${where}: ${add} ${isDev ? `${dev} ` : ""}${wanted}`;
}

const manifestIn = (folder: string) => read<{ devDependencies?: Record<string, string> }>(join(folder, "package.json"));

/** Undefined if there is none, or one that cannot be read. Some editors write a byte order mark. */
function read<Manifest>(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, "")) as Manifest;
  } catch {
    return undefined;
  }
}
