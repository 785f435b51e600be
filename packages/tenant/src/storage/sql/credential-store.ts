import { MAX_CERTIFICATES } from "../../directory/app-certificate.ts";
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

  /** Holds the app's row, so that of two who add at once the second counts the first one's. */
  const appIsThere = async (trx: Connection, clientId: string): Promise<boolean> => {
    const app = await trx
      .selectFrom("apps")
      .where("clientId", "=", clientId)
      .select("clientId")
      .$if(locksRows, (query) => query.forUpdate())
      .executeTakeFirst();
    return app !== undefined;
  };

  return {
    certificatesOf: async (clientId) => [...(await certificates(db, { clientId }))],

    addCertificate: (certificate) =>
      db.transaction().execute(async (trx) => {
        const { clientId, thumbprint } = certificate;
        if (!(await appIsThere(trx, clientId))) return "app_unknown";
        const known = await certificates(trx, { clientId });
        if (known.some((each) => each.thumbprint === thumbprint)) return "known";
        if (known.length >= MAX_CERTIFICATES) return "full";
        await trx.insertInto("appCertificates").values(certificate).execute();
        return "added";
      }),

    changeCertificates: (clientId, change, audit) =>
      db.transaction().execute(async (trx) => {
        if (!(await appIsThere(trx, clientId))) return false;
        const replacements = change([...(await certificates(trx, { clientId }))]);
        await trx.deleteFrom("appCertificates").where("clientId", "=", clientId).execute();
        if (replacements.length > 0) await trx.insertInto("appCertificates").values(replacements).execute();
        await writeAudit(trx, audit);
        return true;
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
