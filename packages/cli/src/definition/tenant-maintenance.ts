import type { Command, CommandModule } from "./command.ts";
import { data, json, storeFile } from "./options.ts";

type Maintenance = typeof import("../tenant/maintenance.ts");

const maintenance =
  (pick: (module: Maintenance) => CommandModule["run"]): (() => Promise<CommandModule>) =>
  async () => ({ run: pick(await import("../tenant/maintenance.ts")) });

/** Commands for a tenant's data: copies of it, its seal key, its state. */
export const maintenanceCommands: Record<string, Command> = {
  backup: {
    summary: "Back up the tenant to a new file, while it runs",
    description: [
      "Copies the SQLite file at one moment and checks the copy. A tenant on PostgreSQL is backed up with pg_dump.",
      "A backup is useless without the tenant's seal key. Keep the key apart from the backups: with both, anyone can act as the tenant.",
    ],
    arguments: [{ name: "FILE", help: "The backup, a new file", complete: "file" }],
    options: {
      "with-seal-key": { type: "boolean", help: "Also copy the seal key, to FILE.seal.key" },
      ...storeFile,
      ...data,
      ...json,
    },
    examples: [
      { what: "Back up the tenant", line: "doorcode tenant backup tenant-$(date +%F).db" },
      { what: "Back it up with its seal key", line: "doorcode tenant backup tenant.db --with-seal-key" },
    ],
    needsTenant: true,
    load: maintenance(({ backup }) => backup),
  },
  restore: {
    summary: "Restore the tenant from a backup, while it is stopped",
    description: [
      "Checks the backup and its seal key first. What changed after the backup is lost.",
      "Programs that renewed their sign-in after the backup have to sign in again. Sign-ins that were revoked after it work again, unless you add --end-sign-ins.",
    ],
    arguments: [{ name: "FILE", help: "The backup", complete: "file" }],
    options: {
      "seal-key-file": {
        type: "string",
        value: "FILE",
        complete: "file",
        help: "Seal key of the backup (default: the key in the data folder, else FILE.seal.key)",
      },
      replace: {
        type: "boolean",
        help: "Replace the tenant in the data folder; its files are kept under another name",
      },
      "end-sign-ins": { type: "boolean", help: "End every sign-in in the backup, and replace its signing keys" },
      ...storeFile,
      ...data,
      ...json,
    },
    examples: [
      { what: "Restore into an empty data folder", line: "doorcode tenant restore tenant.db --seal-key-file seal.key" },
      { what: "Go back to a backup", line: "doorcode tenant restore tenant.db --replace" },
    ],
    needsTenant: true,
    load: maintenance(({ restore }) => restore),
  },
  move: {
    summary: "Move the tenant between SQLite and PostgreSQL, while it is stopped",
    description: [
      "Copies all data in one transaction, counts every table on both sides, and marks the old store, which then no longer starts. Users, programs and apps notice nothing: sign-ins, signing keys and IDs stay the same.",
      "The new store must be empty: a database or schema without tables, or a new file. Stop all nodes first. The seal key goes with the data.",
      "A URL on the command line must not have a password. Use a password file (PGPASSFILE), or name the server file that the tenant will be served with: --to-config.",
      "If it is interrupted, nothing was changed: start the tenant where it is, or run the command again.",
    ],
    options: {
      to: {
        type: "string",
        value: "URL|FILE",
        complete: "file",
        help: "The new store: a postgres:// URL without a password, or a new SQLite file",
      },
      "to-config": {
        type: "string",
        value: "FILE",
        complete: "file",
        help: "Server file that names the new store, its data folder and its seal key",
      },
      undo: {
        type: "boolean",
        help: "Let the tenant start on the old store again, without what changed since the move",
      },
      ...storeFile,
      ...data,
      ...json,
    },
    examples: [
      { what: "Move to PostgreSQL", line: "doorcode tenant move --to postgres://doorcode@db.contoso.example/doorcode" },
      {
        what: "Move a served tenant",
        line: "doorcode tenant move --config old.server.yaml --to-config doorcode.server.yaml",
      },
      {
        what: "Move back to SQLite",
        line: "doorcode tenant move --config doorcode.server.yaml --to /var/lib/doorcode/tenant-2.db",
      },
    ],
    needsTenant: true,
    load: maintenance(({ move }) => move),
  },
  "seal-key": {
    summary: "Replace the seal key",
    commands: {
      rotate: {
        summary: "Replace the seal key, while the tenant is stopped",
        description: [
          "Seals signing keys, authenticator apps and waiting mails again with a new key. Users, apps and sign-ins notice nothing, recovery codes keep working, and `sub` stays the same.",
          "What is under way ends: open pages have to be loaded again, mailed codes requested again, and the set-up of an authenticator app started again.",
          "If it is interrupted, start the tenant or run it again. Stop all nodes first; afterwards, copy the new key to each of them. Backups from before need the old key.",
        ],
        options: {
          output: {
            type: "string",
            value: "FILE",
            complete: "file",
            help: "Write the new key to a new file, and leave the old key's file to you",
          },
          ...storeFile,
          ...data,
          ...json,
        },
        examples: [{ what: "Replace the seal key", line: "doorcode tenant seal-key rotate" }],
        needsTenant: true,
        load: maintenance(({ rotateSealKey }) => rotateSealKey),
      },
    },
  },
  doctor: {
    summary: "Check everything that the tenant needs, and change nothing",
    description: [
      "Looks at the data folder, the seal key, the certificate, the store and its clock, signing keys, emails and the disk. Works whether the tenant runs or not.",
      "With a server file, it also checks what `doorcode tenant serve --check` checks: the mail server, the ports and the public URL.",
      "Exits with 1 if there is an error, with 0 if there are only warnings.",
    ],
    options: { ...storeFile, ...data, ...json },
    examples: [
      { what: "Check the tenant", line: "doorcode tenant doctor" },
      { what: "Check a served tenant", line: "doorcode tenant doctor --config /etc/doorcode/doorcode.server.yaml" },
    ],
    needsTenant: true,
    load: async () => ({ run: (await import("../tenant/check.ts")).doctor }),
  },
};
