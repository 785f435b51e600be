import { sql } from "kysely";
import { type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import { FINGERPRINT, KEPT_KEYS, type SealKeyChange, type SealStore } from "../sealed.ts";
import { auditWriter } from "./audit-store.ts";

export function sealStore(database: Database): SealStore {
  const { db, kind } = database;
  const writeAudit = auditWriter(database);
  const setting = async (on: Connection, name: string) =>
    (await on.selectFrom("settings").where("name", "=", name).select("value").executeTakeFirst())?.value;

  return {
    keptKeys: () => setting(db, KEPT_KEYS),

    replace: (change) =>
      undoable(() =>
        db.transaction().execute(async (trx) => {
          // A node that connects from now on waits here when it reads the fingerprint, and then sees the new one.
          if (kind === "postgres") await sql`lock table settings in access exclusive mode`.execute(trx);
          if (database.pooled?.()) throw new Undo("pooled" as const);
          if (kind === "postgres" && (await othersAreConnected(trx))) throw new Undo("in_use" as const);
          if ((await setting(trx, FINGERPRINT)) !== change.from) throw new Undo("differs" as const);
          await resealAll(trx, change);
          for (const [name, value] of [
            [FINGERPRINT, change.to],
            [KEPT_KEYS, change.keptKeys],
          ] as const) {
            await trx
              .insertInto("settings")
              .values({ name, value })
              .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
              .execute();
          }
          await writeAudit(trx, change.audit);
          return "replaced" as const;
        }),
      ),
  };
}

async function resealAll(trx: Connection, { reseal }: SealKeyChange): Promise<void> {
  for (const table of ["signingKeys", "otherSigningKeys"] as const) {
    for (const { kid, sealedPrivate } of await trx.selectFrom(table).select(["kid", "sealedPrivate"]).execute()) {
      const sealed = reseal({ purpose: "signing-keys", kid }, sealedPrivate);
      await trx.updateTable(table).where("kid", "=", kid).set({ sealedPrivate: sealed }).execute();
    }
  }
  for (const { userId, secretSealed } of await trx
    .selectFrom("totpSecrets")
    .select(["userId", "secretSealed"])
    .execute()) {
    const sealed = reseal({ purpose: "totp secret", userId }, secretSealed);
    await trx.updateTable("totpSecrets").where("userId", "=", userId).set({ secretSealed: sealed }).execute();
  }
  const mails = trx.selectFrom("outbox").where("sealed", "is not", null).select(["id", "sealed"]);
  for (const { id, sealed } of await mails.execute()) {
    const again = reseal({ purpose: "outbox", id }, sealed as string);
    await trx.updateTable("outbox").where("id", "=", id).set({ sealed: again }).execute();
  }
  await trx.updateTable("flows").where("totpSecretSealed", "is not", null).set({ totpSecretSealed: null }).execute();
}

/** Sessions with the application name of this one: nodes, and commands of the operator. */
export async function othersAreConnected(trx: Connection): Promise<boolean> {
  const { rows } = await sql<{ others: number }>`
    select count(*) as others from pg_stat_activity
    where pid <> pg_backend_pid() and datname = current_database()
      and application_name = current_setting('application_name')`.execute(trx);
  return (rows[0]?.others ?? 0) > 0;
}
