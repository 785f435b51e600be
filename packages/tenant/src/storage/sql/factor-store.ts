import type { Connection, Database } from "../engine/database.ts";
import type { FactorStore } from "../store.ts";

export function factorStore({ db, locksRows }: Database): FactorStore {
  /** Whoever changes a person's factors goes after whoever does already, and nobody changes those of who is disabled. */
  const lockUser = (trx: Connection, id: string) =>
    trx
      .selectFrom("users")
      .where("id", "=", id)
      .where("disabledAt", "is", null)
      .select("id")
      .$if(locksRows, (query) => query.forUpdate())
      .executeTakeFirst();

  const putCodes = async (trx: Connection, userId: string, codeHashes: string[], now: number) => {
    await trx.deleteFrom("recoveryCodes").where("userId", "=", userId).execute();
    if (codeHashes.length === 0) return;
    const rows = codeHashes.map((codeHash) => ({ userId, codeHash, createdAt: now, usedAt: null }));
    await trx.insertInto("recoveryCodes").values(rows).execute();
  };

  const unused = async (on: Connection, userId: string) => {
    const { left } = await on
      .selectFrom("recoveryCodes")
      .where("userId", "=", userId)
      .where("usedAt", "is", null)
      .select((row) => row.fn.countAll<number>().as("left"))
      .executeTakeFirstOrThrow();
    return left;
  };

  const totpOf = (on: Connection, userId: string) =>
    on.selectFrom("totpSecrets").where("userId", "=", userId).selectAll().executeTakeFirst();

  return {
    totpOf: (userId) => totpOf(db, userId),

    enrolTotp: ({ interactionId, sessionId, userId, secretSealed, replaces, step, recoveryCodeHashes, now }) =>
      db.transaction().execute(async (trx) => {
        if (!(await lockUser(trx, userId))) return false;
        const before = await totpOf(trx, userId);
        if ((before?.secretSealed ?? null) !== replaces) return false;
        const taken = await trx
          .updateTable("flows")
          .where("id", "=", interactionId)
          .where("sessionId", "=", sessionId)
          .where("userId", "=", userId)
          .where("totpSecretSealed", "=", secretSealed)
          .where("expiresAt", ">", now)
          .set({ totpSecretSealed: null })
          .returning("id")
          .executeTakeFirst();
        if (!taken) return false;
        const values = { secretSealed, lastStep: step, createdAt: now };
        await trx
          .insertInto("totpSecrets")
          .values({ userId, ...values })
          .onConflict((conflict) => conflict.column("userId").doUpdateSet(values))
          .execute();
        await putCodes(trx, userId, recoveryCodeHashes, now);
        return true;
      }),

    async useTotpStep({ userId, secretSealed }, step) {
      const used = await db
        .updateTable("totpSecrets")
        .where("userId", "=", userId)
        .where("secretSealed", "=", secretSealed)
        .where("lastStep", "<", step)
        .set({ lastStep: step })
        .returning("userId")
        .executeTakeFirst();
      return used !== undefined;
    },

    removeTotp: (userId) =>
      db.transaction().execute(async (trx) => {
        if (!(await lockUser(trx, userId))) return false;
        await putCodes(trx, userId, [], 0);
        const gone = await trx
          .deleteFrom("totpSecrets")
          .where("userId", "=", userId)
          .returning("userId")
          .executeTakeFirst();
        return gone !== undefined;
      }),

    replaceRecoveryCodes: (userId, codeHashes, now) =>
      db.transaction().execute(async (trx) => {
        if (!(await lockUser(trx, userId))) return false;
        if (!(await totpOf(trx, userId))) return false;
        await putCodes(trx, userId, codeHashes, now);
        return true;
      }),

    useRecoveryCode: (userId, codeHash, now) =>
      db.transaction().execute(async (trx) => {
        const used = await trx
          .updateTable("recoveryCodes")
          .where("userId", "=", userId)
          .where("codeHash", "=", codeHash)
          .where("usedAt", "is", null)
          .set({ usedAt: now })
          .returning("userId")
          .executeTakeFirst();
        return used && { left: await unused(trx, userId) };
      }),

    countRecoveryCodes: (userId) => unused(db, userId),
  };
}
