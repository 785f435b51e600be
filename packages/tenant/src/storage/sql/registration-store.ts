import type { Selectable } from "kysely";
import type { Api, App, SigningAlgorithm } from "../../directory/entities.ts";
import { announced, type Connection, type Database, Undo, undoable } from "../engine/database.ts";
import { isUniqueViolation } from "../engine/retry.ts";
import type { Tables } from "../migrations/tables.ts";
import type {
  Registered,
  Registration,
  RegistrationChange,
  RegistrationConflict,
  RegistrationKey,
  RegistrationStore,
} from "../store.ts";
import { REGISTRATIONS_TOPIC } from "./accepted-scopes.ts";
import { deleteApi, toApi, toApiRow } from "./api-store.ts";
import { deleteApp, toApp, toAppRow } from "./app-store.ts";
import { auditWriter } from "./audit-store.ts";
import { SETTINGS_TOPIC } from "./follow.ts";
import { appTopic } from "./grant-changes.ts";
import { registrationCount, registrationPages } from "./registration-list.ts";

export function registrationStore(database: Database): RegistrationStore {
  const { db, locksRows } = database;
  const writeAudit = auditWriter(database);

  const read = async (on: Connection, key: RegistrationKey, lock = false): Promise<Registered | undefined> => {
    const [column, value] = Object.entries(key)[0] as [keyof Registration, string];
    const locks = lock && locksRows;
    const row = await on
      .selectFrom("clientIds")
      .where(column, "=", value)
      .selectAll()
      .$if(locks, (query) => query.forUpdate())
      .executeTakeFirst();
    if (!row) return undefined;
    const { kind, clientId } = row;
    if (kind === "app") {
      const app = await on
        .selectFrom("apps")
        .where("clientId", "=", clientId)
        .selectAll()
        .$if(locks, (query) => query.forUpdate())
        .executeTakeFirst();
      return app && { kind, registration: toRegistration(row), app: toApp(app) };
    }
    const api = await on
      .selectFrom("apis")
      .where("clientId", "=", clientId)
      .selectAll()
      .$if(locks, (query) => query.forUpdate())
      .executeTakeFirst();
    return api && { kind, registration: toRegistration(row), api: toApi(api) };
  };

  const certificatesOf = (on: Connection, clientId: string) =>
    on
      .selectFrom("appCertificates")
      .where("clientId", "=", clientId)
      .selectAll()
      .orderBy("createdAt")
      .orderBy("keyId")
      .execute();

  /**
   * Finds the unique column that rejected the change. In a transaction, because the conflicting row may be part of the
   * same group commit (group-commit.ts) and is not visible outside until then.
   */
  const conflictOf = ({ registration, ...rest }: Registered): Promise<RegistrationConflict> =>
    db.transaction().execute(async (trx) => {
      const { objectId, clientId, uniqueName } = registration;
      const named = uniqueName === null ? undefined : await read(trx, { uniqueName });
      if (named && named.registration.objectId !== objectId) return "unique_name";
      if (rest.kind === "app") return "client_id";
      const other = await trx
        .selectFrom("apis")
        .where("identifierUri", "=", rest.api.identifierUri)
        .where("clientId", "!=", clientId)
        .select("clientId")
        .executeTakeFirst();
      return other ? "identifier_uri" : "client_id";
    });

  /**
   * Locked until the end, so that the flow is not deleted meanwhile. After the app's row, in the same order as
   * `ManagedFlows.link`.
   */
  const userFlowExists = async (trx: Connection, registered: Registered, before?: Registered): Promise<boolean> => {
    const id = registered.kind === "app" ? registered.app.userFlowId : null;
    if (id === null || (before?.kind === "app" && before.app.userFlowId === id)) return true;
    const flow = await trx
      .selectFrom("userFlows")
      .where("id", "=", id)
      .select("id")
      .$if(locksRows, (query) => query.forShare())
      .executeTakeFirst();
    return flow !== undefined;
  };

  return {
    find: (key) => read(db, key),
    page: registrationPages(database),
    count: registrationCount(database),

    async list() {
      const [rows, apps, apis] = await Promise.all([
        db.selectFrom("clientIds").selectAll().orderBy("clientId").execute(),
        db.selectFrom("apps").selectAll().execute(),
        db.selectFrom("apis").selectAll().execute(),
      ]);
      const appOf = new Map(apps.map((row) => [row.clientId, toApp(row)]));
      const apiOf = new Map(apis.map((row) => [row.clientId, toApi(row)]));
      return rows.flatMap((row): Registered[] => {
        const registration = toRegistration(row);
        const [app, api] = [appOf.get(row.clientId), apiOf.get(row.clientId)];
        if (app) return [{ kind: "app", registration, app }];
        return api ? [{ kind: "api", registration, api }] : [];
      });
    },

    async insert(registered, audit, certificates = []) {
      try {
        return await undoable<"inserted" | RegistrationConflict>(() =>
          announced(database, async (trx, changed) => {
            await trx
              .insertInto("clientIds")
              .values({ ...toRegistrationRow(registered.registration), kind: registered.kind })
              .execute();
            if (registered.kind === "app") await trx.insertInto("apps").values(toAppRow(registered.app)).execute();
            else await trx.insertInto("apis").values(toApiRow(registered.api)).execute();
            if (!(await userFlowExists(trx, registered))) throw new Undo<RegistrationConflict>("user_flow");
            if (certificates.length > 0) await trx.insertInto("appCertificates").values(certificates).execute();
            await writeAudit(trx, audit);
            if (algorithmOf(registered) !== "RS256") changed(SETTINGS_TOPIC);
            changed(REGISTRATIONS_TOPIC);
            return "inserted" as const;
          }),
        );
      } catch (error) {
        if (isUniqueViolation(error)) return conflictOf(registered);
        throw error;
      }
    },

    async change(objectId, change, audit) {
      let wanted: Registered | undefined;
      try {
        return await undoable<RegistrationChange>(() =>
          announced(database, async (trx, changed) => {
            const before = await read(trx, { objectId }, true);
            if (!before) return { outcome: "unknown" };
            const certificatesBefore = before.kind === "app" ? await certificatesOf(trx, before.app.clientId) : [];
            const { certificates, ...after } = change(before, certificatesBefore);
            const registered = sameIdentity(before, after as Registered);
            wanted = registered;
            const { clientId, ...registration } = toRegistrationRow(registered.registration);
            const isOtherAlgorithm = algorithmOf(before) !== algorithmOf(registered);
            if (isOtherAlgorithm) changed(SETTINGS_TOPIC);
            await trx.updateTable("clientIds").where("clientId", "=", clientId).set(registration).execute();
            if (registered.kind === "app") {
              const { idTokenSignedResponseAlg, ...rest } = toAppRow(registered.app);
              // An algorithm of a newer version stays, unless the change names another.
              const row = isOtherAlgorithm ? { ...rest, idTokenSignedResponseAlg } : rest;
              await trx.updateTable("apps").where("clientId", "=", clientId).set(row).execute();
              if (before.kind === "app" && isOtherForPolls(before.app, registered.app)) changed(appTopic(clientId));
              if (!(await userFlowExists(trx, registered, before)))
                throw new Undo<RegistrationChange>({ outcome: "conflict", with: "user_flow" });
              if (certificates) {
                await trx.deleteFrom("appCertificates").where("clientId", "=", clientId).execute();
                if (certificates.length > 0) await trx.insertInto("appCertificates").values(certificates).execute();
              }
            } else {
              const { accessTokenSigningAlg, ...rest } = toApiRow(registered.api);
              const row = isOtherAlgorithm ? { ...rest, accessTokenSigningAlg } : rest;
              await trx.updateTable("apis").where("clientId", "=", clientId).set(row).execute();
              if (before.kind === "api") await follow(trx, before.api, registered.api);
            }
            const counted = certificates ? { ...audit.detail, certificates: certificates.length } : audit.detail;
            await writeAudit(trx, { ...audit, detail: counted });
            changed(REGISTRATIONS_TOPIC);
            return { outcome: "changed", registered };
          }),
        );
      } catch (error) {
        if (wanted && isUniqueViolation(error)) return { outcome: "conflict", with: await conflictOf(wanted) };
        throw error;
      }
    },

    delete: (objectId, now, audit) =>
      announced(database, async (trx, changed) => {
        const found = await read(trx, { objectId });
        if (!found) return false;
        const { clientId } = found.registration;
        const gone =
          found.kind === "app" ? await deleteApp(database, trx, clientId, now) : await deleteApi(trx, clientId);
        if (gone) {
          await writeAudit(trx, audit);
          changed(appTopic(clientId));
          changed(REGISTRATIONS_TOPIC);
        }
        return gone;
      }),

    addServicePrincipal: (clientId, servicePrincipalId, audit) =>
      db.transaction().execute(async (trx) => {
        const added = await trx
          .updateTable("clientIds")
          .where("clientId", "=", clientId)
          .where("servicePrincipalId", "is", null)
          .set({ servicePrincipalId })
          .returning("clientId")
          .executeTakeFirst();
        if (added) {
          await writeAudit(trx, audit);
          return "added";
        }
        const found = await trx
          .selectFrom("clientIds")
          .where("clientId", "=", clientId)
          .select("clientId")
          .executeTakeFirst();
        return found ? "exists" : "unknown";
      }),
  };
}

