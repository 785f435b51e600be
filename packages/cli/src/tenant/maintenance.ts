import { resolve } from "node:path";
import type { Arguments } from "../definition/command.ts";
import { exitCodes, UsageError } from "../exit-codes.ts";
import { printableLine, printEvent, printLine, say } from "../output.ts";
import { tenantLocation } from "./location.ts";
import { readServerFile } from "./server-file.ts";

const tenant = () => import("@doorcode/tenant/operator");

/** `doorcode tenant backup` */
export async function backup(given: Arguments): Promise<number> {
  const { backUpTenant } = await tenant();
  const [file = ""] = given.words;
  const withSealKey = given.flag("with-seal-key");
  const made = await backUpTenant(await tenantLocation(given), file, { withSealKey });
  if (given.flag("json")) {
    const { name, users, apps, bytes, sealKeyFile } = made;
    printEvent("backup_written", { file: made.file, name, users, apps, bytes, seal_key_file: sealKeyFile });
    return exitCodes.done;
  }
  printLine(made.file);
  say(printableLine(`Backed up ${contents(made)}, and checked the copy.`));
  say(
    withSealKey
      ? printableLine(`The seal key is in ${made.sealKeyFile}. With both files, anyone can act as the tenant.`)
      : printableLine(`It needs the seal key ${made.sealKeyFile}. Keep a copy of that apart from the backups.`),
  );
  return exitCodes.done;
}

/** `doorcode tenant restore` */
export async function restore(given: Arguments): Promise<number> {
  const { restoreTenant } = await tenant();
  const [file = ""] = given.words;
  const endSignIns = given.flag("end-sign-ins");
  const restored = await restoreTenant(await tenantLocation(given), file, {
    sealKeyFile: given.text("seal-key-file"),
    replace: given.flag("replace"),
    endSignIns,
  });
  if (given.flag("json")) {
    const { name, users, apps, sealKeyFile, kept } = restored;
    printEvent("restored", { file: restored.file, name, users, apps, seal_key_file: sealKeyFile, kept });
    return exitCodes.done;
  }
  say(printableLine(`Restored ${contents(restored)}. You can start the tenant.`));
  say(
    endSignIns
      ? "Every sign-in has ended. Users have to sign in again. The next start creates new signing keys."
      : "What was revoked after the backup is valid again, also retired signing keys.",
  );
  for (const each of restored.kept) say(printableLine(`Kept: ${each}`));
  return exitCodes.done;
}

const contents = ({ name, users, apps }: { name: string; users: number; apps: number }) =>
  `“${name}” (${plural(users, "user")}, ${plural(apps, "app")})`;

/** `doorcode tenant seal-key rotate` */
export async function rotateSealKey(given: Arguments): Promise<number> {
  const { rotateSealKey } = await tenant();
  const output = given.text("output");
  const location = await tenantLocation(given);
  const { file, cleaned } = await rotateSealKey(location, { output });
  const nodes = "postgres" in location.store ? "Every other node needs it in its data folder. " : "";
  if (given.flag("json")) {
    printEvent("seal_key_rotated", { file, cleaned });
    return exitCodes.done;
  }
  say(printableLine(`The new seal key is in ${file}. Keep a copy of it apart from the store and its backups.`));
  say(
    output === undefined
      ? `${nodes}Backups from before need the old key.`
      : "Put it in the place of the old key before you start the tenant. Backups from before need the old key.",
  );
  if (!cleaned) {
    say(
      "Unused pages of the database still have values under the old key. Make space on the disk, then run: sqlite3 FILE vacuum",
    );
  }
  return exitCodes.done;
}

/** `doorcode tenant move` */
export async function move(given: Arguments): Promise<number> {
  const { moveTenant, undoMove } = await tenant();
  const from = await tenantLocation(given);
  const [to, config] = [given.text("to"), given.text("to-config")];
  const named = [to, config, given.flag("undo") || undefined].filter((each) => each !== undefined);
  if (named.length !== 1) {
    throw new UsageError(
      "Name one new store, or go back: --to, --to-config or --undo.",
      "For example: doorcode tenant move --to postgres://doorcode@db.contoso.example/doorcode",
    );
  }
  if (given.flag("undo")) {
    const moved = await undoMove(from);
    if (given.flag("json")) printEvent("move_undone", { moved_to: moved });
    else say(printableLine(`The tenant can be started here again. It was moved to ${moved}.`));
    return exitCodes.done;
  }
  const target = config === undefined ? { ...from, store: storeOf(to ?? "") } : await readServerFile(config, "store");
  const { data, store, sealKeyFile } = target;
  const moved = await moveTenant(from, { data, store, ...(sealKeyFile !== undefined && { sealKeyFile }) });
  const rows = Object.values(moved.tables).reduce((sum, count) => sum + count, 0);
  if (given.flag("json")) {
    const { name, tables } = moved;
    printEvent("tenant_moved", { name, to: moved.to, rows, tables, seal_key_file: moved.sealKeyFile });
    return exitCodes.done;
  }
  const tables = Object.keys(moved.tables).length;
  say(printableLine(`Moved “${moved.name}” to ${moved.to}: ${rows} rows in ${tables} tables, counted on both sides.`));
  say(printableLine(`Its seal key is in ${moved.sealKeyFile}. Start the tenant on the new store.`));
  say("The old store no longer starts. Delete it when you no longer need it, or go back: doorcode tenant move --undo");
  return exitCodes.done;
}

/** `--to`. A URL with a password was refused before. */
function storeOf(to: string): { postgres: string } | { sqlite: string } {
  if (/^postgres(?:ql)?:\/\//i.test(to)) return { postgres: to };
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(to) && to !== "") return { sqlite: resolve(to) };
  throw new UsageError(
    "--to takes a postgres:// URL, or the path of a new SQLite file.",
    "Or name a server file: --to-config FILE",
  );
}

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
