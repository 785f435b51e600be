import type { CheckedPart, CheckedServer, Finding } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printEvent, printLine } from "../output.ts";
import { serverFileOf, tenantLocation } from "./location.ts";
import { readServerFile, type ServerFile } from "./server-file.ts";

/** `secrets`: files of the server file that other users can read. */
type Checked = Omit<Finding, "part"> & { part: CheckedPart | "secrets" };

const NAMES: Record<Checked["part"], string> = {
  secrets: "secrets",
  node: "Node.js",
  data_folder: "data folder",
  lock: "lock",
  disk: "disk",
  seal_key: "seal key",
  certificate: "certificate",
  store: "store",
  connection: "connection",
  schema: "tables",
  integrity: "integrity",
  clock: "clock",
  signing_keys: "signing keys",
  mail_queue: "mail queue",
  expired_rows: "expired rows",
  mail_server: "mail server",
  port: "port",
  monitoring_port: "monitoring port",
  public_url: "public URL",
};

/** `doorcode tenant serve --check`: what a start needs. */
export async function checkServerFile(server: ServerFile, json: boolean): Promise<number> {
  return printFindings(await checkServed(server, true), json);
}

/** `doorcode tenant doctor`: a tenant in its place, and what its server file names if there is one. */
export async function doctor(given: Arguments): Promise<number> {
  const file = serverFileOf(given);
  if (file !== undefined) {
    return printFindings(await checkServed(await readServerFile(file), false), given.flag("json"));
  }
  const { checkTenant } = await import("@doorcode/tenant/operator");
  return printFindings(await checkTenant(await tenantLocation(given)), given.flag("json"));
}

async function checkServed(file: ServerFile, beforeStart: boolean): Promise<Checked[]> {
  const { checkTenant } = await import("@doorcode/tenant/operator");
  const { publicUrl, listen, tls, trustedProxies, data, sealKeyFile, store, mail, monitoring } = file;
  const addresses = { publicUrl, host: listen.host, port: listen.port, trustedProxies, monitoring };
  const caFile = process.env.DOORCODE_CA_FILE || undefined;
  const server: CheckedServer = { ...addresses, mail, caFile, ...(tls && { certificate: tls }) };
  const secrets = file.warnings.map((warning): Checked => ({ part: "secrets", level: "warning", ...warning }));
  return [...secrets, ...(await checkTenant({ data, store, sealKeyFile, server, beforeStart }))];
}

/** Prints all findings. Returns an exit code that says whether one is an error. */
function printFindings(findings: Checked[], json: boolean): number {
  const count = (level: Finding["level"]) => findings.filter((each) => each.level === level).length;
  const [errors, warnings] = [count("error"), count("warning")];
  if (json) {
    for (const finding of findings) printEvent("check", finding);
    printEvent("checked", { errors, warnings });
  } else {
    for (const { part, level, message, hint } of findings) {
      printLine(`${level.padEnd(7)}  ${NAMES[part].padEnd(15)}  ${message}`);
      if (hint !== "") printLine(`${" ".repeat(26)}${hint}`);
    }
    const many = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
    printLine(`${many(errors, "error")}, ${many(warnings, "warning")}. Nothing was changed.`);
  }
  return errors === 0 ? exitCodes.done : exitCodes.unexpected;
}
