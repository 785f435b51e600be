/** A result, for programs and people alike. */
export function printResult(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Words for the person at the terminal; never on stdout. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** One event a line, as `--json` promises. */
export function printEvent(event: string, members: object): void {
  printResult(JSON.stringify({ v: 1, event, ...members }));
}

/** The sentence and what to do about it, on stderr; returns both. */
export function printError(error: unknown): { code: string; message: string; hint: string } {
  if (error instanceof Error && "hint" in error && "code" in error) {
    const { message } = error;
    say(`doorcode: ${message}\n${String(error.hint)}`);
    return { code: String(error.code), message, hint: String(error.hint) };
  }
  const message = error instanceof Error ? error.message : String(error);
  say(`doorcode: something unexpected happened.\n${error instanceof Error ? error.stack : message}`);
  return { code: "unexpected", message, hint: "The lines on stderr say where it happened." };
}
