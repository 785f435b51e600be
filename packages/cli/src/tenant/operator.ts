import { readFile } from "node:fs/promises";
import type { Arguments } from "../definition/command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readStdin } from "../input.ts";
import { printableLine, printEvent, printLine, printResult, say } from "../output.ts";
import { exportFromGraph } from "../prepare/tenant-files.ts";
import { operateTenant } from "./location.ts";

/** Of a list that is shown as items below a heading. */
const items = (lines: readonly string[]) => lines.map((line) => `  ${printableLine(line)}`).join("\n");

/** `doorcode tenant approve` */
export async function approve(given: Arguments): Promise<number> {
  const request = {
    do: "approve",
    code: await codeOf(given),
    as: given.text("as") ?? "",
    mfa: given.flag("mfa"),
  } as const;
  const { app, email, permissions, by_renewal: byRenewal } = await operateTenant(given, request);
  printLine(`Approved: ${app} is signed in as ${email}.`);
  // The headings are those of the consent page.
  say(`It may:\n${items(permissions.filter((line) => !byRenewal.includes(line)))}`);
  if (byRenewal.length > 0) say(`It may also, without asking again:\n${items(byRenewal)}`);
  return exitCodes.done;
}

/** `doorcode tenant deny` */
export async function deny(given: Arguments): Promise<number> {
  const { app } = await operateTenant(given, { do: "deny", code: await codeOf(given) });
  printLine(`Denied: ${app} is not signed in.`);
  return exitCodes.done;
}

async function codeOf({ words: [code = ""] }: Arguments): Promise<string> {
  return code === "-" ? (await readStdin("code")).trim() : code;
}

/** `doorcode tenant apps` */
export async function listApps(given: Arguments): Promise<number> {
  const apps = await operateTenant(given, { do: "list_apps" });
  if (given.flag("json")) {
    for (const app of apps) printEvent("app", app);
    return exitCodes.done;
  }
  for (const { client_id, name, disabled, administrator, certificates, secrets } of apps) {
    const marks = [
      certificates.length > 0 && `${certificates.length} certificate${certificates.length === 1 ? "" : "s"}`,
      administrator && "administrator",
      disabled && "disabled",
    ].filter(Boolean);
    printLine(`${client_id}  ${name}${marks.length === 0 ? "" : `  (${marks.join(", ")})`}`);
    for (const { key_id, name, hint, expires_at } of secrets) {
      const shown = [`  secret ${key_id}`, hint && `${hint}…`, name, `until ${dateOf(expires_at)}`];
      printLine(shown.filter(Boolean).join("  "));
    }
  }
  return exitCodes.done;
}

/** A time to the minute. */
export const timeOf = (time: string): string => `${time.slice(0, 16).replace("T", " ")} UTC`;

/** The day of a time that is months away. */
export const dateOf = (time: string): string => time.slice(0, 10);

/** `doorcode tenant token`: only the token on stdout, for a pipe. */
export async function printToken(given: Arguments): Promise<number> {
  const issued = await operateTenant(given, { do: "administrator_token" });
  if (given.flag("json")) {
    printEvent("administrator_token", issued);
    return exitCodes.done;
  }
  printResult(issued.token);
  if (process.stdout.isTTY) say(`It administers ${issued.graph} until ${issued.expires_at}. Keep it secret.`);
  return exitCodes.done;
}

/** `doorcode tenant export`, with the rights of the data folder's owner. */
export async function exportFile(given: Arguments): Promise<number> {
  const request = { do: "administrator_token", purpose: "export" } as const;
  const { token, graph, ca_file } = await operateTenant(given, request);
  // A tenant with the organization's own certificate has no CA of its own.
  const ca = ca_file === "" ? undefined : await readFile(ca_file, "utf8");
  process.stdout.write(await exportFromGraph({ base: graph, token, ca }));
  return exitCodes.done;
}
