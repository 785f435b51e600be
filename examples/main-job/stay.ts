import { createInterface } from "node:readline/promises";

/**
 * Where a person is at the terminal, the tenant stays until Enter or Ctrl-C: they may be on one of its pages still. Without a
 * terminal everything ends by itself.
 */
export function stayAtTerminal(): { stay?: (signal: AbortSignal) => Promise<void> } {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return {};
  return {
    async stay(signal) {
      const terminal = createInterface({ input: process.stdin, output: process.stdout });
      // Reading a line, the terminal turns Ctrl-C into an event of its own; it means the same here as everywhere.
      terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
      try {
        await terminal.question("\nThe tenant and its pages stay until you press Enter or Ctrl-C. ", { signal });
      } finally {
        terminal.close();
      }
    },
  };
}
