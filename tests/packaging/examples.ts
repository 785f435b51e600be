// The examples that readers copy: the `@example` of each docstring, and the TypeScript of the Markdown documents.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./pack.ts";

export interface Example {
  /** `packages/client/src/create-client.ts:14`. */
  at: string;
  program: string;
}

/** Something that an entry point exports and that a program calls or constructs. */
export interface Documented {
  report: string;
  name: string;
  hasExample: boolean;
}

/** API reports, which `npm run api:check` keeps up to date. */
const reports = globSync("packages/*/api/*.api.md", { cwd: root }).sort();

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const sourcesOf = (folder: string): string[] => globSync(`${folder}/src/**/*.{ts,cts}`, { cwd: root }).sort();
const exportsOf = (report: string, kinds: string): string[] =>
  [...read(report).matchAll(new RegExp(`^export (?:declare )?(?:${kinds}) (\\w+)`, "gm"))].map(([, name]) => name!);

/** Every exported function, class and constant, and whether the docstring before its declaration has an example. */
export function documented(): Documented[] {
  return reports.flatMap((report) => {
    const sources = sourcesOf(report.split("/api/")[0]!).map(read);
    return exportsOf(report, "function|class|const").map((name) => {
      const declaration = new RegExp(`@example(?:(?!\\*/)[^])*\\*/\\nexport (?:declare )?(?:async )?\\w+ ${name}\\b`);
      return { report, name, hasExample: sources.some((source) => declaration.test(source)) };
    });
  });
}

/** Exported types, members and options without a docstring, as the reports mark them. */
export function undocumented(): string[] {
  return reports.flatMap((report) =>
    read(report)
      .split("\n\n")
      .filter((block) => /^export /m.test(block) && block.includes("(undocumented)"))
      .map((block) => `${report}: ${/^export .*$/m.exec(block)?.[0]}`),
  );
}

/** The `@example` of every docstring: fenced blocks, and the single lines of the file that is an entry point itself. */
export function examplesOfDocstrings(): Example[] {
  return globSync("packages/*/src/**/*.{ts,cts}", { cwd: root })
    .sort()
    .flatMap((path) => {
      const source = read(path);
      return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(({ 0: docstring, index }) => {
        const text = docstring.replace(/^\/\*\*|\*\/$/g, "").replace(/^[ \t]*\* ?/gm, "");
        const at = `${path}:${source.slice(0, index).split("\n").length}`;
        const examples = text.split("@example").slice(1);
        return examples.flatMap((example) => {
          if (path.endsWith("/read-store.cts")) return [{ at, program: withImports(example) }];
          return fencedBlocks(example).map((program) => ({ at, program }));
        });
      });
    });
}

/** A line of read-store.cts, where a docstring has no room for its imports. */
function withImports(line: string): string {
  const names = exportsOf("packages/client/api/doorcode-client-read-store.api.md", "const|interface");
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(line));
  const imported = used.map((name) => (name === "StoredToken" ? `type ${name}` : name));
  return `import { ${imported.join(", ")} } from "@doorcode/client/read-store";\n${line.trim()}\n`;
}

/**
 * The TypeScript of the Markdown documents: a later block of a document may use what an earlier one declares. In
 * docs/reference each block is a separate program, which `tests/reference/programs.test.ts` compiles.
 */
export function examplesOfDocuments(): Example[] {
  const paths = globSync(["docs/**/*.md", "packages/*/README.md"], {
    cwd: root,
    exclude: ["docs/reference/**"],
  }).sort();
  return paths.flatMap((at) => {
    const blocks = fencedBlocks(read(at));
    return blocks.length === 0 ? [] : [{ at, program: joined(blocks) }];
  });
}

const fencedBlocks = (text: string): string[] =>
  [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!);

function joined(blocks: string[]): string {
  const imports = new Map<string, Set<string>>();
  const bodies = blocks.map((block) =>
    block.replace(/^import \{([^}]*)\} from "([^"]+)";$/gm, (_all, names: string, from: string) => {
      const known = imports.get(from) ?? new Set();
      imports.set(from, known);
      for (const name of names.split(",").map((each) => each.trim())) if (name) known.add(name);
      return "";
    }),
  );
  const head = [...imports].map(([from, names]) => `import { ${[...names].join(", ")} } from "${from}";`);
  return `${head.join("\n")}\n${bodies.join("\n{\n")}${"}\n".repeat(bodies.length - 1)}`;
}
