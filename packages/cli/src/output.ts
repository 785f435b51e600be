/**
 * What a terminal would obey instead of showing it, and what turns the direction of a text: most words here come from
 * elsewhere (names in a tenant, an issuer's sentences), and none needs them. Line ends and tabs are no such thing.
 */
const obeyed = /(?![\n\t])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Of several lines; what is taken out is seen to be gone. */
export function printable(text: string): string {
  return text.replace(obeyed, "\ufffd");
}

/** The same on one line: a name that brings line ends with it could write lines of ours. */
export function printableLine(text: string): string {
  return printable(text.replace(/[\r\n\t\u0085\u2028\u2029]+/g, " "));
}

/** A result, for programs and people alike. */
export function printResult(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** Words for the person at the terminal; never on stdout. Names that a library puts between backticks come without them. */
export function say(text: string): void {
  process.stderr.write(`${printable(text).replace(/`([^`\n]+)`/g, "$1")}\n`);
}

/** One event a line, as `--json` promises; escaped, which is the same JSON, whatever a terminal would obey. */
export function printEvent(event: string, members: object): void {
  const json = JSON.stringify({ v: 1, event, ...members });
  printResult(json.replace(obeyed, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`));
}

export interface ErrorWords {
  code: string;
  message: string;
  hint: string;
  correlation_id?: string;
  aadsts?: number;
  problems?: readonly object[];
}

/**
 * One sentence, what to do, and what finds it in a log, on stderr; the event of `--json` has the same for programs. Microsoft's
 * own text, with its number, trace ID and time, is for whoever asks for it: `--verbose`, `--json`.
 */
export function printError(error: unknown, exit: number, { json, verbose }: { json: boolean; verbose: boolean }): void {
  const words = wordsOf(error);
  const { code, message, hint, correlation_id, aadsts } = words;
  const colon = message.indexOf(": ");
  const raw = aadsts !== undefined && colon > 0;
  const sentence = raw && !verbose ? `${message.slice(0, colon)}.` : message;
  const found = [
    code,
    ...(aadsts === undefined ? [] : [`AADSTS${aadsts}`]),
    ...(correlation_id === undefined ? [] : [`correlation ID ${correlation_id}`]),
  ].join(", ");
  const more = raw && !verbose ? "; --verbose shows the issuer's own words" : "";
  // A mistake on the command line needs no name to search for.
  say(`doorcode: ${sentence}\n${hint}${code === "usage" ? "" : `\n(${found}${more})`}`);
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
