import type { Selectable } from "kysely";
import type { Policy, UserFlow } from "../../directory/user-flow.ts";
import type { Connection, Database } from "../engine/database.ts";
import { isUniqueViolation } from "../engine/retry.ts";
import type { Tables } from "../migrations/tables.ts";
import type { DirectoryStore } from "../store.ts";
import { lockingDemands } from "./demand-locks.ts";

type UserFlowVerbs = Pick<
  DirectoryStore,
  "findUserFlow" | "listUserFlows" | "putUserFlow" | "deleteUserFlow" | "listPolicies" | "putPolicy" | "deletePolicy"
>;

/** Graph's own ("Create authenticationEventsFlow"). */
export const DEFAULT_PRIORITY = 500;

export function userFlowVerbs(database: Database): UserFlowVerbs {
  const { db } = database;
  const lock = lockingDemands(database);
  return {
    async findUserFlow(id) {
      const row = await db.selectFrom("userFlows").where("id", "=", id).selectAll().executeTakeFirst();
      return row && toUserFlow(row);
    },

    async listUserFlows() {
      const rows = await db.selectFrom("userFlows").selectAll().orderBy("createdAt").orderBy("name").execute();
      return rows.map(toUserFlow);
    },

    async putUserFlow(flow) {
      const { id, ...values } = toUserFlowRow(flow);
      try {
        await db.transaction().execute(async (trx) => {
          await lock.apps(trx);
          await trx
            .insertInto("userFlows")
            .values({ id, ...values })
            .onConflict((conflict) => conflict.column("id").doUpdateSet(values))
            .execute();
        });
        return true;
      } catch (error) {
        if (isUniqueViolation(error)) return false;
        throw error;
      }
    },

    deleteUserFlow: (id) => db.transaction().execute((trx) => deleteUserFlow(trx, id)),

    async listPolicies() {
      const rows = await db.selectFrom("policies").selectAll().orderBy("createdAt").orderBy("name").execute();
      return rows.map(toPolicy);
    },

    async putPolicy(policy) {
      const { id, ...values } = toPolicyRow(policy);
      await db.transaction().execute(async (trx) => {
        await lock.apps(trx);
        await trx
          .insertInto("policies")
          .values({ id, ...values })
          .onConflict((conflict) => conflict.column("id").doUpdateSet(values))
          .execute();
      });
    },

    async deletePolicy(id) {
      const gone = await db.deleteFrom("policies").where("id", "=", id).returning("id").executeTakeFirst();
      return gone !== undefined;
    },
  };
}

export async function deleteUserFlow(trx: Connection, id: string): Promise<boolean> {
  const gone = await trx.deleteFrom("userFlows").where("id", "=", id).returning("id").executeTakeFirst();
  if (!gone) return false;
  await trx.updateTable("apps").where("userFlowId", "=", id).set({ userFlowId: null }).execute();
  return true;
}

export function toUserFlow({ description, priority, ...row }: Selectable<Tables["userFlows"]>): UserFlow {
  return {
    ...row,
    // Left out where nobody set them, as a flow of the TypeScript API has them.
    ...(description === null ? {} : { description }),
    ...(priority === DEFAULT_PRIORITY ? {} : { priority }),
    signUpAllowed: row.signUpAllowed === 1,
    methods: JSON.parse(row.methods),
    mfaRequired: row.mfaRequired === 1,
    mfaMethods: JSON.parse(row.mfaMethods),
    attributes: JSON.parse(row.attributes),
    termsOfUse: row.termsOfUse === null ? null : JSON.parse(row.termsOfUse),
  };
}

export function toUserFlowRow(flow: UserFlow): Tables["userFlows"] {
  return {
    ...flow,
    description: flow.description ?? null,
    priority: flow.priority ?? DEFAULT_PRIORITY,
    signUpAllowed: flow.signUpAllowed ? 1 : 0,
    methods: JSON.stringify(flow.methods),
    mfaRequired: flow.mfaRequired ? 1 : 0,
    mfaMethods: JSON.stringify(flow.mfaMethods),
    attributes: JSON.stringify(flow.attributes),
    termsOfUse: flow.termsOfUse === null ? null : JSON.stringify(flow.termsOfUse),
  };
}

export function toPolicy(row: Selectable<Tables["policies"]>): Policy {
  return {
    ...row,
    enabled: row.enabled === 1,
    clientIds: row.clientIds === null ? null : JSON.parse(row.clientIds),
    groupIds: row.groupIds === null ? null : JSON.parse(row.groupIds),
    excludedUserIds: JSON.parse(row.excludedUserIds),
  };
}

export function toPolicyRow(policy: Policy): Tables["policies"] {
  const list = (ids: string[] | null) => (ids === null ? null : JSON.stringify(ids));
  return {
    ...policy,
    enabled: policy.enabled ? 1 : 0,
    clientIds: list(policy.clientIds),
    groupIds: list(policy.groupIds),
    excludedUserIds: JSON.stringify(policy.excludedUserIds),
  };
}
