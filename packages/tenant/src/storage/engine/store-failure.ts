import { StoreError } from "../store-error.ts";

/** SQLite's result codes: https://sqlite.org/rescode.html */
const SQLITE_READONLY = 8;
const SQLITE_FULL = 13;

/** Of the driver, which has no code for them. */
const LOST =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

/**
 * What a failure of the database means to a request, or undefined for an error of the statement itself. None of these
 * is repeated automatically: after a lost connection, the change may have been committed.
 */
export function storeFailure(error: unknown): StoreError | undefined {
  if (!(error instanceof Error) || error instanceof StoreError) return undefined;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  const sqlite = code === "ERR_SQLITE_ERROR" && typeof errcode === "number" ? errcode & 0xff : undefined;
  const state = typeof code === "string" ? code : "";
  // 53100 disk_full, 53200 out_of_memory.
  if (sqlite === SQLITE_FULL || state === "53100" || state === "53200") return full(error);
  if (sqlite === SQLITE_READONLY || state === "25006") return readOnly(error);
  // 57014 query_canceled, 55P03 lock_not_available.
  if (state === "57014" || state === "55P03") return stopped(state, error);
  return isLost(state, error.message) ? unreachable(error) : undefined;
}

/** Why the tables could not be updated, if it is the database's state rather than the migration. */
export const clearerFailure = (error: unknown): unknown =>
  (error instanceof StoreError && error.code === "store_migration_failed" && storeFailure(error.cause)) || error;

/**
 * SQLSTATE 08: connection; 57P0: the server stops, starts or crashed; 25P03, 57P05: it closed an idle session; 53300: no
 * free connection; E…: of the system.
 */
const isLost = (code: string, message: string) =>
  /^(08|28|3D)\w{3}$|^57P0\w$|^25P03$|^53300$|^E(?!RR_)[A-Z_]{2,29}$/.test(code) || LOST.test(message);

const full = (cause: unknown) =>
  new StoreError(
    "store_full",
    "The database has no space left, and refuses changes.",
    "Free or add disk space on the database server. Nothing that was confirmed is lost.",
    cause,
  );

const stopped = (state: string, cause: unknown) =>
  new StoreError(
    "store_busy",
    `PostgreSQL stopped a statement, at a time limit or at the request of an administrator (${state}). Nothing changed.`,
    "Try again in a moment. If it persists, look for what holds locks, and at statement_timeout and lock_timeout.",
    cause,
  );

export const readOnly = (cause?: unknown) =>
  new StoreError(
    "store_read_only",
    "The database is a standby or read-only, and refuses changes.",
    "The store's URL must lead to the primary. A proxy such as HAProxy can follow it when a standby is promoted.",
    cause,
  );

/** SQLSTATE 28: the user or password; 3D: the database. Only the operator can change these. */
export function unreachable(error: unknown): StoreError {
  const { code } = error as { code?: unknown };
  const shown = typeof code === "string" && /^\w{2,30}$/.test(code) ? code : undefined;
  const message =
    shown === undefined
      ? "Cannot reach PostgreSQL."
      : shown.startsWith("28")
        ? "PostgreSQL rejected the user or password."
        : shown.startsWith("3D")
          ? "The database in the store's URL does not exist."
          : shown === "53300"
            ? "PostgreSQL has no free connection (53300)."
            : `Cannot reach PostgreSQL (${shown}).`;
  return new StoreError("store_unreachable", message, hintFor(shown), error);
}

function hintFor(state = ""): string {
  if (state === "53300") {
    return "Raise max_connections, stop what holds connections, or put PgBouncer between the nodes and PostgreSQL.";
  }
  if (state.startsWith("28")) {
    return "Check user and password in the store's URL, and that pg_hba.conf lets this machine in.";
  }
  if (state.startsWith("3D"))
    return "Correct the name in the store's URL, or create the database: docs/operate/configure.md";
  return "Check host, port, database, user and password in the store's URL, and that the server is running.";
}

/** Whether a store that could not be opened may respond later: a standby may be promoted. */
export const mayRespondLater = (error: unknown): boolean =>
  error instanceof StoreError &&
  (error.code === "store_read_only" ||
    (error.code === "store_unreachable" &&
      !/^(28|3D)/.test(String((error.cause as { code?: unknown } | undefined)?.code))));

/**
 * The commit is on the primary only: the wait for a standby was canceled, which PostgreSQL reports as a warning. If the
 * primary is lost now, so is the change.
 */
export const outcomeUnknown = () =>
  new StoreError(
    "store_outcome_unknown",
    "PostgreSQL committed a change, but no standby has confirmed it.",
    "Check the synchronous standby. The change may exist or be lost; the client tries again.",
  );

/** For the log: the driver attaches its client to an error, with keys and statements. */
export const reasonOf = (error: Error | undefined) => ({
  reason: error?.message,
  code: (error as NodeJS.ErrnoException | undefined)?.code,
});
