import type { Selectable } from "kysely";
import type { Policy } from "../../directory/user-flow.ts";
import type { Connection, Database } from "../engine/database.ts";
import type { Tables } from "../migrations/tables.ts";
import type { DirectoryReader, ManagedPolicies, UnknownMention } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { lockingDemands } from "./demand-locks.ts";

export function policyVerbs({ db }: Database): Pick<DirectoryReader, "listPolicies"> {
  return {
    async listPolicies() {
      const rows = await db.selectFrom("policies").selectAll().orderBy("createdAt").orderBy("name").execute();
      return rows.map(toPolicy);
    },
  };
}

export function managedPolicies(database: Database): ManagedPolicies {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const lock = lockingDemands(database);

  /**
   * Names that the policy adds. The rows are locked until the end, so that none is deleted meanwhile. Apps are already
   * locked.
   */
  const unknownMention = async (
    trx: Connection,
    policy: Policy,
    before?: Policy,
  ): Promise<UnknownMention | undefined> => {
    const rows = {
      clientIds: (ids: string[]) =>
        trx.selectFrom("apps").where("clientId", "in", ids).select("clientId as id").execute(),
      groupIds: (ids: string[]) => held(trx.selectFrom("userGroups").where("id", "in", ids).select("id")).execute(),
      excludedUserIds: (ids: string[]) => held(trx.selectFrom("users").where("id", "in", ids).select("id")).execute(),
    };
    const held = <Query extends { forShare(): Query }>(query: Query) => (locksRows ? query.forShare() : query);
    for (const list of ["clientIds", "groupIds", "excludedUserIds"] as const) {
      const ids = (policy[list] ?? []).filter((id) => !before?.[list]?.includes(id));
      if (ids.length === 0) continue;
      const found = new Set((await rows[list](ids)).map(({ id }) => id));
      const id = ids.find((each) => !found.has(each));
      if (id !== undefined) return { list, id };
    }
    return undefined;
  };

  const insertRow = async (trx: Connection, policy: Policy): Promise<UnknownMention | undefined> => {
    const unknown = await unknownMention(trx, policy);
    if (!unknown) await trx.insertInto("policies").values(toPolicyRow(policy)).execute();
    return unknown;
  };
  const changeRow = async (
    trx: Connection,
    id: string,
    change: (before: Policy) => Policy,
  ): Promise<"changed" | "unknown" | UnknownMention> => {
    const row = await trx
      .selectFrom("policies")
      .where("id", "=", id)
      .selectAll()
      .$if(locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
    if (!row) return "unknown";
    const before = toPolicy(row);
    const after = change(before);
    const unknown = await unknownMention(trx, after, before);
    if (unknown) return unknown;
    const { id: _id, createdAt: _createdAt, ...values } = toPolicyRow(after);
    await trx.updateTable("policies").where("id", "=", id).set(values).execute();
    return "changed";
  };

  return {
    insert: (policy, audit) =>
      db.transaction().execute(async (trx) => {
        await lock.apps(trx);
        const unknown = await insertRow(trx, policy);
        if (unknown) return unknown;
        await writeAudit(trx, audit);
        return "inserted";
      }),

    change: (id, change, audit) =>
      db.transaction().execute(async (trx) => {
        await lock.apps(trx);
        const outcome = await changeRow(trx, id, change);
        if (outcome === "changed") await writeAudit(trx, audit);
        return outcome;
      }),

    put: (policy, audit) =>
      db.transaction().execute(async (trx) => {
        await lock.apps(trx);
        const changed = await changeRow(trx, policy.id, () => policy);
        const unknown = changed === "unknown" ? await insertRow(trx, policy) : undefined;
        if (unknown) return unknown;
        if (typeof changed === "object") return changed;
        await writeAudit(trx, changed === "changed" ? audit.changed : audit.created);
        return "done";
      }),

    delete: (id, audit) =>
      db.transaction().execute(async (trx) => {
        const gone = await trx.deleteFrom("policies").where("id", "=", id).returning("id").executeTakeFirst();
        if (gone) await writeAudit(trx, audit);
        return gone !== undefined;
      }),
  };
}

/**
 * Removes the deleted object from every policy that names it, in the same transaction, because Graph refuses a policy
 * that names something that does not exist. A policy that named nothing else then applies to nothing, never to
 * everything.
 */
export function forgettingInPolicies({ locksRows }: Pick<Database, "locksRows">) {
  return async (trx: Connection, list: "clientIds" | "groupIds" | "excludedUserIds", id: string): Promise<void> => {
    const rows = await trx
      .selectFrom("policies")
      .selectAll()
      .orderBy("id")
      .$if(locksRows, (query) => query.forUpdate())
      .execute();
    for (const before of rows.map(toPolicy)) {
      if (!before[list]?.includes(id)) continue;
      const policy: Policy = { ...before, [list]: before[list].filter((each) => each !== id) };
      await trx
        .updateTable("policies")
        .where("id", "=", policy.id)
        .set({ [list]: toPolicyRow(policy)[list] })
        .execute();
    }
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

function toPolicyRow(policy: Policy): Tables["policies"] {
  const list = (ids: string[] | null) => (ids === null ? null : JSON.stringify(ids));
  return {
    ...policy,
    enabled: policy.enabled ? 1 : 0,
    clientIds: list(policy.clientIds),
    groupIds: list(policy.groupIds),
    excludedUserIds: JSON.stringify(policy.excludedUserIds),
  };
}
