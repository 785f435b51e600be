import { readFile } from "node:fs/promises";
import { askTenant } from "../control/client.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { printEvent, printResult, say } from "./output.ts";

export async function listApps(options: { json: boolean; data: string }): Promise<void> {
  const apps = await askTenant(options.data, { do: "list_apps" });
  if (options.json) {
    for (const app of apps) printEvent("app", app);
    return;
  }
  for (const { client_id, name, disabled, administrator, certificates } of apps) {
    const marks = [
      certificates.length > 0 && `${certificates.length} certificate${certificates.length === 1 ? "" : "s"}`,
      administrator && "administrator",
      disabled && "disabled",
    ].filter(Boolean);
    printResult(`${client_id}  ${name}${marks.length === 0 ? "" : `  (${marks.join(", ")})`}`);
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
    `${added.app} can sign in by this certificate until ${added.expires_at}${added.administrator ? ", and administer the tenant" : ""}.`,
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
