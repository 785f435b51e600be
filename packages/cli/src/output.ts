import { asTyped } from "./stored-session.cts";

/**
 * What a terminal would execute instead of showing, and what changes the direction of text. Most text comes from
 * outside (names in a tenant, an issuer's messages), and none of it needs these. Line ends and tabs are allowed.
 */
const controls = /(?![\n\t])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** For text of several lines. Shows where something was removed. */
export function printable(text: string): string {
  return text.replace(controls, "\ufffd");
}

/** On one line: a name with a line end in it could imitate a line of ours. */
export function printableLine(text: string): string {
  return printable(text.replace(/[\r\n\t\u0085\u2028\u2029]+/g, " "));
}

/** A result, for programs and people alike. */
export function printResult(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** A result of one line that has names from outside in it. */
export function printLine(text: string): void {
  printResult(printableLine(text));
}

/** A message for people, always on stderr. Commands in it are as they can be typed here. */
export function say(text: string): void {
  process.stderr.write(`${printable(asTyped(text, process.env))}\n`);
}

/** A library's own sentence, which has names between backticks: without them. Never for text from outside. */
export function withoutBackticks(text: string): string {
  return text.replace(/`([^`\n]+)`/g, "$1");
}

/** One event per line, as `--json` promises. Control characters are escaped, which is the same JSON. */
export function printEvent(event: string, members: object): void {
  process.stdout.write(eventLine(event, members));
}

/** The line of an event, with its end. */
export const eventLine = (event: string, members: object): string =>
  escaped(`${JSON.stringify({ v: 1, event, ...members })}\n`);

/** Where lines of JSON are written. */
export const events = {
  write: (json: string) => process.stdout.write(escaped(json)),
};

/** The same JSON, without characters that a terminal would execute. */
export const escaped = (json: string): string =>
  json.replace(controls, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

export interface ErrorWords {
  code: string;
  message: string;
  hint: string;
  correlation_id?: string;
  aadsts?: number;
  problems?: readonly object[];
}

/**
 * One sentence, what to do, and what finds it in a log, on stderr; with `--json` an event on stdout as well. Microsoft's
 * own text, with its number, trace ID and time, appears only with `--verbose` and `--json`.
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
  // Backticks show where a command begins. A wrong command line needs no code to search for.
  const typed = asTyped(`doorcode: ${sentence}\n${hint}`, process.env);
  say(withoutBackticks(typed) + (code === "usage" ? "" : `\n(${found}${more})`));
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
    hint: "This is a bug in doorcode.",
  };
}
