import { type DestinationStream, destination, type Logger, pino } from "pino";

/**
 * The tenant's log: JSON lines on stderr. Nothing that could hold a secret is logged: of a request only method, route
 * pattern and status, never URL, headers or body; of an error only the fields listed here.
 */
export function createLogger(
  level: "silent" | "error" | "warn" | "info" = "warn",
  stream: DestinationStream = destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError, error: describeError, req: () => undefined, res: () => undefined },
      redact: {
        paths: ["authorization", "cookie", "password", "code", "token", "body", "headers", "query", "url"].flatMap(
          (name) => [name, `*.${name}`],
        ),
        remove: true,
      },
    },
    stream,
  );
}

const LEVELS: Record<number, string> = { 30: "info", 40: "warning", 50: "error", 60: "error" };

/** Characters that a terminal would interpret instead of showing, and line breaks. */
const OBEYED = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu;

/** For a terminal: each log record as one line, `14:32:07 warning: a mail was refused (host=mail.example)`. */
export function terminalLog(terminal: { write(text: string): unknown }): DestinationStream {
  return {
    write(line) {
      const { level, time, msg, err, ...members } = JSON.parse(line) as Record<string, unknown>;
      const about = Object.entries(members).map(([name, value]) => `${name}=${textOf(value)}`);
      const { message, stack } = (err ?? {}) as Record<string, unknown>;
      const words = [msg, message].filter((each) => each !== undefined).map(textOf);
      const clock = new Date(String(time)).toTimeString().slice(0, 8);
      const sentence = `${clock} ${LEVELS[Number(level)] ?? "error"}: ${words.join(": ")}`;
      const where = Number(level) >= 50 && typeof stack === "string" ? stackOf(stack) : "";
      terminal.write(`${sentence}${about.length === 0 ? "" : ` (${about.join(", ")})`}\n${where}`);
    },
  };
}

const textOf = (value: unknown) =>
  (typeof value === "string" ? value : JSON.stringify(value)).replace(OBEYED, " ").trim();

/** Only the locations: the line above has the message. */
function stackOf(stack: string): string {
  const places = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return places.map((line) => `  ${textOf(line)}\n`).join("");
}

/**
 * Without the fields that drivers attach (`detail`, `where`, parameters), which may quote values. Of a cause, only the
 * codes.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, cause } = error as NodeJS.ErrnoException;
  const described = { type: error.name, code, message: error.message, stack: error.stack };
  if (!(cause instanceof Error)) return described;
  // An SMTP server's response. Its code says whether to try again; its text may quote the address.
  const { code: causeCode, responseCode } = cause as NodeJS.ErrnoException & { responseCode?: unknown };
  return { ...described, cause: { type: cause.name, code: causeCode, responseCode } };
}
