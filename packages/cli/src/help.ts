import { type Arguments, type Command, find, nameOf, type OptionSpec, type OptionSpecs } from "./definition/command.ts";
import { everywhere, groups } from "./definition/options.ts";
import { type Topic, topics } from "./definition/topics.ts";
import { exitCodes, UsageError } from "./exit-codes.ts";
import { shownValue } from "./file-errors.ts";
import { nearest } from "./suggest.ts";

/** `doorcode help [COMMAND…|TOPIC]` */
export async function run({ words }: Arguments, _signal: AbortSignal, program: Command): Promise<number> {
  process.stdout.write(helpFor(program, words));
  return exitCodes.done;
}

/** @throws UsageError for what is neither a command nor a topic */
export function helpFor(program: Command, words: readonly string[]): string {
  const [first = ""] = words;
  const topic = words.length === 1 && Object.hasOwn(topics, first) ? topics[first] : undefined;
  if (topic !== undefined) return helpOfTopic(topic);
  const { path, command, rest } = find(program, words);
  const [unknown] = rest;
  if (unknown === undefined) return helpOf(path, command);
  const known = [...Object.keys(command.commands ?? {}), ...(path.length === 0 ? Object.keys(topics) : [])];
  const near = nearest(unknown, known);
  const hint =
    near === undefined
      ? `See: ${nameOf([...path, "--help"])}`
      : `Did you mean: doorcode help ${[...path, near].join(" ")}`;
  const message = `No help for ${words.every(shownValue) ? JSON.stringify(words.join(" ")) : "these words"}: it is neither a command nor a topic.`;
  throw new UsageError(message, hint);
}

/** The help of one command, in 80 columns. The root's lists the topics as well. */
export function helpOf(path: readonly string[], command: Command): string {
  const { description = [], arguments: positionals = [], commands = {}, examples = [], options } = command;
  const isRoot = path.length === 0;
  const rows = (list: [string, { summary: string }][]) => list.map(([name, { summary }]): Row => [name, summary]);
  const sections: [heading: string, lines: string[]][] = [
    ["Usage", usageLines(path, command).flatMap((line) => wrapped(line, 2, 4))],
    ["Commands", table(rows(Object.entries(commands)))],
    ["Arguments", table(positionals.map(({ name, help }): Row => [name, plain(help)]))],
    ...optionSections(isRoot ? { ...options } : { ...options, ...everywhere }),
    [
      "Examples",
      examples.flatMap(({ what, line }, at) => [...(at > 0 ? [""] : []), `  # ${what}`, ...exampleLines(line)]),
    ],
    ["Topics", isRoot ? table(rows(Object.entries(topics))) : []],
    ["More", Object.keys(commands).length > 0 ? [`  ${nameOf([...path, "COMMAND", "--help"])}`] : []],
  ];
  const text = [`${command.summary}.`, ...description.flatMap((each) => ["", plain(each)])].flatMap((each) =>
    wrapped(each, 0, 0),
  );
  const shown = sections.filter(([, lines]) => lines.length > 0);
  return [...text, ...shown.flatMap(([heading, lines]) => ["", `${heading}:`, ...lines]), ""].join("\n");
}

export function helpOfTopic({ summary, intro, sections }: Topic): string {
  const text = [...wrapped(`${summary}.`, 0, 0), "", ...wrapped(intro, 0, 0)];
  return [...text, ...sections.flatMap(({ heading, rows }) => ["", `${heading}:`, ...table(rows)]), ""].join("\n");
}

/** `doorcode call URL [options]`; a group with a command of its own has two. */
export function usageLines(path: readonly string[], command: Command): string[] {
  const { arguments: positionals = [], options = {}, commands, load } = command;
  const words = positionals.map(({ name, optional, multiple }) => {
    const shown = multiple ? `${name}...` : name;
    return optional ? `[${shown}]` : shown;
  });
  const required = Object.entries<OptionSpec>(options)
    .filter(([, spec]) => spec.required)
    .map(([name, { value }]) => `--${name} ${value}`);
  return [
    ...(load ? [[nameOf(path), ...words, ...required, "[options]"].join(" ")] : []),
    ...(commands ? [[nameOf(path), "COMMAND", "[options]"].join(" ")] : []),
  ];
}

/** Options under their headings: "Options" first, the common ones last. */
export function optionGroups(options: OptionSpecs): [heading: string, options: [string, OptionSpec][]][] {
  const named = new Map<string, [string, OptionSpec][]>([["Options", []]]);
  for (const [name, spec] of Object.entries(options)) {
    const heading = spec.group ?? "Options";
    named.set(heading, [...(named.get(heading) ?? []), [name, spec]]);
  }
  const common = named.get(groups.common) ?? [];
  named.delete(groups.common);
  return [...named, [groups.common, common] as [string, [string, OptionSpec][]]].filter(([, list]) => list.length > 0);
}

/** `-X, --request METHOD` */
export const optionTerm = (name: string, { short, value }: OptionSpec): string =>
  `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`;

function optionSections(options: OptionSpecs): [string, string[]][] {
  const aligned = Object.values(options).some(({ short }) => short !== undefined);
  return optionGroups(options).map(([heading, list]) => [
    heading,
    table(
      list.map(
        ([name, spec]): Row => [`${aligned && !spec.short ? "    " : ""}${optionTerm(name, spec)}`, plain(spec.help)],
      ),
    ),
  ]);
}

type Row = [term: string, words: string];

/** Two columns. A term that is too long has its words on the next line. */
export function table(rows: readonly Row[]): string[] {
  const widest = 26;
  const column = Math.min(widest, Math.max(0, ...rows.map(([term]) => term.length))) + 4;
  return rows.flatMap(([term, words]) => {
    const left = `  ${term}`;
    if (left.length + 2 <= column) return wrapped(`${left.padEnd(column)}${words}`, 0, column);
    return [left, ...wrapped(words, column, column)];
  });
}

/** A command line as it can be pasted: longer ones continue after a backslash. An option stays beside its value. */
function exampleLines(line: string): string[] {
  const words = line.match(/(?:-{1,2}[\w-]+ (?!-))?(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const lines: string[] = [];
  let current = "  $";
  for (const word of words) {
    if (`${current} ${word} \\`.length > 80) {
      lines.push(`${current} \\`);
      current = "     ";
    }
    current = `${current} ${word}`;
  }
  return [...lines, current];
}

const plain = (text: string) => text.replace(/`([^`]+)`/g, "$1");

/** In 80 columns, which every terminal has. `first` and `indent`: columns before the first and the further lines. */
export function wrapped(text: string, first: number, indent: number): string[] {
  const lines: string[] = [];
  let rest = `${" ".repeat(first)}${text}`;
  while (rest.length > 80) {
    const cut = rest.lastIndexOf(" ", 80);
    if (cut <= indent) break;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = `${" ".repeat(indent)}${rest.slice(cut + 1)}`;
  }
  return [...lines, rest];
}
