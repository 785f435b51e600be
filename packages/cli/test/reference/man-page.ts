// doorcode(1) from the definition, in the macros of man(7).
import { type Command, nameOf, type OptionSpec, type Positional, walk } from "../../src/definition/command.ts";
import { everywhere } from "../../src/definition/options.ts";
import { topics } from "../../src/definition/topics.ts";
import { optionGroups, optionTerm, usageLines } from "../../src/help.ts";

export function manPage(program: Command): string {
  const commands = [...walk(program)].filter(({ command }) => command.load !== undefined);
  const { environment, "exit-codes": exitCodes } = topics;
  return `${[
    '.\\" Written by `npm run docs:reference`. Do not edit.',
    `.TH DOORCODE 1 "" "Doorcode" "User Commands"`,
    ".SH NAME",
    `doorcode \\- ${text(lowerFirst(program.summary))}`,
    ".SH SYNOPSIS",
    ...usageLines([], program).flatMap((line) => [".nf", `.B ${text(line)}`, ".fi"]),
    ".SH DESCRIPTION",
    paragraph(
      "Results go to stdout, messages for people to stderr. With --json, a command prints one JSON event per line to stdout.",
    ),
    ".SH COMMANDS",
    ...commands.flatMap(({ path, command }) => section(path, command)),
    ".SH OPTIONS",
    ...Object.entries<OptionSpec>({ ...program.options, verbose: everywhere.verbose }).flatMap(option),
    ".SH ENVIRONMENT",
    ...(environment?.sections ?? []).flatMap(({ rows }) => rows.flatMap(entry)),
    '.SH "EXIT STATUS"',
    ...(exitCodes?.sections ?? []).flatMap(({ rows }) => rows.flatMap(entry)),
    ".SH FILES",
    ...entry([
      "~/.local/share/doorcode/tenant",
      "Data folder of a tenant: keys, CA, database. In $XDG_DATA_HOME where that is set.",
    ]),
    ...entry(["doorcode.tenant.yaml", "File of a tenant, in the current folder"]),
  ].join("\n")}\n`;
}

function section(path: string[], command: Command): string[] {
  const { summary, description = [], arguments: positionals = [], options = {}, examples = [] } = command;
  const own = optionGroups(options).flatMap(([, list]) => list);
  return [
    `.SS ${quoted(nameOf(path))}`,
    ".nf",
    `.B ${text(usageLines(path, command)[0] ?? "")}`,
    ".fi",
    ".PP",
    paragraph(`${summary}.`),
    ...description.flatMap((each) => [".PP", paragraph(each)]),
    ...positionals.flatMap(argument),
    ...own.flatMap(option),
    ...(examples.length > 0 ? [".PP", "Examples:"] : []),
    ...examples.flatMap(({ what, line }) => [
      ".PP",
      paragraph(`${what}:`),
      ".PP",
      ".RS 4",
      ".nf",
      text(line),
      ".fi",
      ".RE",
    ]),
  ];
}

const argument = ({ name, help }: Positional): string[] => [".TP", `.I ${text(name)}`, paragraph(help)];

const option = ([name, spec]: [string, OptionSpec]): string[] => [
  ".TP",
  `.B ${text(optionTerm(name, spec))}`,
  paragraph(spec.help),
];

const entry = ([term, words]: [string, string]): string[] => [".TP", `.B ${text(term)}`, paragraph(words)];

/** Words between backticks are bold. */
const paragraph = (words: string): string => text(words).replace(/`([^`]+)`/g, "\\fB$1\\fR");

/** Escapes text so that it contains no requests or escapes, and hyphens can be copied. */
function text(words: string): string {
  const escaped = words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll('"', "\\(dq");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

const quoted = (words: string) => `"${text(words)}"`;

const lowerFirst = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);
