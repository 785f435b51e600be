import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import type { Arguments } from "./definition/command.ts";
import { CommandError, UsageError } from "./exit-codes.ts";

/**
 * Asks on stderr whether to go on; true for `y` and `yes`. Ask only where stdin and stderr are terminals.
 * @throws CommandError `cancelled` by Ctrl-C, or when the input ends
 */
export async function confirmed(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While a line is read, Ctrl-C arrives as an event of the terminal. It has to end the command as everywhere else.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    const answer = await terminal.question(`\n${question} (y/N) `, { signal }).catch((cause: unknown) => {
      process.stderr.write("\n");
      throw new CommandError("cancelled", "Nothing was changed.", "Run it again when you are ready.", { cause });
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/**
 * Whether to make a change that cannot be undone: with `--yes`, or if the user at the terminal agrees.
 * @throws UsageError if there is no terminal to ask on
 */
export async function agreed(given: Arguments, question: string, signal: AbortSignal): Promise<boolean> {
  if (given.flag("yes")) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(
      "This needs confirmation, and stdin is not a terminal.",
      "Run it in a terminal, or with --yes.",
    );
  }
  return confirmed(question, signal);
}

/**
 * What was piped in, without the line end that `echo` adds. `what`: its name in the error.
 * @throws UsageError when stdin is a terminal, or empty
 */
export async function readStdin(what: string): Promise<string> {
  if (process.stdin.isTTY) {
    throw new UsageError(`The ${what} is read from stdin, which is a terminal here.`, "Pipe it in.");
  }
  const read = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (read !== "") return read;
  throw new UsageError(
    `The ${what} is read from stdin, which is empty.`,
    "Pipe it in. If a command before the pipe failed, its error is above.",
  );
}
