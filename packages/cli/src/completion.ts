import { bashCompletion } from "./completion/bash.ts";
import { fishCompletion } from "./completion/fish.ts";
import { zshCompletion } from "./completion/zsh.ts";
import type { Arguments, Command } from "./definition/command.ts";
import { isProfileName } from "./definition/options.ts";
import { exitCodes, UsageError } from "./exit-codes.ts";
import { shownValue } from "./file-errors.ts";
import { nearest } from "./suggest.ts";

const scripts: Record<string, (program: Command) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `doorcode completion SHELL`; the scripts themselves call it with `profiles`, for the names of profiles. */
export async function run({ words: [shell = ""] }: Arguments, _signal: AbortSignal, program: Command): Promise<number> {
  if (shell === "profiles") {
    process.stdout.write(profileNames(await records()));
    return exitCodes.done;
  }
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined) {
    const near = nearest(shell, Object.keys(scripts));
    const hint =
      near === undefined ? "doorcode completion bash, zsh or fish" : `Did you mean: doorcode completion ${near}`;
    const shown = shownValue(shell);
    throw new UsageError(`No completion for ${shown === undefined ? "this shell" : `the shell ${shown}`}.`, hint);
  }
  process.stdout.write(script(program));
  return exitCodes.done;
}

/** Only what the store says without a network request; nothing where it cannot be read. */
async function records(): Promise<object> {
  const { readStoreFast } = await import("@doorcode/client/read-store");
  const read = readStoreFast(undefined, process.env);
  return "records" in read ? read.records : {};
}

const profileNames = (kept: object): string =>
  Object.keys(kept)
    .filter((key) => key.startsWith("default:") && isProfileName(key.slice("default:".length)))
    .map((key) => `${key.slice("default:".length)}\n`)
    .sort()
    .join("");
