import { type Selectable, sql } from "kysely";
import {
  ACCOUNT_FLOW_SETTING,
  type CustomAttribute,
  SIGN_UP_SETTING,
  type UserFlow,
} from "../../directory/user-flow.ts";
import type { Connection, Database } from "../engine/database.ts";
import { isUniqueViolation } from "../engine/retry.ts";
import type { Tables } from "../migrations/tables.ts";
import type { AppLink, DirectoryReader, FlowOutcome, ManagedFlows } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { lockingDemands } from "./demand-locks.ts";

/** Graph's default ("Create authenticationEventsFlow"). */
export const DEFAULT_PRIORITY = 500;

export function userFlowVerbs({ db }: Database): Pick<DirectoryReader, "findUserFlow" | "listUserFlows"> {
  return {
    async findUserFlow(id) {
      const row = await db.selectFrom("userFlows").where("id", "=", id).selectAll().executeTakeFirst();
      return row && toUserFlow(row);
    },

    async listUserFlows() {
      const rows = await db.selectFrom("userFlows").selectAll().orderBy("createdAt").orderBy("name").execute();
      return rows.map(toUserFlow);
    },
  };
}

/** Rolls back what a transaction has written so far, and becomes its result. */
class Refusal<Outcome> {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    this.outcome = outcome;
  }
}

async function orRefusal<Outcome>(work: Promise<Outcome>): Promise<Outcome> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal) return error.outcome;
    throw error;
  }
}

