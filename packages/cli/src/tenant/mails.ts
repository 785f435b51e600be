import { setTimeout as sleep } from "node:timers/promises";
import type { ControlResults } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { CommandError, exitCodes, UsageError } from "../exit-codes.ts";
import { printableLine, printEvent, printLine, printResult, say } from "../output.ts";
import { parseDuration } from "../stored-session.cts";
import { operateTenantOften } from "./location.ts";
import { timeOf } from "./operator.ts";
import { milliseconds } from "./time.ts";

/** How often `--wait` looks for a mail. */
const POLL_MS = 250;

/** Mails that are listed. */
const NEWEST = 50;

type Mail = ControlResults["list_mails"][number];

/** `doorcode tenant mails`: the list, or with `--code` the code of the newest mail that has one. */
export async function run(given: Arguments, signal: AbortSignal): Promise<number> {
  const [to, since, wait] = [given.text("to"), given.text("since"), given.text("wait")];
  const onlyCode = given.flag("code");
  if (onlyCode && given.flag("json")) {
    throw new UsageError("--code prints the code alone.", "With --json, each mail has its code.");
  }
  // From the start of the command, so that waiting does not move the beginning.
  const from = since === undefined ? undefined : new Date(Date.now() - milliseconds(since)).toISOString();
  const until = performance.now() + (wait === undefined ? 0 : (parseDuration(wait) ?? 0));
  const mails = await operateTenantOften(given, async (operate) => {
    for (;;) {
      const found = await operate({ do: "list_mails", to, since: from, limit: NEWEST });
      const wanted = onlyCode ? found.filter(({ code }) => code !== null) : found;
      if (wanted.length > 0 || performance.now() >= until) return wanted;
      await sleep(POLL_MS, undefined, { signal });
    }
  });
  if (mails.length === 0 && (wait !== undefined || onlyCode)) throw noMail(to, onlyCode, wait);
  if (onlyCode) printResult(mails[0]?.code ?? "");
  else if (given.flag("json")) for (const mail of mails) printEvent("mail", mail);
  else if (mails.length === 0) say("No mails.");
  else for (const mail of mails) printMail(mail);
  return exitCodes.done;
}

function printMail({ to, subject, code, received_at }: Mail): void {
  printLine(`${timeOf(received_at)}  ${to}  ${subject}${code === null ? "" : `  (code ${code})`}`);
}

function noMail(to: string | undefined, withCode: boolean, wait: string | undefined): CommandError {
  const what = `No mail${withCode ? " with a code" : ""}${to === undefined ? "" : ` to ${printableLine(to)}`}`;
  const when = wait === undefined ? "is in the inbox" : `arrived within ${wait}`;
  return new CommandError("timed_out", `${what} ${when}.`, "List all mails: doorcode tenant mails");
}
