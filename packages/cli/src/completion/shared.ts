import { type Command, type Completion, type Found, type OptionSpec, walk } from "../definition/command.ts";
import { everywhere } from "../definition/options.ts";
import { topics } from "../definition/topics.ts";

/** Every command, the root first. */
export const everyCommand = (program: Command): Found[] => [{ path: [], command: program }, ...walk(program)];

/** Options that may follow the command. */
export const optionsOf = ({ path, command }: Found): [name: string, spec: OptionSpec][] =>
  Object.entries({ ...command.options, ...(path.length === 0 ? {} : everywhere) });

/** The words of a value that has fixed ones. */
export function fixedWords(complete: Completion | undefined, program: Command): readonly string[] {
  if (complete === "command") return [...Object.keys(program.commands ?? {}), ...Object.keys(topics)];
  return typeof complete === "object" ? complete : [];
}

/** Prints the names of profiles, one per line. */
export const listProfiles = "doorcode completion profiles 2>/dev/null";