export function managedFlows(database: Database): ManagedFlows {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const lock = lockingDemands(database);

  /** Locked until the end, so that no attribute is deleted while a flow starts to ask for it. */
  const attributesStand = async (trx: Connection, ids: string[]): Promise<boolean> => {
    if (ids.length === 0) return true;
    const found = await trx
      .selectFrom("userFlowAttributes")
      .where("id", "in", ids)
      .select("id")
      .$if(locksRows, (query) => query.forShare())
      .execute();
    return found.length === ids.length;
  };

  const link = async (trx: Connection, id: string, clientId: string): Promise<"done" | AppLink> => {
    const registration = await trx
      .selectFrom("clientIds")
      .where("clientId", "=", clientId)
      .where("kind", "=", "app")
      .where("servicePrincipalId", "is not", null)
      .select("clientId")
      .executeTakeFirst();
    if (!registration) return "app_unknown";
    const linked = await trx
      .updateTable("apps")
      .where("clientId", "=", clientId)
      .where("userFlowId", "is", null)
      .set({ userFlowId: id })
      .returning("clientId")
      .executeTakeFirst();
    if (linked) return "done";
    const app = await trx.selectFrom("apps").where("clientId", "=", clientId).select("userFlowId").executeTakeFirst();
    if (!app) return "app_unknown";
    return app.userFlowId === id ? "app_linked" : "app_elsewhere";
  };

  const changeRow = async (
    trx: Connection,
    id: string,
    change: (before: UserFlow) => UserFlow,
  ): Promise<"done" | "attribute" | "unknown"> => {
    const row = await trx
      .selectFrom("userFlows")
      .where("id", "=", id)
      .selectAll()
      .$if(locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
    if (!row) return "unknown";
    const before = toUserFlow(row);
    const after = change(before);
    const had = new Set(customIds(before));
    const added = customIds(after).filter((each) => !had.has(each));
    if (!(await attributesStand(trx, added))) return "attribute";
    const { id: _id, createdAt: _createdAt, ...values } = toUserFlowRow(after);
    await trx.updateTable("userFlows").where("id", "=", id).set(values).execute();
    return "done";
  };

  const orNameTaken = async <Outcome>(work: Promise<Outcome>): Promise<Outcome | "name_taken"> => {
    try {
      return await work;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // The row with the conflicting name may be part of the same group commit (group-commit.ts). It is visible once
      // this call returns.
      await db.transaction().execute((trx) => sql`select 1`.execute(trx));
      return "name_taken";
    }
  };

  return {
    insert: (flow, apps, audit) =>
      orNameTaken(
        orRefusal<FlowOutcome | AppLink>(
          db.transaction().execute(async (trx) => {
            await lock.apps(trx);
            if (!(await attributesStand(trx, customIds(flow)))) return "attribute";
            await trx.insertInto("userFlows").values(toUserFlowRow(flow)).execute();
            for (const clientId of apps) {
              const linked = await link(trx, flow.id, clientId);
              if (linked !== "done") throw new Refusal(linked);
            }
            await writeAudit(trx, audit);
            return "done";
          }),
        ),
      ),

    change: (id, change, audit) =>
      orNameTaken(
        db.transaction().execute(async (trx): Promise<FlowOutcome> => {
          await lock.apps(trx);
          const outcome = await changeRow(trx, id, change);
          if (outcome === "done") await writeAudit(trx, audit);
          return outcome;
        }),
      ),

    put: (flow, attributes, audit) =>
      orNameTaken(
        orRefusal<Exclude<FlowOutcome, "unknown">>(
          db.transaction().execute(async (trx): Promise<"done"> => {
            await lock.apps(trx);
            for (const attribute of attributes) {
              if (await insertAttribute(trx, attribute)) await writeAudit(trx, audit.attribute(attribute));
            }
            const changed = await changeRow(trx, flow.id, () => flow);
            if (changed === "attribute") throw new Refusal(changed);
            if (changed === "done") {
              await writeAudit(trx, audit.changed);
              return "done";
            }
            if (!(await attributesStand(trx, customIds(flow)))) throw new Refusal("attribute");
            await trx.insertInto("userFlows").values(toUserFlowRow(flow)).execute();
            await writeAudit(trx, audit.created);
            return "done";
          }),
        ),
      ),

    delete: (id, audit) =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom("userFlows")
          .where("id", "=", id)
          .select("id")
          .$if(locksRows, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!row) return "unknown";
        // Read after the row is locked: a new user of the flow waits, and then does not find it.
        const apps = await trx.selectFrom("apps").where("userFlowId", "=", id).select("name").orderBy("name").execute();
        const setting = trx.selectFrom("settings").where("name", "=", ACCOUNT_FLOW_SETTING).select("value");
        const usedBy = apps.map(({ name }) => name);
        if ((await setting.executeTakeFirst())?.value === id) usedBy.push("the account page");
        if (usedBy.length > 0) return { usedBy };
        await trx.deleteFrom("userFlows").where("id", "=", id).execute();
        await writeAudit(trx, audit);
        return "deleted";
      }),

    changeSettings: ({ signUpAllowed, accountUserFlowId }, audit) =>
      db.transaction().execute(async (trx) => {
        // Concurrent token issuance waits, or this call waits for it: the command line's app has the account page's
        // user flow.
        await lock.apps(trx);
        if (typeof accountUserFlowId === "string") {
          const flow = await trx
            .selectFrom("userFlows")
            .where("id", "=", accountUserFlowId)
            .select("id")
            .$if(locksRows, (query) => query.forShare())
            .executeTakeFirst();
          if (!flow) return "unknown";
        }
        const put = (name: string, value: string) =>
          trx
            .insertInto("settings")
            .values({ name, value })
            .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
            .execute();
        if (signUpAllowed !== undefined) await put(SIGN_UP_SETTING, signUpAllowed ? "on" : "off");
        if (accountUserFlowId !== undefined) await put(ACCOUNT_FLOW_SETTING, accountUserFlowId ?? "");
        await writeAudit(trx, audit);
        return "done";
      }),

    link: (id, clientId, audit) =>
      orRefusal<"done" | "unknown" | AppLink>(
        db.transaction().execute(async (trx) => {
          const linked = await link(trx, id, clientId);
          // After the app, in the same order as other writers that change what flows require.
          const flow = await trx
            .selectFrom("userFlows")
            .where("id", "=", id)
            .select("id")
            .$if(locksRows, (query) => query.forShare())
            .executeTakeFirst();
          if (!flow) throw new Refusal("unknown");
          if (linked === "done") await writeAudit(trx, audit);
          return linked;
        }),
      ),

    unlink: (id, clientId, audit) =>
      db.transaction().execute(async (trx) => {
        const unlinked = await trx
          .updateTable("apps")
          .where("clientId", "=", clientId)
          .where("userFlowId", "=", id)
          .set({ userFlowId: null })
          .returning("clientId")
          .executeTakeFirst();
        if (!unlinked) return false;
        await writeAudit(trx, audit);
        return true;
      }),

    listAttributes: () => db.selectFrom("userFlowAttributes").selectAll().orderBy("id").execute(),

    insertAttribute: (attribute, audit) =>
      db.transaction().execute(async (trx) => {
        const inserted = await insertAttribute(trx, attribute);
        if (inserted) await writeAudit(trx, audit);
        return inserted;
      }),

    changeAttribute: (id, description, audit) =>
      db.transaction().execute(async (trx) => {
        const changed = await trx
          .updateTable("userFlowAttributes")
          .where("id", "=", id)
          .set({ description })
          .returning("id")
          .executeTakeFirst();
        if (!changed) return false;
        await writeAudit(trx, audit);
        return true;
      }),

    deleteAttribute: (id, audit) =>
      orRefusal<"deleted" | "unknown" | "in_use">(
        db.transaction().execute(async (trx) => {
          const gone = await trx
            .deleteFrom("userFlowAttributes")
            .where("id", "=", id)
            .returning("id")
            .executeTakeFirst();
          if (!gone) return "unknown";
          // Read after the row is locked: a flow that starts to ask for it from now on does not find it.
          const flows = (await trx.selectFrom("userFlows").selectAll().execute()).map(toUserFlow);
          if (flows.some((flow) => asksFor(flow, id))) throw new Refusal("in_use");
          await writeAudit(trx, audit);
          return "deleted";
        }),
      ),
  };
}

function customIds(flow: UserFlow): string[] {
  return [...new Set(flow.attributes.map(({ id }) => id).filter((id) => id.startsWith("extension_")))];
}

/** Terms of use are requested by an attribute of that name (graph/user-flows/user-flow-body.ts). */
function asksFor(flow: UserFlow, id: string): boolean {
  return customIds(flow).includes(id) || (flow.termsOfUse !== null && /^extension_[0-9a-f]{32}_TermsOfUse$/.test(id));
}

async function insertAttribute(trx: Connection, attribute: CustomAttribute): Promise<boolean> {
  const { numInsertedOrUpdatedRows: rows = 0n } = await trx
    .insertInto("userFlowAttributes")
    .values(attribute)
    .onConflict((conflict) => conflict.column("id").doNothing())
    .executeTakeFirst();
  return rows > 0n;
}

export function toUserFlow({ description, priority, ...row }: Selectable<Tables["userFlows"]>): UserFlow {
  return {
    ...row,
    // Omitted if never set, as in a flow from the TypeScript API.
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

function toUserFlowRow(flow: UserFlow): Tables["userFlows"] {
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
