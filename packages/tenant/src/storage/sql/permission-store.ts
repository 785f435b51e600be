import type { Consent } from "../../directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import { announced, type Connection, type Database } from "../engine/database.ts";
import type { ConsentKey, PermissionStore, RoleAssignment } from "../store.ts";
import { REGISTRATIONS_TOPIC } from "./accepted-scopes.ts";
import { auditWriter } from "./audit-store.ts";
import { ADMINISTRATOR } from "./consent-store.ts";

export function permissionStore(database: Database): PermissionStore {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);

  const read = async (on: Connection, of: Partial<ConsentKey>): Promise<Consent[]> => {
    const rows = await on
      .selectFrom("consents")
      .$if(of.clientId !== undefined, (query) => query.where("clientId", "=", of.clientId as string))
      .$if(of.userId !== undefined, (query) => query.where("userId", "=", of.userId ?? ADMINISTRATOR))
      .$if(of.resourceId !== undefined, (query) => query.where("resourceId", "=", of.resourceId as string))
      .selectAll()
      .orderBy("clientId")
      .orderBy("userId")
      .orderBy("resourceId")
      .orderBy("scope")
      .execute();
    const consents = new Map<string, Consent>();
    for (const { scope, userId, ...row } of rows) {
      const key = `${row.clientId} ${userId} ${row.resourceId}`;
      const consent = consents.get(key);
      if (consent) consent.scopes.push(scope);
      else consents.set(key, { ...row, userId: userId === ADMINISTRATOR ? null : userId, scopes: [scope] });
    }
    return [...consents.values()];
  };

  /** Locks the app's row while a whole consent is written, so that two never mix. */
  const lockClient = async (trx: Connection, clientId: string): Promise<boolean> => {
    const client = await trx
      .selectFrom("clientIds")
      .where("clientId", "=", clientId)
      .where("kind", "=", "app")
      .select("clientId")
      .$if(locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
    return client !== undefined;
  };

  const remove = async (trx: Connection, { clientId, userId, resourceId }: ConsentKey): Promise<boolean> => {
    const gone = await trx
      .deleteFrom("consents")
      .where("clientId", "=", clientId)
      .where("userId", "=", userId ?? ADMINISTRATOR)
      .where("resourceId", "=", resourceId)
      .executeTakeFirst();
    return gone.numDeletedRows > 0n;
  };

  const put = (trx: Connection, { clientId, userId, resourceId, scopes }: Consent) =>
    trx
      .insertInto("consents")
      .values(scopes.map((scope) => ({ clientId, userId: userId ?? ADMINISTRATOR, resourceId, scope })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();

  /** Locked until the end, so that nothing is assigned to a principal whose deletion was just confirmed. */
  const principalExists = async (trx: Connection, id: string): Promise<boolean> => {
    for (const table of ["users", "userGroups"] as const) {
      const found = await trx
        .selectFrom(table)
        .where("id", "=", id)
        .select("id")
        .$if(locksRows, (query) => query.forShare())
        .executeTakeFirst();
      if (found) return true;
    }
    const app = await trx
      .selectFrom("clientIds")
      .where("servicePrincipalId", "=", id)
      .where("kind", "=", "app")
      .select("clientId")
      .$if(locksRows, (query) => query.forShare())
      .executeTakeFirst();
    return app !== undefined;
  };

  const resourceExists = async (trx: Connection, clientId: string): Promise<boolean> => {
    if (clientId === GRAPH_RESOURCE_ID) return true;
    const resource = await trx
      .selectFrom("clientIds")
      .where("clientId", "=", clientId)
      .select("clientId")
      .$if(locksRows, (query) => query.forShare())
      .executeTakeFirst();
    return resource !== undefined;
  };

  return {
    listConsents: (of) => read(db, of ?? {}),
    findConsent: async (key) => (await read(db, key))[0],

    insertConsent: (consent, audit) =>
      db.transaction().execute(async (trx) => {
        if (!(await lockClient(trx, consent.clientId))) return "unknown";
        const { clientId, userId, resourceId } = consent;
        if ((await read(trx, { clientId, userId, resourceId })).length > 0) return "exists";
        await put(trx, consent);
        await writeAudit(trx, audit);
        return "inserted";
      }),

    replaceConsent: (consent, audit) =>
      announced(database, async (trx, changed) => {
        if (!(await lockClient(trx, consent.clientId))) return false;
        if (!(await remove(trx, consent))) return false;
        await put(trx, consent);
        await writeAudit(trx, audit);
        announce(consent, changed);
        return true;
      }),

    putConsent: (consent, audit) =>
      announced(database, async (trx, changed) => {
        if (!(await lockClient(trx, consent.clientId))) return "unknown";
        const outcome = (await remove(trx, consent)) ? "replaced" : "inserted";
        await put(trx, consent);
        await writeAudit(trx, audit[outcome]);
        announce(consent, changed);
        return outcome;
      }),

    deleteConsent: (key, audit) =>
      announced(database, async (trx, changed) => {
        await lockClient(trx, key.clientId);
        const gone = await remove(trx, key);
        if (gone) await writeAudit(trx, audit);
        announce(key, changed);
        return gone;
      }),

    async assignmentsAt(clientId) {
      const [roles, plain] = await Promise.all([
        db
          .selectFrom("roleAssignments")
          .where("apiClientId", "=", clientId)
          .select(["roleValue", "userId as principalId"])
          .orderBy("roleValue")
          .orderBy("userId")
          .execute(),
        db
          .selectFrom("appAssignments")
          .where("clientId", "=", clientId)
          .select("principalId")
          .orderBy("principalId")
          .execute(),
      ]);
      return [
        ...plain.map(({ principalId }) => ({ clientId, roleValue: null, principalId })),
        ...roles.map((role) => ({ clientId, ...role })),
      ];
    },

    assign: (assignment, audit) =>
      db.transaction().execute(async (trx) => {
        const { clientId, roleValue, principalId } = assignment;
        if (!(await principalExists(trx, principalId))) return "unknown_principal";
        if (!(await resourceExists(trx, clientId))) return "unknown_resource";
        const inserted =
          roleValue === null
            ? trx.insertInto("appAssignments").values({ clientId, principalId })
            : trx.insertInto("roleAssignments").values({ apiClientId: clientId, roleValue, userId: principalId });
        const { numInsertedOrUpdatedRows: rows = 0n } = await inserted
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (rows === 0n) return "exists";
        await writeAudit(trx, audit);
        return "assigned";
      }),

    unassign: (assignment, audit) =>
      db.transaction().execute(async (trx) => {
        const gone = await deletionOf(trx, assignment).executeTakeFirst();
        if (gone.numDeletedRows === 0n) return false;
        await writeAudit(trx, audit);
        return true;
      }),
  };
}

/** A user's own consent decides nothing before that user signs in. */
function announce({ userId }: Pick<ConsentKey, "userId">, changed: (topic: string) => void): void {
  if (userId === null) changed(REGISTRATIONS_TOPIC);
}

function deletionOf(trx: Connection, { clientId, roleValue, principalId }: RoleAssignment) {
  if (roleValue === null) {
    return trx.deleteFrom("appAssignments").where("clientId", "=", clientId).where("principalId", "=", principalId);
  }
  return trx
    .deleteFrom("roleAssignments")
    .where("apiClientId", "=", clientId)
    .where("roleValue", "=", roleValue)
    .where("userId", "=", principalId);
}
