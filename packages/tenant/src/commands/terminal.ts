import { text } from "node:stream/consumers";
import { TenantError } from "../kernel/tenant-error.ts";

/** What the command line's exit codes mean; the same in every `doorcode` command. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  denied: 4,
  expired: 5,
  unreachable: 7,
  folderUnusable: 8,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

const byErrorCode: Record<string, number> = {
  usage: exitCodes.usage,
  secret_on_argv: exitCodes.usage,
  tenant_file_invalid: exitCodes.usage,
  password_missing: exitCodes.usage,
  conflicts_with_tenant: exitCodes.usage,
  domain_fixed: exitCodes.usage,
  store_missing: exitCodes.usage,
  ca_missing: exitCodes.usage,
  email_invalid: exitCodes.usage,
  name_invalid: exitCodes.usage,
  app_unknown: exitCodes.usage,
  scope_unknown: exitCodes.usage,
  app_certificate_refused: exitCodes.usage,
  app_secret_refused: exitCodes.usage,
  app_secret_unknown: exitCodes.usage,
  password_short: exitCodes.usage,
  password_long: exitCodes.usage,
  password_common: exitCodes.usage,
  code_used: exitCodes.denied,
  code_used_twice: exitCodes.denied,
  not_assigned: exitCodes.denied,
  administrator_needed: exitCodes.denied,
  administration_not_allowed: exitCodes.denied,
  code_expired: exitCodes.expired,
  tenant_not_running: exitCodes.unreachable,
  data_folder_refused: exitCodes.folderUnusable,
};

export function exitCodeOf(error: unknown): number {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return byErrorCode[code] ?? exitCodes.unexpected;
}

/** A result, for programs and people alike. */
export function printResult(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Words for the person at the terminal; never on stdout. What the file's messages put between backticks comes without them. */
export function say(text: string): void {
  process.stderr.write(`${text.replace(/`([^`\n]+)`/g, "$1")}\n`);
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

/** A day is enough for what lasts months. */
export const dateOf = (time: string): string => time.slice(0, 10);

/** What was piped in, without the newline that `echo` adds. */
export async function readStdin(what: string): Promise<string> {
  if (process.stdin.isTTY) {
    throw new TenantError("usage", `The ${what} is read from stdin, which is a terminal here.`, "Pipe it in.");
  }
  return (await text(process.stdin)).replace(/\r?\n$/, "");
}

/** `scheme://user:password@` or `scheme://…?password=`, bare or after `--option=`; a password may hold what belongs encoded. */
const PASSWORD_IN_URL = /^(?:--?[\w-]+=)?[a-z][a-z0-9+.-]*:\/\/(?:[^/?#\s]*:.*@|.*[?&]password=)/is;

/** Every user of the machine can read a command line. Checked before anything could repeat the argument in a message. */
export function refuseSecrets(argv: string[]): void {
  if (!argv.some((argument) => PASSWORD_IN_URL.test(argument))) return;
  throw new TenantError(
    "secret_on_argv",
    "A URL with a password does not belong on the command line, where every user of this machine can read it.",
    "Put it into the environment variable DOORCODE_STORE. Treat that password as known: change it.",
  );
}
