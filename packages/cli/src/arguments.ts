import { type Arguments, type Command, find, nameOf, type OptionSpec } from "./definition/command.ts";
import { everywhere } from "./definition/options.ts";
import { UsageError } from "./exit-codes.ts";
import { isPlainUrl, shownValue } from "./file-errors.ts";
import { nearest } from "./suggest.ts";

// Not by `import`, which reads every export of the module: that is most of its cost.
const { parseArgs } = process.getBuiltinModule("node:util");

/**
 * The command that a command line names, and what is left of it.
 * @throws UsageError for an unknown command
 */
export function commandOf(program: Command, argv: readonly string[]) {
  const found = find(program, argv);
  const { path, command, rest } = found;
  const [word] = rest;
  const takesWords = command.load !== undefined && (command.arguments?.length ?? 0) > 0;
  if (command.commands === undefined || takesWords || word === undefined) return found;
  if (!word.startsWith("-")) throw unknownCommand(path, command, word);
  if (command.load === undefined && !asksForHelp(rest)) throw noCommand(path, command, word);
  return found;
}

/** `--help` or `-h` anywhere before `--`. */
export function asksForHelp(rest: readonly string[]): boolean {
  const end = rest.indexOf("--");
  return (end < 0 ? rest : rest.slice(0, end)).some((word) => word === "--help" || word === "-h");
}

/** Words of other tools. */
const SYNONYMS: Record<string, string> = { remove: "delete", rm: "delete", ls: "list", create: "add", signin: "login" };

function unknownCommand(path: string[], { commands = {} }: Command, word: string): UsageError {
  const names = Object.keys(commands);
  const near = nearest(word, names) ?? names.find((name) => Object.hasOwn(SYNONYMS, word) && SYNONYMS[word] === name);
  return new UsageError(
    shownValue(word) === undefined
      ? "Unknown command."
      : `Unknown command ${JSON.stringify([...path, word].join(" "))}.`,
    near === undefined ? see(path) : `Did you mean: ${nameOf([...path, near])}`,
  );
}

/** An option where a command has to be. */
function noCommand(path: string[], { options = {} }: Command, given: string): UsageError {
  const name = optionName(given);
  const near = Object.hasOwn(everywhere, name.slice(2)) ? undefined : nearOption(name, Object.keys(options));
  return new UsageError(`${nameOf(path)} needs a command before options.`, near ? `Did you mean ${near}?` : see(path));
}

/**
 * Reads the arguments after a command's name. An error repeats a value only where it has to have a form, such as a time, and
 * if it does not look like a secret in the wrong place.
 *
 * @throws UsageError
 */
export function parse(path: readonly string[], command: Command, argv: readonly string[]): Arguments {
  const specs: Record<string, OptionSpec> = { ...command.options, ...everywhere };
  const values = new Map<string, string[]>();
  /** `--client-secret-file -`: the hyphen is the option's value. */
  const takesNext = (given = "") =>
    Object.entries(specs).some(
      ([name, { type, short }]) => type === "string" && (given === `--${name}` || (short && given === `-${short}`)),
    );
  const isWord = (given: string, at: number) =>
    given.startsWith("-") &&
    !takesNext(argv[at - 1]) &&
    command.arguments?.some(({ hyphenated }) => hyphenated?.test(given)) === true;
  const words = argv.filter(isWord);
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short }]) => [name, { type, ...(short && { short }) }]),
  );
  const args = argv.filter((given, at) => !isWord(given, at));
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    if (token.kind === "positional") {
      const isValue = before?.kind === "option" && before.value === undefined && specs[before.name]?.optionalValue;
      if (isValue) values.set(before.name, [token.value]);
      else words.push(token.value);
    }
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) throw unknownOption(path, token.rawName, Object.keys(specs));
    const problem = problemOf(spec, token, values.get(token.name));
    if (problem !== undefined) throw new UsageError(`${token.rawName} ${problem}.`, see(path));
    values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? ""]);
  }
  checkWords(path, command, words);
  for (const [name, { required, value }] of Object.entries(specs)) {
    if (required && !values.has(name)) throw new UsageError(`Missing option --${name} ${value}.`, see(path));
  }
  return {
    text: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
    flag: (name) => values.has(name),
    words,
  };
}

interface OptionToken {
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}

function problemOf(
  { type, value, multiple, dashes, empty, takes, optionalValue }: OptionSpec,
  token: OptionToken,
  before: string[] | undefined,
): string | undefined {
  if (optionalValue && before !== undefined) return "is given twice";
  if (type === "boolean") return token.value === undefined || optionalValue ? undefined : "takes no value";
  const isOption = takes ? /^-\D/ : /^-./;
  const looksLikeOption = !token.inlineValue && !dashes && isOption.test(token.value ?? "");
  if (token.value === undefined || (token.value === "" && !empty) || looksLikeOption) {
    return `needs a value: ${token.rawName} ${value}`;
  }
  if (before !== undefined && !multiple) return "is given twice";
  if (!takes || takes.accepts(token.value)) return undefined;
  const given = shownValue(token.value);
  return `takes ${takes.what}${given === undefined ? "" : `, not ${given}`}`;
}

function checkWords(path: readonly string[], { arguments: expected = [] }: Command, words: string[]): void {
  const missing = expected[words.length];
  if (missing !== undefined && !missing.optional) throw new UsageError(`Missing argument ${missing.name}.`, see(path));
  if (words.length <= expected.length || expected.at(-1)?.multiple) return;
  const takes = ["no arguments", "one argument"][expected.length] ?? `${expected.length} arguments`;
  throw new UsageError(
    `${nameOf(path)} takes ${takes}, besides options${extraWord(words, expected.length)}.`,
    see(path),
  );
}

/** The first word that is too many. Only a plain URL is repeated: any other word may be a password. */
function extraWord(words: string[], most: number): string {
  const word = words[most] ?? "";
  return isPlainUrl(word) ? `; ${word} is one too many` : "";
}

function unknownOption(path: readonly string[], given: string, known: string[]): UsageError {
  const name = optionName(given);
  const near = nearOption(name, known);
  return new UsageError(`Unknown option ${name}.`, near === undefined ? see(path) : `Did you mean ${near}?`);
}

/** What follows an equals sign is a value. */
const optionName = (given: string): string => given.split("=")[0] ?? given;

function nearOption(given: string, known: string[]): string | undefined {
  const near = given.startsWith("--") ? nearest(given.slice(2), known) : undefined;
  return near === undefined ? undefined : `--${near}`;
}

const see = (path: readonly string[]): string => `See: ${nameOf([...path, "--help"])}`;
