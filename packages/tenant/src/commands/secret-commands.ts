import { type FileHandle, open, rm } from "node:fs/promises";
import { addSecret as addInStore, removeSecret as removeInStore } from "../admin/app-secrets.ts";
import { addedSecret, removedSecret } from "../control/operations.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { askOrWork, type Where } from "./store-commands.ts";
import { dateOf, printEvent, printResult, say } from "./terminal.ts";

/** The secret alone on stdout, for a pipe, or in the file; with `json` an event that says when it ends as well. */
export async function addSecret(
  options: Where & {
    clientId: string;
    name: string | null;
    days: number | null;
    output: string | undefined;
    json: boolean;
  },
): Promise<void> {
  const { clientId: client_id, name, days, output } = options;
  // Opened first: there is no second time to show a secret.
  const file = output === undefined ? undefined : await newFile(output);
  try {
    const { secret, ...added } = await askOrWork(options, { do: "add_secret", client_id, name, days }, async (ctx) =>
      addedSecret(await addInStore(ctx, client_id, { name: name ?? undefined, days: days ?? undefined })),
    );
    await file?.writeFile(`${secret}\n`);
    await file?.sync();
    if (options.json) {
      printEvent("secret_added", { ...added, ...(output === undefined ? { secret } : { file: output }) });
      return;
    }
    const where = output === undefined ? "shown this once" : `in ${output}`;
    say(`${added.app} has a new secret (key ID ${added.key_id}) until ${dateOf(added.expires_at)}, ${where}.`);
    if (output === undefined) printResult(secret);
  } catch (error) {
    if (output !== undefined) await rm(output, { force: true });
    throw error;
  } finally {
    await file?.close();
  }
}

export async function removeSecret(options: Where & { clientId: string; keyId: string; json: boolean }): Promise<void> {
  const { clientId: client_id, keyId: key_id } = options;
  const removed = await askOrWork(options, { do: "remove_secret", client_id, key_id }, async (ctx) =>
    removedSecret({ client_id, key_id }, await removeInStore(ctx, client_id, key_id)),
  );
  if (options.json) printEvent("secret_removed", removed);
  else say(`The secret ${removed.key_id} is removed: nothing signs in by it any more.`);
}

/** Readable by its owner alone from the first moment; never one that is there already, whoever put it there. */
async function newFile(path: string): Promise<FileHandle> {
  return open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    const message =
      error.code === "EEXIST" ? `There is a file ${path} already.` : `${path} cannot be written (${error.code}).`;
    throw new TenantError("usage", message, "Name a new file in a folder of yours.");
  });
}
