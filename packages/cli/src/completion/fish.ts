import type { Command, Completion, Found } from "../definition/command.ts";
import { everyCommand, fixedWords, listProfiles, optionsOf } from "./shared.ts";

/** A script for fish 3.1 and newer. */
export function fishCompletion(program: Command): string {
  const all = everyCommand(program);
  const known = all.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(" ")));
  return `# fish completion of doorcode: doorcode completion fish > ~/.config/fish/completions/doorcode.fish

# The command on the line is this one, and no sub-command of it.
function __doorcode_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l at
    for word in $words
        contains -- (string join -- ' ' $at $word) ${known.join(" ")}; or break
        set -a at $word
    end
    test "$at" = "$argv"
end

complete -c doorcode -f
${all.flatMap((found) => linesOf(found, program)).join("\n")}
`;
}

function linesOf(found: Found, program: Command): string[] {
  const { path, command } = found;
  const { commands = {}, arguments: positionals = [] } = command;
  const begin = `complete -c doorcode -n ${quoted(`__doorcode_at ${path.join(" ")}`.trimEnd())}`;
  return [
    ...Object.entries(commands).map(([name, { summary }]) => `${begin} -a ${name} -d ${quoted(summary)}`),
    ...positionals.flatMap(({ complete, help }) => {
      const words = valuesOf(complete, program);
      return words === undefined ? [] : [`${begin} ${words} -d ${quoted(plain(help))}`];
    }),
    ...optionsOf(found).map(([name, { type, short, help, complete }]) => {
      const takes = complete === "file" ? "-r" : "-x";
      const value = type === "boolean" ? "" : ` ${[takes, valuesOf(complete, program)].filter(Boolean).join(" ")}`;
      return `${begin}${short ? ` -s ${short}` : ""} -l ${name}${value} -d ${quoted(plain(help))}`;
    }),
  ];
}

/** Arguments of `complete` that offer values; undefined where there are none to offer. */
function valuesOf(complete: Completion | undefined, program: Command): string | undefined {
  if (complete === undefined) return undefined;
  if (complete === "file") return "-F";
  if (complete === "folder") return "-a '(__fish_complete_directories)'";
  if (complete === "profile") return `-a '(${listProfiles})'`;
  return `-a ${quoted(fixedWords(complete, program).join(" "))}`;
}

const plain = (text: string) => text.replace(/`/g, "");

const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
