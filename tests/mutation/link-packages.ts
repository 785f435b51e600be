// Runs inside a sandbox of Stryker: `@doorcode/guard` is then the mutated copy. Other packages are found further up.
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

for (const folder of readdirSync("packages")) {
  const { name } = JSON.parse(readFileSync(join("packages", folder, "package.json"), "utf8"));
  const link = join("node_modules", name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(resolve("packages", folder), link, "junction");
}
