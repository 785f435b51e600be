import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { bringTools } from "../../tools/from-npm.mjs";
import { root } from "../architecture/source-files.ts";
import { type Group, testsOf } from "./group.ts";
import type { Mutant } from "./score.ts";

/** The parts of Stryker's result for one mutant that are used here. */
interface StrykerMutant {
  fileName: string;
  location: { start: { line: number; column: number }; end: { line: number; column: number } };
  mutatorName: string;
  replacement?: string;
  status: string;
}

const statuses: Record<string, Mutant["status"]> = {
  Killed: "killed",
  Timeout: "timeout",
  Survived: "survived",
  NoCoverage: "no coverage",
};

/** The parts of the repository that the tests need; the sandbox is a copy of them. */
const copied = ["package.json", "packages/**", "tests/**", "examples/**", "tools/**"];

/** Puts every fault that Stryker supports into `sources`, one at a time, and runs the group's tests for each. */
export async function mutate(group: Group, sources: string[], tempDir: string): Promise<Mutant[]> {
  const tools = bringTools("tools/mutation", "Stryker", 12);
  const { Stryker } = await import(pathToFileURL(join(tools, "@stryker-mutator/core/dist/src/index.js")).href);
  const stryker = new Stryker({
    mutate: sources,
    testRunner: "tap",
    tap: {
      testFiles: testsOf(group),
      nodeArgs: [
        "--conditions=doorcode-source",
        "--disable-warning=ExperimentalWarning",
        "--test-reporter=tap",
        "-r",
        "{{hookFile}}",
        "{{testFile}}",
      ],
      forceBail: true,
    },
    // The tap runner treats a test file as one test, and reports which mutants each file reaches.
    coverageAnalysis: "perTest",
    concurrency: availableParallelism(),
    timeoutMS: 5_000,
    // On a busy machine test files are slow, and a false timeout would count as noticed.
    timeoutFactor: 4,
    tempDirName: relative(root, tempDir),
    cleanTempDir: "always",
    ignorePatterns: ["**", ...copied.map((pattern) => `!${pattern}`), "dist"],
    // The root's node_modules would lead to the originals; the sandbox links its own copies of the packages.
    symlinkNodeModules: false,
    buildCommand: "node tests/mutation/link-packages.ts",
    // Stryker would rewrite it with an API that TypeScript 7 lacks.
    tsconfigFile: "not-here.json",
    reporters: ["progress-append-only"],
    logLevel: "warn",
    allowConsoleColors: false,
  });
  const mutants: StrykerMutant[] = await stryker.runMutationTest();
  return mutants.map(toMutant);
}

function toMutant({ fileName, location, mutatorName, replacement, status }: StrykerMutant): Mutant {
  const file = relative(root, fileName).replaceAll("\\", "/");
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  const { start, end } = location;
  const part = lines.slice(start.line - 1, end.line);
  part[part.length - 1] = part.at(-1)!.slice(0, end.column - 1);
  part[0] = part[0]!.slice(start.column - 1);
  return {
    file,
    line: start.line,
    lineText: lines[start.line - 1] ?? "",
    mutator: mutatorName,
    original: part.join("\n"),
    replacement: replacement ?? "",
    status: statuses[status] ?? "invalid",
  };
}
