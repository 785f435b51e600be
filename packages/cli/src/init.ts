import { resolve } from "node:path";
import type { Arguments } from "./definition/command.ts";
import { CommandError, exitCodes, UsageError } from "./exit-codes.ts";
import { type Clone, checkPackages, findClone } from "./init/packages.ts";
import {
  installedBy,
  type Language,
  lacksRuntime,
  type ProjectName,
  problemOfName,
  projectFiles,
  projectName,
  suggestedName,
} from "./init/template.ts";
import { inspect, writeProject } from "./init/write-project.ts";
import { printEvent, say } from "./output.ts";
import { platform, TENANT_NODE } from "./tenant-node.ts";

interface Wanted {
  /** As typed. */
  folder: string;
  language: Language;
  name: ProjectName;
}

export async function run(given: Arguments, signal: AbortSignal): Promise<number> {
  const { folder, language, name } = await wanted(given, signal);
  const clone = await findClone();
  const unsure = clone === undefined ? await checkPackages(signal) : undefined;
  signal.throwIfAborted();
  const files = await projectFiles(language, name, { node: process.versions.node, clone });
  writeProject(resolve(folder), files);
  report(folder, { language, name, files: [...files.keys()], clone, unsure }, given.flag("json"));
  return exitCodes.done;
}

async function wanted(given: Arguments, signal: AbortSignal): Promise<Wanted> {
  const [folder] = given.words;
  if (folder === undefined) return askedFor(given, signal);
  const language = given.flag("js") ? "js" : "ts";
  inspect(resolve(folder));
  return { folder, language, name: projectName(folder, given.text("name"), await installedBy(language)) };
}

async function askedFor(given: Arguments, signal: AbortSignal): Promise<Wanted> {
  if (!process.stdin.isTTY || !process.stderr.isTTY || given.flag("json")) {
    throw new UsageError("Missing argument FOLDER.", "For example: doorcode init my-device");
  }
  const questions = await questionsOn(process.stdin, process.stderr, signal);
  try {
    say("A new project: a program without a browser that signs users in with a code.\n");
    const folder = await questions.ask("Folder", "my-device", (answer) => messageOf(() => inspect(resolve(answer))));
    const typed = given.flag("js")
      ? "js"
      : await questions.ask("TypeScript or JavaScript? ts/js", "ts", (answer) =>
          languageOf(answer) ? undefined : "Answer ts or js.",
        );
    const language = languageOf(typed) ?? "ts";
    const taken = await installedBy(language);
    const problem = (name: string) => problemOfName(name, taken);
    const usable = given.text("name") ?? suggestedName(folder);
    const asked = problem(usable)
      ? await questions.ask("Name of the project", "my-device", (answer) => sentence(problem(answer)))
      : usable;
    return { folder, language, name: projectName(folder, asked, taken) };
  } finally {
    questions.end();
  }
}

function languageOf(answer: string): Language | undefined {
  if (/^(ts|t|typescript)$/i.test(answer)) return "ts";
  return /^(js|j|javascript)$/i.test(answer) ? "js" : undefined;
}

const sentence = (problem: string | undefined) => problem && `That is not a valid name for the project: ${problem}.`;

function messageOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

interface Written {
  language: Language;
  name: ProjectName;
  files: string[];
  clone: Clone | undefined;
  /** Why npm could not say whether it has the packages. */
  unsure: string | undefined;
}

function packagesLine(clone: Clone | undefined, unsure: string | undefined): string {
  if (clone) {
    return `
It uses the packages of this clone (file: in package.json): ${clone.folder}
`;
  }
  if (unsure === undefined) return "";
  return `
npm could not confirm that it has the packages of this version (${unsure}).
`;
}

function report(folder: string, { language, name, files, clone, unsure }: Written, json: boolean): void {
  const needsNode = clone?.runtime === undefined && lacksRuntime(process.versions.node, platform);
  const next = [...(resolve(folder) === process.cwd() ? [] : [`cd ${quoted(folder)}`]), "npm install && npm start"];
  if (json) {
    const called = { ts: "typescript", js: "javascript" }[language];
    const linked = clone === undefined ? {} : { linked_to: clone.folder };
    printEvent("created", { folder: resolve(folder), name: name.full, language: called, files, next, ...linked });
    return;
  }
  const where = resolve(folder) === process.cwd() ? "this folder" : folder;
  say(`A new ${{ ts: "TypeScript", js: "JavaScript" }[language]} project is in ${where}:

  src/main.${language}            the program: signs in with a code, calls a web API
  doorcode.tenant.yaml   the tenant it signs in to: app, API, user flow
  dev/, test/            that tenant on this computer, and a test of a sign-in
  README.md              next steps, and how to move to Microsoft Entra
${needsNode ? `\nThe tenant needs Node.js ${TENANT_NODE} or newer. npm has none for ${platform}, so install it first.\n` : ""}${packagesLine(clone, unsure)}
Next, run:

${next.map((line) => `  ${line}`).join("\n")}
`);
}

const quoted = (path: string) => (/^[\w./\\:@+-]+$/.test(path) ? path : JSON.stringify(path));

/** Asks on the terminal. Questions go to stderr, like all messages for people. */
interface Questions {
  /**
   * The answer, or the default for an empty one. `problem` says what is wrong with an answer, which is then asked again.
   * @throws CommandError `cancelled` by Ctrl-C, or when the input ends
   */
  ask(question: string, byDefault: string, problem?: (answer: string) => string | undefined): Promise<string>;
  end(): void;
}

async function questionsOn(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  interrupted: AbortSignal,
): Promise<Questions> {
  // Not needed when the command line names the folder.
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input, output });
  const over = new AbortController();
  // While a line is read, Ctrl-C arrives as an event of the terminal. It has to end the command as everywhere else.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  terminal.on("close", () => over.abort());
  const signal = AbortSignal.any([interrupted, over.signal]);
  return {
    async ask(question, byDefault, problem = () => undefined) {
      for (;;) {
        const typed = await terminal.question(`${question} (${byDefault}) `, { signal }).catch((cause: unknown) => {
          output.write("\n");
          throw new CommandError("cancelled", "Nothing was created.", "Run it again when you are ready.", { cause });
        });
        const answer = typed.trim() || byDefault;
        const wrong = problem(answer);
        if (wrong === undefined) return answer;
        output.write(`${wrong}\n`);
      }
    },
    end: () => terminal.close(),
  };
}
