import { MAX_CERTIFICATES } from "../../directory/app-certificate.ts";
import { MAX_SECRETS } from "../../directory/app-secret.ts";
import { GRAPH_RESOURCE_ID } from "../../directory/scopes.ts";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { CredentialStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";

export function credentialStore(database: Database): CredentialStore {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);
  const certificates = prepared((by: { clientId: string }) =>
    db
      .selectFrom("appCertificates")
      .where("clientId", "=", by.clientId)
      .selectAll()
      .orderBy("createdAt")
      .orderBy("keyId"),
  );

  const secrets = prepared((by: { clientId: string }) =>
    db.selectFrom("appSecrets").where("clientId", "=", by.clientId).selectAll().orderBy("startsAt").orderBy("keyId"),
  );

  /** Locks the app's row, so that of two concurrent additions the second counts the first. */
  const appIsThere = async (trx: Connection, clientId: string): Promise<boolean> => {
    const app = await trx
      .selectFrom("apps")
      .where("clientId", "=", clientId)
      .select("clientId")
      .$if(locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
    return app !== undefined;
  };

  /** The app's service principal. An app registered through Graph has none until one is created. */
  const principalOf = async (trx: Connection, clientId: string, otherwise: string): Promise<string> => {
    await trx
      .updateTable("clientIds")
      .where("clientId", "=", clientId)
      .where("servicePrincipalId", "is", null)
      .set({ servicePrincipalId: otherwise })
      .execute();
    const { servicePrincipalId } = await trx
      .selectFrom("clientIds")
      .where("clientId", "=", clientId)
      .select("servicePrincipalId")
      .executeTakeFirstOrThrow();
    return servicePrincipalId as string;
  };

  return {
    certificatesOf: async (clientId) => [...(await certificates(db, { clientId }))],

    secretsOf: async (clientId) => [...(await secrets(db, { clientId }))],

    addCertificate: (certificate, { roles, servicePrincipalId }, audit) =>
      db.transaction().execute(async (trx) => {
        const { clientId, thumbprint } = certificate;
        if (!(await appIsThere(trx, clientId))) return "app_unknown";
        const certificatesNow = await certificates(trx, { clientId });
        const known = certificatesNow.some((each) => each.thumbprint === thumbprint);
        if (!known && certificatesNow.length >= MAX_CERTIFICATES) return "full";
        if (!known) await trx.insertInto("appCertificates").values(certificate).execute();
        const principalId = await principalOf(trx, clientId, servicePrincipalId);
        for (const roleValue of roles) {
          await trx
            .insertInto("roleAssignments")
            .values({ apiClientId: GRAPH_RESOURCE_ID, roleValue, userId: principalId })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        await writeAudit(trx, audit);
        return known ? "known" : "added";
      }),

    removeCertificates: (clientId, audit) =>
      db.transaction().execute(async (trx) => {
        if (!(await appIsThere(trx, clientId))) return undefined;
        const { numDeletedRows } = await trx
          .deleteFrom("appCertificates")
          .where("clientId", "=", clientId)
          .executeTakeFirstOrThrow();
        await trx
          .deleteFrom("roleAssignments")
          .where("apiClientId", "=", GRAPH_RESOURCE_ID)
          .where("userId", "in", (query) =>
            query
              .selectFrom("clientIds")
              .where("clientId", "=", clientId)
              .where("servicePrincipalId", "is not", null)
              .select((each) => each.ref("servicePrincipalId").$notNull().as("servicePrincipalId")),
          )
          .execute();
        await writeAudit(trx, audit);
        return Number(numDeletedRows);
      }),

    addSecret: (secret, audit) =>
      db.transaction().execute(async (trx) => {
        const { clientId } = secret;
        if (!(await appIsThere(trx, clientId))) return "app_unknown";
        if ((await secrets(trx, { clientId })).length >= MAX_SECRETS) return "full";
        await trx.insertInto("appSecrets").values(secret).execute();
        await writeAudit(trx, audit);
        return "added";
      }),

    removeSecret: (clientId, keyId, audit) =>
      db.transaction().execute(async (trx) => {
        const removed = await trx
          .deleteFrom("appSecrets")
          .where("clientId", "=", clientId)
          .where("keyId", "=", keyId)
          .returning("keyId")
          .executeTakeFirst();
        if (removed) await writeAudit(trx, audit);
        return removed !== undefined;
      }),

    consumeAssertion: ({ assertionHash, expiresAt, audit }) =>
      db.transaction().execute(async (trx) => {
        const first = await trx
          .insertInto("usedAssertions")
          .values({ assertionHash, expiresAt })
          .onConflict((conflict) => conflict.column("assertionHash").doNothing())
          .returning("assertionHash")
          .executeTakeFirst();
        if (first && audit) await writeAudit(trx, audit);
        return first !== undefined;
      }),
  };
}
