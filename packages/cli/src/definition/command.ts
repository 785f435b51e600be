/**
 * One command as data. The parser, the help, the shell completion, the man page and docs/reference/command-line.md are
 * all made from this.
 */
export interface Command {
  /** An imperative sentence without its period, for the help of every level: "Print an access token". */
  summary: string;
  /** Further paragraphs of the command's own help. Words between backticks are set in code type where there is any. */
  description?: readonly string[];
  /** Positional arguments, in their order. */
  arguments?: readonly Positional[];
  options?: OptionSpecs;
  examples?: readonly Example[];
  commands?: Readonly<Record<string, Command>>;
  /** Runs on the Node.js that the tenant needs, in a child process where this one is older. */
  needsTenant?: true;
  /** Uses files of this package, which a single file does not have. */
  needsPackage?: true;
  /** Handles SIGINT, SIGTERM, SIGHUP and a closed output itself, because it has to shut down in order. */
  ownSignals?: true;
  /** Absent for a command that only groups others. */
  load?(): Promise<CommandModule>;
}

/** A command line that fits its command. */
export interface Arguments {
  text(name: string): string | undefined;
  list(name: string): string[];
  flag(name: string): boolean;
  /** Positional arguments, in their order. */
  words: string[];
}

export interface CommandModule {
  /** Resolves to the exit code. `program`: the root of all commands. */
  run(given: Arguments, signal: AbortSignal, program: Command): Promise<number>;
}

export interface Example {
  /** What it is for, an imperative sentence without its period. */
  what: string;
  line: string;
}

/** What a shell offers for a value. */
export type Completion = "file" | "folder" | "profile" | "command" | readonly string[];

export interface Positional {
  /** As the usage line shows it: `URL`. */
  name: string;
  help: string;
  /** Its form, if it may begin with a hyphen: such a word is no option. */
  hyphenated?: RegExp;
  optional?: true;
  /** Any number of them. */
  multiple?: true;
  complete?: Completion;
}

export interface OptionSpec {
  type: "string" | "boolean";
  short?: string;
  /** The value's name in the help: `URL`. */
  value?: string;
  help: string;
  /** Heading in the help; "Options" unless set. */
  group?: string;
  required?: true;
  multiple?: true;
  /** Of a boolean: a value may follow. Only for commands without arguments, because the value could be read as one. */
  optionalValue?: true;
  /** Its value may be empty. */
  empty?: true;
  /** Its value may begin with a dash. */
  dashes?: true;
  /** What a value has to look like, and how an error names it: "a time such as 90s, 5m or 1h". */
  takes?: { what: string; accepts(text: string): boolean };
  complete?: Completion;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** A command with its place in the tree. */
export interface Found {
  /** `["tenant", "users", "add"]`. */
  path: string[];
  command: Command;
}

/** `doorcode tenant users add`. */
export const nameOf = (path: readonly string[]): string => ["doorcode", ...path].join(" ");

/** Every command below this one in the order of the definition, groups included. */
export function* walk(command: Command, path: string[] = []): Generator<Found> {
  for (const [name, each] of Object.entries(command.commands ?? {})) {
    const here = [...path, name];
    yield { path: here, command: each };
    yield* walk(each, here);
  }
}

/** The command that these words name, as far as they name one, and the words after it. */
export function find(program: Command, words: readonly string[]): Found & { rest: string[] } {
  let command = program;
  const path: string[] = [];
  for (const word of words) {
    const next = command.commands && Object.hasOwn(command.commands, word) ? command.commands[word] : undefined;
    if (next === undefined) break;
    path.push(word);
    command = next;
  }
  return { path, command, rest: words.slice(path.length) };
}
