// `npm run check:supply`: checks what a user of the packages installs. No vulnerability of level high known to npm, and
// no license outside the list.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./from-npm.mjs";

/** Permissive licenses that are compatible with distributing an MIT project. */
const allowed = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT", "MIT-0"]);

const problems = [...foreignLicenses(), ...vulnerabilities()];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The lockfile lists the packages of every platform, including those that are not installed here. */
function foreignLicenses() {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  // What the command line's bundle contains is needed only to build it, and is published all the same.
  const licenses = readFileSync(join(root, "packages/cli/dist/licenses.txt"), "utf8");
  const bundled = [...licenses.matchAll(/^(@?[\w./-]+) \d[\w.+-]*, /gm)].map(([, name]) => `node_modules/${name}`);
  const production = Object.entries(packages).filter(
    ([path, { dev, link }]) =>
      path.includes("node_modules/") && !link && (!dev || bundled.some((each) => path.endsWith(each))),
  );
  console.log(`Checked the licenses of ${production.length} packages.`);
  return production
    .filter(([, { license }]) => !isAllowed(license))
    .map(([path, { license, version }]) => {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      return `${name} ${version} has the license ${license ?? "(none)"}, which tools/check-supply.mjs does not allow.`;
    });
}

/** "MIT", "(MIT OR GPL-2.0)": one of several is enough. "A AND B" needs both. */
function isAllowed(license = "") {
  if (license.includes(" AND ") && license.includes(" OR ")) return false;
  const expression = license.replace(/[()]/g, "");
  return expression.split(" OR ").some((choice) => choice.split(" AND ").every((name) => allowed.has(name.trim())));
}

function vulnerabilities() {
  const args = ["audit", "--omit=dev", "--audit-level=high", "--json"];
  const npm = spawnSync("npm", args, { cwd: root, encoding: "utf8", shell: process.platform === "win32" });
  const report = parsed(npm.stdout);
  if (!report?.metadata) {
    const why = report?.message ?? report?.error?.summary ?? npm.stderr.trim().split("\n")[0];
    // Many mirrors have no audit. Any other error must not pass as a clean result.
    if (!/\b40[45]\b/.test(why)) return [`Could not check for vulnerabilities: ${why}`];
    console.log("Vulnerabilities not checked: this registry has no audit.");
    return [];
  }
  console.log(`Checked ${report.metadata.dependencies.prod} packages for known vulnerabilities.`);
  return Object.values(report.vulnerabilities)
    .filter(({ severity }) => severity === "high" || severity === "critical")
    .map(
      ({ name, severity, range }) => `${name} ${range} has a known vulnerability of level ${severity}. Run npm audit.`,
    );
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
