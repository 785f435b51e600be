import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { askTenant } from "../control/client.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { TenantFiles } from "./tenant-files.ts";
import { dateOf, printEvent, printResult, readStdin, say } from "./terminal.ts";

export async function approve(options: { code: string; as: string; data: string }): Promise<void> {
  const code = await codeOf(options.code);
  const approved = await askTenant(options.data, { do: "approve", code, as: options.as });
  const { app, email, permissions, by_renewal: byRenewal } = approved;
  printResult(`Approved: ${app} is signed in as ${email}.`);
  const list = (lines: string[]) => lines.map((line) => `  ${line}`).join("\n");
  // The headings are the consent page's.
  say(`It may:\n${list(permissions.filter((line) => !byRenewal.includes(line)))}`);
  if (byRenewal.length > 0) say(`It may also, without asking again:\n${list(byRenewal)}`);
}

export async function deny(options: { code: string; data: string }): Promise<void> {
  const { app } = await askTenant(options.data, { do: "deny", code: await codeOf(options.code) });
  printResult(`Denied: ${app} is not signed in.`);
}

const codeOf = async (argument: string) => (argument === "-" ? (await readStdin("code")).trim() : argument);

export async function listUsers(options: { json: boolean; data: string }): Promise<void> {
  const users = await askTenant(options.data, { do: "list_users" });
  if (options.json) {
    for (const user of users) printEvent("user", user);
    return;
  }
  if (users.length === 0) say("Nobody has an account yet. Add one: doorcode tenant users add EMAIL");
  const width = Math.max(0, ...users.map(({ email }) => email.length));
  for (const { email, name, disabled, administrator } of users) {
    const marks = [administrator && "administrator", disabled && "disabled"].filter(Boolean).join(", ");
    printResult(`${email.padEnd(width)}  ${name}${marks === "" ? "" : `  (${marks})`}`);
  }
}

export async function addUser(options: {
  email: string;
  name: string | null;
  passwordStdin: boolean;
  administrator: boolean;
  json: boolean;
  data: string;
}): Promise<void> {
  const password = options.passwordStdin ? await readStdin("password") : newPassword();
  const { email, name, administrator } = options;
  const added = await askTenant(options.data, { do: "add_user", email, name, password, administrator });
  const shown = options.passwordStdin ? {} : { password };
  if (options.json) {
    printEvent("user_added", { ...added, ...shown });
    return;
  }
  const as = added.administrator ? " as an administrator" : "";
  say(`Added ${added.name} <${added.email}>${as}.${options.passwordStdin ? "" : " The password, shown this once:"}`);
  if (!options.passwordStdin) printResult(password);
}

/** 100 random bits in characters that are not taken for one another. */
export function newPassword(): string {
  const alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return Array.from({ length: 4 }, group).join("-");
}

export async function listApps(options: { json: boolean; data: string }): Promise<void> {
  const apps = await askTenant(options.data, { do: "list_apps" });
  if (options.json) {
    for (const app of apps) printEvent("app", app);
    return;
  }
  for (const { client_id, name, disabled, administrator, certificates, secrets } of apps) {
    const marks = [
      certificates.length > 0 && `${certificates.length} certificate${certificates.length === 1 ? "" : "s"}`,
      administrator && "administrator",
      disabled && "disabled",
    ].filter(Boolean);
    printResult(`${client_id}  ${name}${marks.length === 0 ? "" : `  (${marks.join(", ")})`}`);
    for (const { key_id, name, hint, expires_at } of secrets) {
      const shown = [`  secret ${key_id}`, hint && `${hint}…`, name, `until ${dateOf(expires_at)}`];
      printResult(shown.filter(Boolean).join("  "));
    }
  }
}

export async function addCertificate(options: {
  clientId: string;
  file: string;
  administrator: boolean;
  json: boolean;
  data: string;
}): Promise<void> {
  const { clientId: client_id, administrator } = options;
  const certificate = await certificateIn(options.file);
  const added = await askTenant(options.data, { do: "add_certificate", client_id, certificate, administrator });
  if (options.json) {
    printEvent("certificate_added", added);
    return;
  }
  printResult(added.thumbprint);
  say(
    `${added.app} can sign in by this certificate until ${dateOf(added.expires_at)}${added.administrator ? ", and administer the tenant" : ""}.`,
  );
}

export async function removeCertificates(options: { clientId: string; json: boolean; data: string }): Promise<void> {
  const removed = await askTenant(options.data, { do: "remove_certificates", client_id: options.clientId });
  if (options.json) printEvent("certificates_removed", removed);
  else say(`${removed.app} has no certificate any more (${removed.removed} before), and no permission at Graph.`);
}

/** The first certificate of the file. The private key that may stand beside it goes nowhere. */
async function certificateIn(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new TenantError(
      "usage",
      `The file ${file} cannot be read (${error.code}).`,
      "It holds a certificate in PEM.",
    );
  });
  const [pem] = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,16000}-----END CERTIFICATE-----/.exec(text) ?? [];
  if (pem !== undefined) return pem;
  throw new TenantError(
    "usage",
    `No certificate in PEM stands in ${file}.`,
    "It begins with -----BEGIN CERTIFICATE-----",
  );
}

/** The token alone on stdout, for a pipe; with `json` an event that says what it is for as well. */
export async function printToken(options: { json: boolean; data: string }): Promise<void> {
  const issued = await askTenant(options.data, { do: "administrator_token" });
  if (options.json) {
    printEvent("administrator_token", issued);
    return;
  }
  printResult(issued.token);
  if (process.stdout.isTTY) say(`It administers ${issued.graph} until ${issued.expires_at}. Show it to nobody.`);
}

/** `doorcode tenant export`, in the name of whoever owns the data folder. */
export async function exportFile(files: TenantFiles, dataDir: string): Promise<void> {
  const { token, graph, ca_file } = await askTenant(dataDir, { do: "administrator_token" });
  process.stdout.write(await files.exportFrom({ base: graph, token, ca: await readFile(ca_file, "utf8") }));
}
