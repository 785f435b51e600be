import type { Command, Completion, Found, OptionSpec, Positional } from "../definition/command.ts";
import { everyCommand, fixedWords, listProfiles, optionsOf } from "./shared.ts";

/** A script for zsh 5, which `source` reads after compinit, or autoload from a file `_doorcode`. */
export function zshCompletion(program: Command): string {
  const all = everyCommand(program);
  return `#compdef doorcode
# zsh completion of doorcode: source <(doorcode completion zsh)

_doorcode_profiles() {
  local -a profiles=(\${(f)"$(${listProfiles})"})
  compadd -a profiles
}

${all.map((found) => functionOf(found, program)).join("\n\n")}

if [[ \${funcstack[1]} == _doorcode ]]; then _doorcode "$@"; else compdef _doorcode doorcode; fi
`;
}

/** `_doorcode-tenant-users` */
const functionName = (path: readonly string[]) => ["_doorcode", ...path].join("-");

function functionOf(found: Found, program: Command): string {
  const { path, command } = found;
  const { commands, arguments: positionals = [] } = command;
  const specs = optionsOf(found).map(([name, spec]) => optionSpec(name, spec, program));
  if (commands === undefined) {
    const words = positionals.map((each, at) => positionalSpec(each, at, program));
    return `${functionName(path)}() {\n${argumentsCall("_arguments", [...specs, ...words])}\n}`;
  }
  const listed = Object.entries(commands).map(([name, { summary }]) => quoted(`${name}:${summary}`));
  const cases = Object.keys(commands).map((name) => `      ${name}) ${functionName([...path, name])} ;;`);
  return `${functionName(path)}() {
  local context state state_descr line curcontext=$curcontext
  typeset -A opt_args
${argumentsCall("_arguments -C", [...specs, quoted("1: :->command"), quoted("*:: :->rest")])}
  case $state in
    command)
      local -a commands=(
        ${listed.join("\n        ")}
      )
      _describe -t commands command commands
      ;;
    rest)
      case $words[1] in
${cases.map((each) => `  ${each}`).join("\n")}
      esac
      ;;
  esac
}`;
}

const argumentsCall = (call: string, specs: string[]) => `  ${[call, ...specs].join(" \\\n    ")}`;

function optionSpec(
  name: string,
  { type, short, value, help, multiple, complete }: OptionSpec,
  program: Command,
): string {
  const words = `[${escaped(help)}]`;
  const action =
    type === "boolean" ? "" : `:${escaped(value ?? "value").replace(/'/g, "")}:${actionOf(complete, program)}`;
  const star = multiple ? "*" : "";
  if (!short) return quoted(`${star}--${name}${words}${action}`);
  const spec = `{-${short},--${name}}${quoted(`${words}${action}`)}`;
  return multiple ? `'*'${spec}` : `${quoted(`(-${short} --${name})`)}${spec}`;
}

function positionalSpec({ name, optional, multiple, complete }: Positional, at: number, program: Command): string {
  const place = multiple ? "*" : `${at + 1}`;
  return quoted(`${place}:${optional && !multiple ? ":" : ""}${escaped(name)}:${actionOf(complete, program)}`);
}

function actionOf(complete: Completion | undefined, program: Command): string {
  if (complete === undefined) return " ";
  if (complete === "file") return "_files";
  if (complete === "folder") return "_files -/";
  if (complete === "profile") return "_doorcode_profiles";
  return `(${fixedWords(complete, program).join(" ")})`;
}

/** In a spec of _arguments these end a part. */
const escaped = (text: string) => text.replace(/`/g, "").replace(/[:[\]\\]/g, "\\$&");

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
