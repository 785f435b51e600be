/** A result, for programs and people alike. */
export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Words for the person at the terminal; never on stdout. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** One event a line, as `--json` promises. */
export function printEvent(event: string, members: object): void {
  printResult(JSON.stringify({ v: 1, event, ...members }));
}

export interface ErrorWords {
  code: string;
  message: string;
  hint: string;
  correlation_id?: string;
  aadsts?: number;
  problems?: readonly object[];
}

/** One sentence, what to do, and what finds it in a log, on stderr; `event` has the same for programs. */
export function printError(error: unknown, exit: number, json: boolean): void {
  const words = wordsOf(error);
  const { code, message, hint, correlation_id } = words;
  const found = correlation_id === undefined ? "" : `, correlation ID ${correlation_id}`;
  // A mistake on the command line needs no name to search for.
  say(`doorcode: ${message}\n${hint}${code === "usage" ? "" : `\n(${code}${found})`}`);
  if (json) printEvent("error", { ...words, exit });
}

function wordsOf(error: unknown): ErrorWords {
  if (error instanceof Error && "code" in error && "hint" in error) {
    const { message, code, hint } = error as Error & { code: string; hint: string };
    const { correlationId, aadsts, problems } = error as {
      correlationId?: string;
      aadsts?: number;
      problems?: readonly object[];
    };
    return {
      code,
      message,
      hint,
      ...(correlationId !== undefined && { correlation_id: correlationId }),
      ...(aadsts !== undefined && { aadsts }),
      ...(problems !== undefined && { problems }),
    };
  }
  const where = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: "unexpected",
    message: `something unexpected happened.\n${where}`,
    hint: "This is a fault of doorcode.",
  };
}
