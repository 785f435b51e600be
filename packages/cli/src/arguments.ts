import { UsageError } from "./exit-codes.ts";

// Not by `import`, which reads every export of the module: that is most of its cost.
const { parseArgs } = process.getBuiltinModule("node:util");

export interface OptionSpec {
  type: "string" | "boolean";
  short?: string;
  /** What stands for the value in the help: `URL`. */
  value?: string;
  help: string;
  multiple?: true;
  /** Its value may begin with a dash. */
  dashes?: true;
}

export type OptionSpecs = Record<string, OptionSpec>;

/** A command line that fits its command. */
export interface Arguments {
  text(name: string): string | undefined;
  list(name: string): string[];
  flag(name: string): boolean;
  words: string[];
}

/** No value of an option is ever repeated in a message: it might be a secret that was put in the wrong place. */
export function parse(command: string, argv: string[], specs: OptionSpecs, maxWords: number): Arguments {
  refuseSecrets(argv);
  const values = new Map<string, string[]>();
  const words: string[] = [];
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short }]) => [name, { type, ...(short && { short }) }]),
  );
  const { tokens } = parseArgs({ args: argv, options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) throw unknownOption(command, token.rawName, Object.keys(specs));
    if (spec.type === "boolean" && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value.`, `See: doorcode ${command} --help`);
    }
    const looksLikeOption = !token.inlineValue && !spec.dashes && /^-./.test(token.value ?? "");
    if (spec.type === "string" && (!token.value || looksLikeOption)) {
      throw new UsageError(
        `${token.rawName} needs a value: ${token.rawName} ${spec.value}`,
        `See: doorcode ${command} --help`,
      );
    }
    const before = values.get(token.name) ?? [];
    if (before.length > 0 && spec.type === "string" && !spec.multiple) {
      throw new UsageError(`${token.rawName} is there twice.`, `See: doorcode ${command} --help`);
    }
    values.set(token.name, [...before, token.value ?? ""]);
  }
  if (words.length > maxWords) {
    const allowed = maxWords === 0 ? "takes options only" : "takes one word";
    throw new UsageError(`doorcode ${command} ${allowed}.`, `See: doorcode ${command} --help`);
  }
  return {
    text: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
    flag: (name) => values.has(name),
    words,
  };
}

const secretOption =
  /^--?(?:client-?secret|secret|pass(?:word|phrase|code)|refresh-?token|access-?token|token|device-?code|api-?key)(?:=|$)/i;
/** `scheme://user:password@`, bare or after `--option=`. */
const passwordInUrl = /^(?:--?[\w-]+=)?[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*:[^/?#\s]*@/i;
const credentialHeader = /^(?:-H|--header=)?\s*(?:authorization|proxy-authorization|cookie)\s*:/i;

/** Every user of the machine can read a command line. Checked before anything could repeat the argument in a message. */
function refuseSecrets(argv: string[]): void {
  if (!argv.some((word) => secretOption.test(word) || passwordInUrl.test(word) || credentialHeader.test(word))) return;
  throw new UsageError(
    "A secret does not belong on the command line, where every user of this machine can read it.",
    "doorcode needs none there: it signs in with a code, and adds the token to a call itself. Treat that secret as known: change it.",
  );
}

function unknownOption(command: string, given: string, known: string[]): UsageError {
  // What follows an equals sign is a value.
  const [name = given] = given.split("=");
  const near = name.startsWith("--") ? nearest(name.slice(2), known) : undefined;
  const hint = near === undefined ? `See: doorcode ${command} --help` : `Did you mean --${near}?`;
  return new UsageError(`doorcode ${command} knows no ${name}.`, hint);
}

/** The known word that is fewest changes away, if that is near at all. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  // Only a mistake needs it.
  const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);
  const { distance } = require("fastest-levenshtein") as typeof import("fastest-levenshtein");
  const [best] = known
    .map((word) => ({ word, far: word.startsWith(given) && given.length > 1 ? 1 : distance(given, word) }))
    .filter(({ word, far }) => far <= Math.max(1, Math.floor(word.length / 3)))
    .sort((a, b) => a.far - b.far);
  return best?.word;
}
