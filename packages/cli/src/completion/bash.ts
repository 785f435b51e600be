import type { Command, Completion, Found, OptionSpec } from "../definition/command.ts";
import { everyCommand, fixedWords, listProfiles, optionsOf } from "./shared.ts";

/** A script for bash 3.2 and newer, without bash-completion. */
export function bashCompletion(program: Command): string {
  const all = everyCommand(program);
  const paths = all.filter(({ path }) => path.length > 0).map(({ path }) => `'${keyOf(path)}'`);
  return `# bash completion of doorcode: eval "$(doorcode completion bash)"

_doorcode() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev= at= word i=1 words= options= files=
  COMPREPLY=()
  ((COMP_CWORD > 0)) && prev=\${COMP_WORDS[COMP_CWORD-1]}
  # Bash splits --option=value into three words.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  while ((i < COMP_CWORD)); do
    word="$at \${COMP_WORDS[i]}"
    case "$word" in
      ${paths.join("|")}) at=$word ;;
      *) break ;;
    esac
    ((i++))
  done
  case "$at" in
${all.map((found) => entryOf(found, program)).join("\n")}
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -n $files ]]; then _doorcode_files "$files" "$cur"
  else COMPREPLY=($(compgen -W "$words" -- "$cur")); fi
}

_doorcode_files() {
  local IFS=$'\\n'
  # A file may be called *.
  set -f
  COMPREPLY=($(compgen "$1" -- "$2"))
  set +f
  compopt -o filenames 2>/dev/null
}

complete -F _doorcode doorcode
`;
}

/** As the script collects it: ` tenant users`. */
const keyOf = (path: readonly string[]) => path.map((word) => ` ${word}`).join("");

function entryOf(found: Found, program: Command): string {
  const options = optionsOf(found);
  const names = options.flatMap(([name, spec]) => namesOf(name, spec));
  const { words, files } = wordsOf(found.command, program);
  return [
    `    '${keyOf(found.path)}')`,
    ...valuesOf(options, program),
    `      options='${names.join(" ")}'`,
    ...(words.length > 0 ? [`      words='${words.join(" ")}'`] : []),
    ...(files ? [`      files=${files}`] : []),
    "      ;;",
  ].join("\n");
}

const namesOf = (name: string, { short }: OptionSpec) => [...(short ? [`-${short}`] : []), `--${name}`];

/** Sub-commands, and what the positional arguments take. */
function wordsOf({ commands = {}, arguments: positionals = [] }: Command, program: Command) {
  const kinds = positionals.map(({ complete }) => complete);
  const files = kinds.includes("file") ? "-f" : kinds.includes("folder") ? "-d" : undefined;
  return { words: [...Object.keys(commands), ...kinds.flatMap((kind) => fixedWords(kind, program))], files };
}

/** What follows an option that takes a value: a file, fixed words, or nothing to complete. */
function valuesOf(options: [string, OptionSpec][], program: Command): string[] {
  const byAction = new Map<string, string[]>();
  for (const [name, spec] of options) {
    if (spec.type === "boolean") continue;
    const action = actionOf(spec.complete, program);
    byAction.set(action, [...(byAction.get(action) ?? []), ...namesOf(name, spec)]);
  }
  if (byAction.size === 0) return [];
  const cases = [...byAction].map(([action, names]) => `        ${names.join("|")}) ${action}return ;;`);
  return ["      case $prev in", ...cases, "      esac"];
}

function actionOf(complete: Completion | undefined, program: Command): string {
  if (complete === "file") return '_doorcode_files -f "$cur"; ';
  if (complete === "folder") return '_doorcode_files -d "$cur"; ';
  const words = complete === "profile" ? `$(${listProfiles})` : fixedWords(complete, program).join(" ");
  return words === "" ? "" : `COMPREPLY=($(compgen -W "${words}" -- "$cur")); `;
}
