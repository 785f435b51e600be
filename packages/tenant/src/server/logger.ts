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

/** Without the message's kin that drivers attach (`detail`, `where`, parameters), which may quote values. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  return { type: error.name, code: (error as NodeJS.ErrnoException).code, message: error.message, stack: error.stack };
}