/** What its tokens are signed with. Each node creates or reads the keys of another algorithm than before. */
function algorithmOf(registered: Registered): SigningAlgorithm {
  return registered.kind === "app" ? registered.app.idTokenSignedResponseAlg : registered.api.accessTokenSigningAlg;
}

/** Whether a waiting poll of the app has a different answer now. */
function isOtherForPolls(before: App, after: App): boolean {
  return JSON.stringify(relevantToPolls(before)) !== JSON.stringify(relevantToPolls(after));
}

const relevantToPolls = ({ disabledAt, publicClient, grantTypes }: App) => [disabledAt, publicClient, grantTypes];

/** A change may edit a registration but not its identity. */
function sameIdentity(before: Registered, after: Registered): Registered {
  const { clientId, objectId, servicePrincipalId } = before.registration;
  const registration = { ...after.registration, clientId, objectId, servicePrincipalId };
  if (before.kind === "app" && after.kind === "app") {
    return { kind: "app", registration, app: { ...after.app, clientId, createdAt: before.app.createdAt } };
  }
  if (before.kind === "api" && after.kind === "api") {
    return { kind: "api", registration, api: { ...after.api, clientId, createdAt: before.api.createdAt } };
  }
  throw new TypeError("an app cannot become an API, nor an API an app");
}

