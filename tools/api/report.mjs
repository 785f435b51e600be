// `npm run api` writes the public types of each entry point to packages/*/api/*.api.md. `npm run api:check` compares.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build } from "../build.mjs";
import { root } from "../from-npm.mjs";
import { install } from "../install.mjs";
import { bringApiTools, entryPoints } from "./entry-points.mjs";

const check = process.argv.includes("--check");

install();
build();
const require = createRequire(join(bringApiTools(), "api-extractor.cjs"));
const { Extractor, ExtractorConfig } = require("@microsoft/api-extractor");

const scratch = mkdtempSync(join(tmpdir(), "doorcode-api-"));
const outdated = [];
try {
  for (const point of entryPoints()) if (!report(point)) outdated.push(point);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const expected = new Set(entryPoints().map(reportPath));
const folders = readdirSync(join(root, "packages")).map((name) => `packages/${name}/api`);
const orphans = folders
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .filter((path) => !expected.has(path));

if (check && outdated.length + orphans.length > 0) {
  for (const point of outdated) console.error(`${reportPath(point)}: the public types of ${point.name} have changed.`);
  for (const path of orphans) console.error(`${path}: no entry point has this report.`);
  console.error("Run `npm run api`, read the difference, and commit it.");
  process.exitCode = 1;
} else if (!check) {
  for (const path of orphans) rmSync(join(root, path));
  for (const point of outdated) console.log(`${reportPath(point)} written`);
}
if (process.exitCode !== 1) console.log(`${expected.size} API reports are up to date.`);

function reportPath({ name, folder }) {
  return `${folder}/api/${name.replace(/^@/, "").replaceAll("/", "-")}.api.md`;
}

/** False if the committed report is missing or differs. Without --check, it is written then. */
function report(point) {
  const path = join(root, reportPath(point));
  const folder = join(root, point.folder);
  mkdirSync(join(folder, "api"), { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, "package.json"),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, point.types),
      newlineKind: "lf",
      compiler: { tsconfigFilePath: join(root, "tools/api/tsconfig.json") },
      apiReport: {
        enabled: true,
        // Types that a public type refers to are public too.
        includeForgottenExports: true,
        reportFileName: basename(path).replace(/\.api\.md$/, ""),
        reportFolder: join(folder, "api"),
        reportTempFolder: scratch,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: "error" } },
        extractorMessageReporting: { default: { logLevel: "none" } },
        tsdocMessageReporting: { default: { logLevel: "none" } },
      },
    },
  });
  const before = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  const result = Extractor.invoke(config, { localBuild: !check, showVerboseMessages: false, messageCallback: quiet });
  if (result.errorCount > 0) throw new Error(`Could not read the types of ${point.name}.`);
  return check ? !result.apiReportChanged && before !== undefined : before === readFileSync(path, "utf8");
}

/** Its own messages about files and TypeScript are noise here. */
function quiet(message) {
  if (message.logLevel !== "error") message.handled = true;
}
