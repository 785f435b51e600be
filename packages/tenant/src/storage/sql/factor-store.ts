import type { Selectable } from "kysely";
import type { Connection, Database } from "../engine/database.ts";
import { type CredentialOwner, MAX_PASSKEYS, type Passkey, type PasskeyStore } from "../factors.ts";
import type { Tables } from "../migrations/tables.ts";
import type { FactorStore } from "../store.ts";
import { endInteractions } from "./end-sign-ins.ts";

/**
 * Locks the user, so that changes to their factors run one after another. Fails if the user is disabled, or if a
 * version is given and their credentials have changed since.
 */
const lockingUser =
  (locksRows: boolean) =>
  (trx: Connection, { id, credentialsVersion }: Pick<CredentialOwner, "id"> & Partial<CredentialOwner>) =>
    trx
      .selectFrom("users")
      .where("id", "=", id)
      .where("disabledAt", "is", null)
      .$if(credentialsVersion !== undefined, (query) =>
        query.where("credentialsVersion", "=", credentialsVersion as number),
      )
      .select(["id", "emailNormalized"])
      .$if(locksRows, (query) => query.forUpdate())
      .executeTakeFirst();

export function factorStore({ db, locksRows }: Database): FactorStore {
  const lockUser = lockingUser(locksRows);

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
        if (!(await lockUser(trx, { id: userId }))) return false;
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

    removeTotp: (owner, now) =>
      db.transaction().execute(async (trx) => {
        const user = await lockUser(trx, owner);
        if (!user) return false;
        const userId = user.id;
        await putCodes(trx, userId, [], 0);
        const gone = await trx
          .deleteFrom("totpSecrets")
          .where("userId", "=", userId)
          .returning("userId")
          .executeTakeFirst();
        if (!gone) return false;
        await endInteractions(trx, user, now);
        return true;
      }),

    replaceRecoveryCodes: (owner, codeHashes, now) =>
      db.transaction().execute(async (trx) => {
        const userId = owner.id;
        if (!(await lockUser(trx, owner))) return false;
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

export function passkeyStore({ db, locksRows }: Database): PasskeyStore {
  const lockUser = lockingUser(locksRows);
  return {
    insert: (passkey, credentialsVersion) =>
      db.transaction().execute(async (trx) => {
        // Locked, so that of two concurrent changes the second counts the first.
        if (!(await lockUser(trx, { id: passkey.userId, credentialsVersion }))) return "no_user";
        const { kept } = await trx
          .selectFrom("passkeys")
          .where("userId", "=", passkey.userId)
          .select((row) => row.fn.countAll<number>().as("kept"))
          .executeTakeFirstOrThrow();
        if (Number(kept) >= MAX_PASSKEYS) return "full";
        const inserted = await trx
          .insertInto("passkeys")
          .values(toRow(passkey))
          .onConflict((conflict) => conflict.column("credentialId").doNothing())
          .returning("credentialId")
          .executeTakeFirst();
        return inserted ? "ok" : "taken";
      }),

    async find(credentialId) {
      const query = db.selectFrom("passkeys").where("credentialId", "=", credentialId).selectAll();
      const row = await query.executeTakeFirst();
      return row && toPasskey(row);
    },

    async listOf(userId) {
      const rows = await db
        .selectFrom("passkeys")
        .where("userId", "=", userId)
        .selectAll()
        .orderBy("createdAt")
        .orderBy("credentialId")
        .execute();
      return rows.map(toPasskey);
    },

    async use(credentialId, { from, to, backedUp, now }) {
      if (to < from || (to === from && to !== 0)) return false;
      const used = await db
        .updateTable("passkeys")
        .where("credentialId", "=", credentialId)
        .where("counter", "=", from)
        .set({ counter: to, backedUp: backedUp ? 1 : 0, lastUsedAt: now })
        .executeTakeFirst();
      return used.numUpdatedRows > 0n;
    },

    async rename(userId, credentialId, name) {
      const renamed = await db
        .updateTable("passkeys")
        .where("credentialId", "=", credentialId)
        .where("userId", "=", userId)
        .set({ name })
        .executeTakeFirst();
      return renamed.numUpdatedRows > 0n;
    },

    remove: (owner, credentialId, now) =>
      db.transaction().execute(async (trx) => {
        const user = await lockUser(trx, owner);
        if (!user) return undefined;
        const row = await trx
          .deleteFrom("passkeys")
          .where("credentialId", "=", credentialId)
          .where("userId", "=", user.id)
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        await endInteractions(trx, user, now);
        return toPasskey(row);
      }),
  };
}

function toPasskey(row: Selectable<Tables["passkeys"]>): Passkey {
  return { ...row, transports: JSON.parse(row.transports), backedUp: row.backedUp === 1 };
}

function toRow(passkey: Passkey): Tables["passkeys"] {
  return { ...passkey, transports: JSON.stringify(passkey.transports), backedUp: passkey.backedUp ? 1 : 0 };
}
