import { type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import type { AccountDeleted, OwnAccountStore, OwnApp } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { toConsents } from "./consent-store.ts";
import { withdrawGrants } from "./end-sign-ins.ts";
import { enqueueMail } from "./mail-store.ts";
import { ownChangeCheck } from "./own-change.ts";
import { endOfNewestToken, revoke, revokeAll, withdrawCodes } from "./token-family.ts";
import { userDeletion } from "./user-store.ts";

/** Why families ended that their user signed out. */
const SIGNED_OUT = "user_signed_out";
const WITHDRAWN = "consent_withdrawn";

export function ownAccountStore(database: Database): OwnAccountStore {
  const { db } = database;
  const writeAudit = auditWriter(database);
  const check = ownChangeCheck(database);
  const deletion = userDeletion(database);

  const live = (on: Connection, userId: string, now: number) =>
    on
      .selectFrom("tokenFamilies")
      .where("tokenFamilies.userId", "=", userId)
      .where("revokedAt", "is", null)
      .where("tokenFamilies.expiresAt", ">", now)
      .where((family) => family(endOfNewestToken(family), ">", now));
  const isLive = async (on: Connection, of: { id: string; userId: string; now: number }) =>
    (await live(on, of.userId, of.now).where("tokenFamilies.id", "=", of.id).select("id").executeTakeFirst()) !==
    undefined;

  return {
    renameDevice: (by, { id, label }, audit) =>
      db.transaction().execute(async (trx) => {
        if (!(await check(trx, by))) return "refused";
        if (!(await isLive(trx, { ...by, id }))) return false;
        await trx
          .updateTable("tokenFamilies")
          .where("id", "=", id)
          .where("userId", "=", by.userId)
          .set({ label })
          .execute();
        await writeAudit(trx, audit);
        return true;
      }),

    signOutDevice: (by, id, audit) =>
      db.transaction().execute(async (trx) => {
        if (!(await check(trx, by))) return "refused";
        if (!(await isLive(trx, { ...by, id }))) return false;
        if (!(await revoke(trx, id, SIGNED_OUT, by.now))) return false;
        await writeAudit(trx, audit);
        return true;
      }),

    signOutAll: (by, audit) =>
      undoable<number | "refused">(() =>
        db.transaction().execute(async (trx) => {
          const { userId, now } = by;
          // Grants come before the user's row, in the same order as redemption.
          await withdrawGrants(trx, userId, now);
          if (!(await check(trx, by))) throw new Undo<"refused">("refused");
          await withdrawGrants(trx, userId, now);
          await withdrawCodes(trx, "userId", userId, now);
          const devices = await revokeAll(trx, "userId", userId, SIGNED_OUT, now);
          await trx.deleteFrom("sessions").where("userId", "=", userId).where("id", "!=", by.sessionId).execute();
          await writeAudit(trx, { ...audit, detail: { ...audit.detail, devices } });
          return devices;
        }),
      ),

    async listApps(userId, now) {
      const allowed = db.selectFrom("consents").where("consents.userId", "=", userId).select("consents.clientId");
      const signedIn = live(db, userId, now).select("tokenFamilies.clientId");
      const [apps, counts] = await Promise.all([
        db
          .selectFrom("apps")
          .where((where) => where.or([where("clientId", "in", allowed), where("clientId", "in", signedIn)]))
          .select(["clientId", "name"])
          .orderBy("name")
          .orderBy("clientId")
          .execute(),
        live(db, userId, now)
          .groupBy("tokenFamilies.clientId")
          .select(["tokenFamilies.clientId", ({ fn }) => fn.countAll<number>().as("count")])
          .execute(),
      ]);
      const countOf = new Map(counts.map(({ clientId, count }) => [clientId, Number(count)]));
      return apps.map((app): OwnApp => ({ ...app, signIns: countOf.get(app.clientId) ?? 0 }));
    },

    async listRecords(userId, { now, limit }) {
      const groups = await db
        .selectFrom("groupMembers")
        .innerJoin("userGroups", "userGroups.id", "groupMembers.groupId")
        .where("groupMembers.userId", "=", userId)
        .select(["userGroups.id", "userGroups.name"])
        .orderBy("userGroups.name")
        .execute();
      const principals = [userId, ...groups.map(({ id }) => id)];
      const [roles, plain, acceptedTerms, endedDevices] = await Promise.all([
        db
          .selectFrom("roleAssignments")
          .where("userId", "in", principals)
          .select(["apiClientId as clientId", "roleValue", "userId as principalId"])
          .execute(),
        db.selectFrom("appAssignments").where("principalId", "in", principals).selectAll().execute(),
        db
          .selectFrom("acceptedTerms")
          .where("userId", "=", userId)
          .select(["terms", "acceptedAt"])
          .orderBy("acceptedAt")
          .execute(),
        db
          .selectFrom("tokenFamilies")
          .where("userId", "=", userId)
          .where((family) =>
            family.or([family("revokedAt", "is not", null), family(endOfNewestToken(family), "<=", now)]),
          )
          .select(["id", "clientId", "grantType", "createdAt", "revokedAt", "revokedReason"])
          .select(["deviceName", "devicePlatform", "signedInFrom", "label"])
          .orderBy("createdAt", "desc")
          .limit(limit)
          .execute(),
      ]);
      const assignments = [...plain.map((each) => ({ ...each, roleValue: null })), ...roles];
      return { groups, assignments, acceptedTerms, endedDevices };
    },

    async listConsents(userId) {
      const rows = await db
        .selectFrom("consents")
        .where("userId", "=", userId)
        .selectAll()
        .orderBy("clientId")
        .orderBy("resourceId")
        .orderBy("scope")
        .execute();
      const clients = [...new Set(rows.map(({ clientId }) => clientId))];
      return clients.flatMap((clientId) => toConsents(rows.filter((row) => row.clientId === clientId)));
    },

    withdrawApp: (by, clientId, audit) =>
      undoable<boolean | "refused">(() =>
        db.transaction().execute(async (trx) => {
          const { userId, now } = by;
          const denied = await withdrawApprovalsOf(trx, { userId, clientId }, now);
          if (!(await check(trx, by))) throw new Undo<"refused">("refused");
          const again = await withdrawApprovalsOf(trx, { userId, clientId }, now);
          const own = await trx
            .deleteFrom("consents")
            .where("clientId", "=", clientId)
            .where("userId", "=", userId)
            .executeTakeFirst();
          await trx.deleteFrom("shownScopes").where("clientId", "=", clientId).where("userId", "=", userId).execute();
          const ended = await trx
            .updateTable("tokenFamilies")
            .where("userId", "=", userId)
            .where("clientId", "=", clientId)
            .where("revokedAt", "is", null)
            .set({ revokedAt: now, revokedReason: WITHDRAWN })
            .executeTakeFirst();
          const codes = await trx
            .updateTable("authorizationRequests")
            .where("userId", "=", userId)
            .where("clientId", "=", clientId)
            .where("status", "=", "approved")
            .set({ status: "denied", decidedAt: now })
            .executeTakeFirst();
          const gone = own.numDeletedRows + ended.numUpdatedRows + codes.numUpdatedRows + denied + again;
          if (gone === 0n) return false;
          await writeAudit(trx, audit);
          return true;
        }),
      ),

    changeName: (by, displayName, audit) =>
      db.transaction().execute(async (trx) => {
        const user = await check(trx, by);
        if (!user) return "refused";
        if (user.displayName === displayName) return false;
        await trx.updateTable("users").where("id", "=", by.userId).set({ displayName }).execute();
        await writeAudit(trx, audit);
        return true;
      }),

    async listBrowsers(userId, now) {
      const rows = await db
        .selectFrom("sessions")
        .where("userId", "=", userId)
        .where("expiresAt", ">", now)
        .where((where) => where.or([where("idleExpiresAt", "is", null), where("idleExpiresAt", ">", now)]))
        .select(["methods", "createdAt", "expiresAt"])
        .orderBy("createdAt", "desc")
        .execute();
      return rows.map(({ methods, ...row }) => ({ methods: JSON.parse(methods), ...row }));
    },

    delete: (by, mail, audit) =>
      undoable<AccountDeleted>(() =>
        db.transaction().execute(async (trx) => {
          const outcome = await deletion(trx, by.userId, by.now, {
            last: "kept",
            // With the user's row locked: a change of the address comes before this or after it, and then finds no user.
            async mayGo(): Promise<void> {
              if (!(await check(trx, by, { grave: true }))) throw new Undo<AccountDeleted>({ outcome: "refused" });
              const { until } = await trx
                .selectFrom("emailChanges")
                .where("userId", "=", by.userId)
                .where("undoneAt", "is", null)
                .where("expiresAt", ">", by.now)
                .select(({ fn }) => fn.max<number | null>("expiresAt").as("until"))
                .executeTakeFirstOrThrow();
              if (until !== null) throw new Undo<AccountDeleted>({ outcome: "kept", until: Number(until) });
            },
          });
          if (outcome === "last_administrator") throw new Undo<AccountDeleted>({ outcome: "last_administrator" });
          await enqueueMail(trx, mail);
          await writeAudit(trx, audit);
          return { outcome: "done" };
        }),
      ),
  };
}

/** Before the user's row is locked, in the same order as redemption, and again after it: one may have been approved. */
async function withdrawApprovalsOf(
  trx: Connection,
  of: { userId: string; clientId: string },
  now: number,
): Promise<bigint> {
  const denied = await trx
    .updateTable("deviceGrants")
    .where("userId", "=", of.userId)
    .where("clientId", "=", of.clientId)
    .where("status", "=", "approved")
    .set({ status: "denied", denialReason: "withdrawn", decidedAt: now })
    .executeTakeFirst();
  return denied.numUpdatedRows;
}
