import { createInterface } from "node:readline/promises";
import { CommandError } from "../exit-codes.ts";

/** Asks on the terminal; what is asked goes to stderr, as all words for people. */
interface Questions {
  /**
   * The answer, or the default for an empty one. `problem` says what is wrong with an answer, which is then asked again.
   * @throws CommandError `cancelled` by Ctrl-C, or when the input ends
   */
  ask(question: string, byDefault: string, problem?: (answer: string) => string | undefined): Promise<string>;
  end(): void;
}

export function questionsOn(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  interrupted: AbortSignal,
): Questions {
  const terminal = createInterface({ input, output });
  const over = new AbortController();
  // Reading a line, the terminal turns Ctrl-C into an event of its own; it means the same here as everywhere.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  terminal.on("close", () => over.abort());
  const signal = AbortSignal.any([interrupted, over.signal]);
  return {
    async ask(question, byDefault, problem = () => undefined) {
      for (;;) {
        const typed = await terminal.question(`${question} (${byDefault}) `, { signal }).catch((cause: unknown) => {
          output.write("\n");
          throw new CommandError("cancelled", "Nothing was made.", "Start it again when you are ready.", { cause });
        });
        const answer = typed.trim() || byDefault;
        const wrong = problem(answer);
        if (wrong === undefined) return answer;
        output.write(`${wrong}\n`);
      }
    },
    end: () => terminal.close(),
  };
}
