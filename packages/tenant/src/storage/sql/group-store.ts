import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import { isForeignKeyViolation } from "../engine/retry.ts";
import type { DirectoryStore } from "../store.ts";
import { lockingDemands } from "./demand-locks.ts";
import { forgettingInPolicies } from "./policy-mentions.ts";

type GroupVerbs = Pick<
  DirectoryStore,
  | "listGroups"
  | "putGroup"
  | "deleteGroup"
  | "addGroupMember"
  | "removeGroupMember"
  | "groupsOf"
  | "assign"
  | "unassign"
  | "assignmentsOf"
>;

export function groupVerbs(database: Database): GroupVerbs {
  const { db } = database;
  const lock = lockingDemands(database);
  const groups = prepared((by: { userId: string }) =>
    db.selectFrom("groupMembers").where("userId", "=", by.userId).select("groupId").orderBy("groupId"),
  );
  return {
    listGroups: () =>
      db.selectFrom("userGroups").select(["id", "name", "createdAt"]).orderBy("name").orderBy("id").execute(),

    async putGroup(group) {
      const { id, ...values } = group;
      await db
        .insertInto("userGroups")
        .values({ id, ...values, uniqueName: null, description: null, mailNickname: null })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(values))
        .execute();
    },

    deleteGroup: (id) => db.transaction().execute((trx) => deleteGroup(database, trx, id)),

    async addGroupMember(groupId, userId) {
      try {
        await db.transaction().execute(async (trx) => {
          await lock.user(trx, userId);
          await trx
            .insertInto("groupMembers")
            .values({ groupId, userId })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        });
        return true;
      } catch (error) {
        if (isForeignKeyViolation(error)) return false;
        throw error;
      }
    },

    async removeGroupMember(groupId, userId) {
      await db.deleteFrom("groupMembers").where("groupId", "=", groupId).where("userId", "=", userId).execute();
    },

    groupsOf: async (userId) => (await groups(db, { userId })).map((row) => row.groupId),

    async assign(clientId, principalId) {
      await db
        .insertInto("appAssignments")
        .values({ clientId, principalId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async unassign(clientId, principalId) {
      await db
        .deleteFrom("appAssignments")
        .where("clientId", "=", clientId)
        .where("principalId", "=", principalId)
        .execute();
    },

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

export async function deleteGroup(database: Database, trx: Connection, id: string): Promise<boolean> {
  const gone = await trx.deleteFrom("userGroups").where("id", "=", id).returning("id").executeTakeFirst();
  if (!gone) return false;
  await trx.deleteFrom("appAssignments").where("principalId", "=", id).execute();
  await trx.deleteFrom("roleAssignments").where("userId", "=", id).execute();
  await forgettingInPolicies(database)(trx, "groupIds", id);
  return true;
}
