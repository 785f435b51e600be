import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { DirectoryReader, ManagedGroups } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { lockingDemands } from "./demand-locks.ts";
import { forgettingInPolicies } from "./policy-store.ts";
import { toUser } from "./user-list.ts";

type GroupVerbs = Pick<DirectoryReader, "listGroups" | "groupsOf" | "assignmentsOf">;

export function groupVerbs(database: Database): GroupVerbs {
  const { db } = database;
  const groups = prepared((by: { userId: string }) =>
    db.selectFrom("groupMembers").where("userId", "=", by.userId).select("groupId").orderBy("groupId"),
  );
  return {
    listGroups: () =>
      db.selectFrom("userGroups").select(["id", "name", "createdAt"]).orderBy("name").orderBy("id").execute(),

    groupsOf: async (userId) => (await groups(db, { userId })).map((row) => row.groupId),

    async assignmentsOf(clientId) {
      const rows = await db
        .selectFrom("appAssignments")
        .where("clientId", "=", clientId)
        .select("principalId")
        .orderBy("principalId")
        .execute();
      return rows.map((row) => row.principalId);
    },
  };
}

export function managedGroups(database: Database): ManagedGroups {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const lock = lockingDemands(database);
  return {
    list: () => db.selectFrom("userGroups").selectAll().orderBy("id").execute(),

    find(key) {
      const [column, value] = Object.entries(key)[0] as ["id" | "uniqueName", string];
      return db.selectFrom("userGroups").where(column, "=", value).selectAll().executeTakeFirst();
    },

    insert: (group, audit) =>
      db.transaction().execute(async (trx) => {
        const { numInsertedOrUpdatedRows: rows = 0n } = await trx
          .insertInto("userGroups")
          .values(group)
          .onConflict((conflict) => conflict.column("uniqueName").doNothing())
          .executeTakeFirst();
        if (rows === 0n) return false;
        await writeAudit(trx, audit);
        return true;
      }),

    change: (id, change, audit) =>
      db.transaction().execute(async (trx) => {
        const before = await trx
          .selectFrom("userGroups")
          .where("id", "=", id)
          .selectAll()
          .$if(locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!before) return "unknown";
        const { name, description, mailNickname } = change(before);
        await trx.updateTable("userGroups").where("id", "=", id).set({ name, description, mailNickname }).execute();
        await writeAudit(trx, audit);
        return "changed";
      }),

    delete: (id, audit) =>
      db.transaction().execute(async (trx) => {
        const gone = await deleteGroup(database, trx, id);
        if (gone) await writeAudit(trx, audit);
        return gone;
      }),

    async members(id) {
      const rows = await db
        .selectFrom("groupMembers")
        .innerJoin("users", "users.id", "groupMembers.userId")
        .where("groupMembers.groupId", "=", id)
        .selectAll("users")
        .orderBy("users.id")
        .execute();
      return rows.map(toUser);
    },

    addMember: (groupId, userId, audit) =>
      db.transaction().execute(async (trx) => {
        // Adding a member may add a requirement for a second factor (demand-locks.ts).
        await lock.user(trx, userId);
        const user = await trx.selectFrom("users").where("id", "=", userId).select("id").executeTakeFirst();
        if (!user) return "unknown_user";
        const group = await trx
          .selectFrom("userGroups")
          .where("id", "=", groupId)
          .select("id")
          .$if(locksRows, (query) => query.forShare())
          .executeTakeFirst();
        if (!group) return "unknown_group";
        const { numInsertedOrUpdatedRows: rows = 0n } = await trx
          .insertInto("groupMembers")
          .values({ groupId, userId })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (rows === 0n) return "exists";
        await writeAudit(trx, audit);
        return "added";
      }),

    removeMember: (groupId, userId, audit) =>
      db.transaction().execute(async (trx) => {
        const gone = await trx
          .deleteFrom("groupMembers")
          .where("groupId", "=", groupId)
          .where("userId", "=", userId)
          .executeTakeFirst();
        if (gone.numDeletedRows === 0n) return false;
        await writeAudit(trx, audit);
        return true;
      }),
  };
}

async function deleteGroup(database: Database, trx: Connection, id: string): Promise<boolean> {
  const gone = await trx.deleteFrom("userGroups").where("id", "=", id).returning("id").executeTakeFirst();
  if (!gone) return false;
  await trx.deleteFrom("appAssignments").where("principalId", "=", id).execute();
  await trx.deleteFrom("roleAssignments").where("userId", "=", id).execute();
  await forgettingInPolicies(database)(trx, "groupIds", id);
  return true;
}
