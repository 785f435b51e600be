// docs/reference/command-line.md from the definition.
import { type Command, nameOf, type OptionSpec, walk } from "../../src/definition/command.ts";
import { everywhere } from "../../src/definition/options.ts";
import { topics } from "../../src/definition/topics.ts";
import { optionGroups, optionTerm, usageLines } from "../../src/help.ts";

export function markdownReference(program: Command): string {
  const all = [...walk(program)];
  return `${[
    "<!-- Written by `npm run docs:reference`. Do not edit. -->",
    "# The command line",
    "Results go to stdout, messages for people to stderr. With `--json`, a command prints one JSON event per line to stdout.",
    table(
      ["command", ""],
      all
        .filter(({ command }) => command.load !== undefined)
        .map(({ path, command }) => [`[\`${nameOf(path)}\`](#${anchor(path)})`, `${command.summary}.`]),
    ),
    "Every command takes `-h`, `--help` and `--verbose` (with an error, it shows the issuer's own words). `doorcode --version` shows the version.",
    ...all.flatMap(({ path, command }) => (command.load ? section(path, command) : [])),
    ...Object.entries(topics).flatMap(([name, { summary, intro, sections }]) => [
      `## ${summary}`,
      `${intro} On the command line: \`doorcode help ${name}\`.`,
      ...sections.flatMap(({ heading, rows }) => [
        ...(sections.length > 1 ? [`### ${heading}`] : []),
        table(
          ["", ""],
          rows.map(([term, words]) => [`\`${term}\``, cell(words)]),
        ),
      ]),
    ]),
  ].join("\n\n")}\n`;
}

const anchor = (path: string[]) => nameOf(path).replaceAll(" ", "-");

function section(path: string[], command: Command): string[] {
  const { summary, description = [], arguments: positionals = [], options = {}, examples = [] } = command;
  const rows = optionGroups(options).flatMap(([, list]) =>
    list
      .filter(([name]) => !Object.hasOwn(everywhere, name))
      .map(([name, spec]: [string, OptionSpec]) => [`\`${optionTerm(name, spec)}\``, cell(spec.help)]),
  );
  return [
    `## ${nameOf(path)}`,
    `${summary}.`,
    fence("text", usageLines(path, command).slice(0, 1)),
    ...description,
    ...(positionals.length > 0
      ? [
          table(
            ["argument", ""],
            positionals.map(({ name, help }) => [`\`${name}\``, cell(help)]),
          ),
        ]
      : []),
    ...(rows.length > 0 ? [table(["option", ""], rows)] : []),
    ...(examples.length > 0
      ? [
          fence(
            "sh",
            examples.flatMap(({ what, line }) => [`# ${what}`, line]),
          ),
        ]
      : []),
  ];
}

const fence = (language: string, lines: string[]) => ["```".concat(language), ...lines, "```"].join("\n");

const cell = (words: string) => words.replaceAll("|", "\\|");

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`.replaceAll("|  |", "| |")).join("\n");