/** Data that refers to scopes and roles by value is updated with them. */
async function follow(trx: Connection, before: Api, after: Api): Promise<void> {
  const resourceId = before.clientId;
  const scopes = new Set(after.scopes.map(({ value }) => value));
  const gone = before.scopes.map(({ value }) => value).filter((value) => !scopes.has(value));
  if (gone.length > 0) {
    await trx.deleteFrom("consents").where("resourceId", "=", resourceId).where("scope", "in", gone).execute();
    await trx.deleteFrom("shownScopes").where("resourceId", "=", resourceId).where("scope", "in", gone).execute();
  }
  const assigned = () => trx.selectFrom("roleAssignments").where("apiClientId", "=", resourceId);
  const moved = before.roles.filter(
    (role) => !after.roles.some(({ id, value }) => id === role.id && value === role.value),
  );
  // First reads and removes all of them, then adds: a new value may be the old value of another role.
  const following: { roleValue: string; userId: string }[] = [];
  for (const role of moved) {
    const renamed = after.roles.find(({ id }) => id === role.id);
    if (!renamed) continue;
    const holders = await assigned().where("roleValue", "=", role.value).select("userId").execute();
    following.push(...holders.map(({ userId }) => ({ roleValue: renamed.value, userId })));
  }
  if (moved.length === 0) return;
  const values = moved.map(({ value }) => value);
  await trx
    .deleteFrom("roleAssignments")
    .where("apiClientId", "=", resourceId)
    .where("roleValue", "in", values)
    .execute();
  for (const each of following) {
    await trx
      .insertInto("roleAssignments")
      .values({ apiClientId: resourceId, ...each })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

function toRegistration({ kind: _kind, ...row }: Selectable<Tables["clientIds"]>): Registration {
  return {
    ...row,
    tags: JSON.parse(row.tags),
    requiredResourceAccess: row.requiredResourceAccess === null ? null : JSON.parse(row.requiredResourceAccess),
  };
}

function toRegistrationRow(registration: Registration): Omit<Tables["clientIds"], "kind"> {
  const { requiredResourceAccess } = registration;
  return {
    ...registration,
    tags: JSON.stringify(registration.tags),
    requiredResourceAccess: requiredResourceAccess === null ? null : JSON.stringify(requiredResourceAccess),
  };
}
