import { type FileHandle, open, readFile, rm } from "node:fs/promises";
import type { Arguments } from "../definition/command.ts";
import { exitCodes, UsageError } from "../exit-codes.ts";
import { whyUnreadable, whyUnwritable } from "../file-errors.ts";
import { printableLine, printEvent, printResult, say } from "../output.ts";
import { operateTenant } from "./location.ts";
import { dateOf } from "./operator.ts";

/** `doorcode tenant apps add-certificate` */
export async function addCertificate(given: Arguments): Promise<number> {
  const [client_id = "", file = ""] = given.words;
  const added = await operateTenant(given, {
    do: "add_certificate",
    client_id,
    certificate: await certificateIn(file),
    administrator: given.flag("administrator"),
  });
  if (given.flag("json")) {
    printEvent("certificate_added", added);
    return exitCodes.done;
  }
  printResult(added.thumbprint);
  const administers = added.administrator ? ", and administer the tenant" : "";
  say(printableLine(`${added.app} can sign in with this certificate until ${dateOf(added.expires_at)}${administers}.`));
  return exitCodes.done;
}

/** The first certificate in the file. A private key beside it is not sent. */
async function certificateIn(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `The file ${file} ${whyUnreadable(error)}.`,
      "Specify a file with a certificate in PEM format.",
    );
  });
  const [pem] = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,16000}-----END CERTIFICATE-----/.exec(text) ?? [];
  if (pem !== undefined) return pem;
  throw new UsageError(`${file} has no certificate in PEM.`, "It begins with -----BEGIN CERTIFICATE-----");
}

/** `doorcode tenant apps remove-certificates` */
export async function removeCertificates(given: Arguments): Promise<number> {
  const [client_id = ""] = given.words;
  const removed = await operateTenant(given, { do: "remove_certificates", client_id });
  if (given.flag("json")) printEvent("certificates_removed", removed);
  else {
    const count = `${removed.removed} certificate${removed.removed === 1 ? "" : "s"}`;
    say(printableLine(`Removed ${count} of ${removed.app}, and its permissions for Graph.`));
  }
  return exitCodes.done;
}

/** `doorcode tenant apps add-secret`: only the secret on stdout, for a pipe, or in the file. */
export async function addSecret(given: Arguments): Promise<number> {
  const [client_id = ""] = given.words;
  const days = given.text("days");
  const output = given.text("output");
  // Opened first, because a secret cannot be shown a second time.
  const file = output === undefined ? undefined : await newFile(output);
  try {
    const request = { do: "add_secret", client_id, name: given.text("name") ?? null } as const;
    const made = await operateTenant(given, { ...request, days: days === undefined ? null : Number(days) });
    const { secret, ...added } = made;
    await file?.writeFile(`${secret}\n`);
    await file?.sync();
    if (given.flag("json")) {
      printEvent("secret_added", { ...added, ...(output === undefined ? { secret } : { file: output }) });
      return exitCodes.done;
    }
    const shown = output === undefined ? "shown this once" : `in ${output}`;
    const until = dateOf(added.expires_at);
    say(printableLine(`${added.app} has a new secret (key ID ${added.key_id}) until ${until}, ${shown}.`));
    if (output === undefined) printResult(secret);
    return exitCodes.done;
  } catch (error) {
    if (output !== undefined) await rm(output, { force: true });
    throw error;
  } finally {
    await file?.close();
  }
}

/** Only its owner can read it, from the first moment. An existing file is never overwritten. */
async function newFile(path: string): Promise<FileHandle> {
  return open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `The file ${path} ${whyUnwritable(error)}.`,
      "Specify a new file in a folder that you can write to.",
    );
  });
}

/** `doorcode tenant apps remove-secret` */
export async function removeSecret(given: Arguments): Promise<number> {
  const [client_id = "", key_id = ""] = given.words;
  const removed = await operateTenant(given, { do: "remove_secret", client_id, key_id });
  if (given.flag("json")) printEvent("secret_removed", removed);
  else say(`Removed the secret ${removed.key_id}. It no longer works.`);
  return exitCodes.done;
}

/** `doorcode tenant apps allow-administration` */
export async function allowAdministration(given: Arguments): Promise<number> {
  const [client_id = ""] = given.words;
  const allowed = await operateTenant(given, {
    do: "allow_administration",
    client_id,
    scopes:
      given
        .text("scopes")
        ?.split(/[\s,]+/)
        .filter((each) => each !== "") ?? null,
    by_device_code: given.flag("by-device-code"),
  });
  if (given.flag("json")) {
    printEvent("administration_allowed", allowed);
    return exitCodes.done;
  }
  const app = printableLine(allowed.app);
  if (allowed.scopes.length === 0) {
    say(`${app} may not ask for administrative scopes.`);
    return exitCodes.done;
  }
  say(`${app} may ask administrators for ${allowed.scopes.join(", ")}.`);
  say(
    allowed.by_device_code ? "It may use a device code, too: check who shows you the code." : "Not with a device code.",
  );
  return exitCodes.done;
}
