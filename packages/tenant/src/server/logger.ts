import { type DestinationStream, destination, type Logger, pino } from "pino";

/**
 * The tenant's log: JSON lines on stderr. What could hold a secret never reaches it: of a request its method, route
 * pattern and status are logged, never its URL, headers or body; of an error no field but these.
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

/** Without the message's kin that drivers attach (`detail`, `where`, parameters), which may quote values; of a cause the codes alone. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, cause } = error as NodeJS.ErrnoException;
  const described = { type: error.name, code, message: error.message, stack: error.stack };
  if (!(cause instanceof Error)) return described;
  // An SMTP server's answer: its number says whether to try again, its text may quote the address.
  const { code: causeCode, responseCode } = cause as NodeJS.ErrnoException & { responseCode?: unknown };
  return { ...described, cause: { type: cause.name, code: causeCode, responseCode } };
}
