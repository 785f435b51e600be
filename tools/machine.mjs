// Finds what the tests need from the machine beside Node.js, and says what to do where it is missing.
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { delimiter, join } from "node:path";

const howTo = (what, packages) =>
  `The tests need ${what}, and this machine has none. Install Debian's package${packages.includes(" ") ? "s" : ""} ` +
  `(apt-get install ${packages}) and run the command again, or run .ci/run, which installs them.`;

const onPath = (name) =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));

/** The browser of the end-to-end tests: DOORCODE_CHROMIUM, else Debian's Chromium, else a Chrome. */
export function findChromium() {
  const named = process.env.DOORCODE_CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`DOORCODE_CHROMIUM names ${named}, which does not exist.`);
  }
  const found = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].map(onPath).find(Boolean);
  if (found) return found;
  throw new Error(howTo("Chromium", "chromium"));
}

/** The folder of PostgreSQL's server programs. Debian keeps them off PATH. */
export function findPostgres() {
  const folder = globSync("/usr/lib/postgresql/*/bin").find((bin) => existsSync(join(bin, "initdb")));
  if (folder) return folder;
  const initdb = onPath("initdb");
  if (initdb && spawnSync(initdb, ["--version"]).status === 0) return join(initdb, "..");
  throw new Error(howTo("PostgreSQL", "postgresql"));
}
