import type { Selectable, UpdateResult } from "kysely";
import type { Connection, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import { isForeignKeyViolation } from "../engine/retry.ts";
import type { Tables } from "../migrations/tables.ts";
import type { Interaction, InteractionSubject, SessionStore } from "../store.ts";
import { passwordVerbs } from "./password-store.ts";
import { toUser } from "./user-list.ts";

/**
 * Whether this session of the user still exists. Locked until the transaction ends, so that a session ends before it or
 * after it, never in between. Runs after the user's row is locked, in the same order as when sign-ins are ended.
 */
export function signedInCheck({ locksRows }: Pick<Database, "locksRows">) {
  return async (trx: Connection, of: { sessionId: string; userId: string; now: number }): Promise<boolean> => {
    const session = await trx
      .selectFrom("sessions")
      .where("id", "=", of.sessionId)
      .where("userId", "=", of.userId)
      .where("expiresAt", ">", of.now)
      .where((where) => where.or([where("idleExpiresAt", "is", null), where("idleExpiresAt", ">", of.now)]))
      .select("id")
      .$if(locksRows, (query) => query.forShare())
      .executeTakeFirst();
    return session !== undefined;
  };
}

/** What each page of a sign-in reads and writes. Built once, because building takes longer than the database. */
function pageQueries({ db, locksRows }: Database) {
  return {
    find: prepared((by: { id: string; now: number }) =>
      db
        .selectFrom("sessions")
        .leftJoin("users", "users.id", "sessions.userId")
        .where("sessions.id", "=", by.id)
        .where("sessions.expiresAt", ">", by.now)
        .where((where) =>
          where.or([where("sessions.idleExpiresAt", "is", null), where("sessions.idleExpiresAt", ">", by.now)]),
        )
        .where((where) =>
          where.or([
            where("sessions.userId", "is", null),
            where.and([where("users.id", "is not", null), where("users.disabledAt", "is", null)]),
          ]),
        )
        .select(["sessions.id as sessionId", "sessions.userId", "sessions.methods", "sessions.authTime"])
        .select(["sessions.createdAt as sessionCreatedAt", "sessions.expiresAt as sessionExpiresAt"])
        .select(["sessions.idleExpiresAt", "sessions.keepSignedIn"])
        .selectAll("users"),
    ),
    ensure: prepared((session: { id: string; createdAt: number; expiresAt: number }) =>
      db
        .insertInto("sessions")
        .values({
          id: session.id,
          createdAt: session.createdAt,
          expiresAt: session.expiresAt,
          methods: "[]",
          keepSignedIn: 0,
        })
        .onConflict((conflict) => conflict.column("id").doNothing()),
    ),
    findFlow: prepared((by: { id: string; sessionId: string; now: number }) =>
      db
        .selectFrom("flows")
        .where("id", "=", by.id)
        .where("sessionId", "=", by.sessionId)
        .where("expiresAt", ">", by.now)
        .selectAll(),
    ),
    /** Locked until the transaction ends, so that a change of the user comes before or after, never in between. */
    findEntering: prepared((by: { userId: string; credentialsVersion: number }) =>
      db
        .selectFrom("users")
        .where("id", "=", by.userId)
        .where("disabledAt", "is", null)
        .where("credentialsVersion", "=", by.credentialsVersion)
        .select("id")
        .$if(locksRows, (query) => query.forShare()),
    ),
    findReplaced: prepared((by: { id: string; now: number }) =>
      db
        .selectFrom("sessions")
        .where("id", "=", by.id)
        .where("expiresAt", ">", by.now)
        .select("id")
        .$if(locksRows, (query) => query.forUpdate()),
    ),
    moveFlows: prepared((from: { id: string; to: string }) =>
      db.updateTable("flows").where("sessionId", "=", from.id).set({ sessionId: from.to }),
    ),
    remove: prepared((by: { id: string }) => db.deleteFrom("sessions").where("id", "=", by.id)),
  };
}

export function sessionStore(database: Database): SessionStore {
  const { db } = database;
  const queries = pageQueries(database);
  /** Whether the user may sign in with what was verified under this version of their credentials. */
  const mayEnter = async (trx: Connection, userId: string, credentialsVersion: number) =>
    (await queries.findEntering(trx, { userId, credentialsVersion })).length > 0;
  const rowOf = (id: string, sessionId: string, on: Connection = db) =>
    on.updateTable("flows").where("id", "=", id).where("sessionId", "=", sessionId);
  return {
    async ensure(session) {
      await queries.ensure(db, session);
    },

    async find(id, now) {
      const [row] = await queries.find(db, { id, now });
      if (!row) return undefined;
      const { sessionId, userId, methods, authTime, sessionCreatedAt, sessionExpiresAt, ...others } = row;
      const { idleExpiresAt, keepSignedIn, ...user } = others;
      return {
        ...{ id: sessionId, userId, methods: JSON.parse(methods), authTime },
        ...{ createdAt: sessionCreatedAt, expiresAt: sessionExpiresAt, idleExpiresAt },
        keepSignedIn: keepSignedIn === 1,
        user: userId === null ? null : toUser(user as Selectable<Tables["users"]>),
      };
    },

    signIn: (oldId, { credentialsVersion, interactionId, keepSignedIn = false, ...session }) =>
      db.transaction().execute(async (trx) => {
        if (!(await mayEnter(trx, session.userId, credentialsVersion))) return false;
        const old = await queries.findReplaced(trx, { id: oldId, now: session.createdAt });
        if (old.length === 0) return false;
        if (interactionId !== undefined) {
          const passed = trx.selectFrom("flows").where("id", "=", interactionId).where("sessionId", "=", oldId);
          if (!(await passed.where("userId", "=", session.userId).select("id").executeTakeFirst())) return false;
        }
        await trx
          .insertInto("sessions")
          .values({ ...session, methods: JSON.stringify(session.methods), keepSignedIn: keepSignedIn ? 1 : 0 })
          .execute();
        await queries.moveFlows(trx, { id: oldId, to: session.id });
        await queries.remove(trx, { id: oldId });
        return true;
      }),

    async touch(id, idleExpiresAt) {
      await db
        .updateTable("sessions")
        .where("id", "=", id)
        .where("idleExpiresAt", "<", idleExpiresAt)
        .set({ idleExpiresAt })
        .execute();
    },

    async end(id) {
      await queries.remove(db, { id });
    },

    async insertInteraction(interaction) {
      try {
        await db.insertInto("flows").values(toRow(interaction)).execute();
        return true;
      } catch (error) {
        if (isForeignKeyViolation(error)) return false;
        throw error;
      }
    },

    async findInteraction(id, sessionId, now) {
      const [row] = await queries.findFlow(db, { id, sessionId, now });
      return row && toInteraction(row);
    },

    setEmail: (id, sessionId, email, purpose) =>
      changed(rowOf(id, sessionId).set({ email, emailPurpose: purpose, emailVerifiedAt: null, passwordHash: null })),

    setPassword: (id, sessionId, passwordHash) =>
      changed(rowOf(id, sessionId).where("emailVerifiedAt", "is not", null).set({ passwordHash })),

    setFirstFactor: (id, sessionId, { userId, methods, at, keepSignedIn, credentialsVersion }) =>
      db.transaction().execute(async (trx) => {
        if (!(await mayEnter(trx, userId, credentialsVersion))) return false;
        return changed(
          rowOf(id, sessionId, trx).set({
            userId,
            methods: JSON.stringify(methods),
            firstFactorAt: at,
            keepSignedIn: keepSignedIn ? 1 : 0,
            totpSecretSealed: (row) =>
              row.case().when("userId", "=", userId).then(row.ref("totpSecretSealed")).else(null).end(),
          }),
        );
      }),

    setKeepSignedIn: (id, sessionId, keepSignedIn) =>
      changed(rowOf(id, sessionId).set({ keepSignedIn: keepSignedIn ? 1 : 0 })),

    setTotpSecret: (id, sessionId, userId, totpSecretSealed) =>
      changed(rowOf(id, sessionId).where("userId", "=", userId).set({ totpSecretSealed })),

    takeChallenge: (id, sessionId, number, now) =>
      changed(
        rowOf(id, sessionId)
          .where("challengeNumber", "=", number)
          .where("expiresAt", ">", now)
          .set({ challengeNumber: number + 1 }),
      ),

    ...passwordVerbs(database),
  };
}

async function changed(update: { executeTakeFirst(): Promise<UpdateResult> }): Promise<boolean> {
  return (await update.executeTakeFirst()).numUpdatedRows > 0n;
}

function toInteraction(row: Selectable<Tables["flows"]>): Interaction {
  const { id, sessionId, email, passwordHash, userId, challengeNumber, totpSecretSealed, createdAt, expiresAt } = row;
  return {
    id,
    sessionId,
    subject: toSubject(row),
    email: email === null ? null : { address: email, purpose: row.emailPurpose, verifiedAt: row.emailVerifiedAt },
    newPasswordHash: passwordHash,
    firstFactor: userId === null ? null : { userId, methods: JSON.parse(row.methods), at: row.firstFactorAt ?? 0 },
    keepSignedIn: row.keepSignedIn === 1,
    challengeNumber,
    totpSecretSealed,
    createdAt,
    expiresAt,
  };
}

function toSubject({ intent, grantId }: Selectable<Tables["flows"]>): InteractionSubject | null {
  if (intent === "account") return grantId === CONSOLE ? { kind: "console", id: null } : null;
  if (intent === "device" || grantId === null) return { kind: "device", id: grantId };
  return { kind: "authorization", id: grantId };
}

/**
 * In the column `grant_id` of a sign-in to the console. Its `intent` is `account`, because the column's check allows no
 * further value: a node of an earlier version leads to the account page instead.
 */
const CONSOLE = "console";

function toRow(interaction: Interaction): Tables["flows"] {
  const { subject, email, newPasswordHash, firstFactor, keepSignedIn, ...same } = interaction;
  return {
    ...same,
    intent: subject === null || subject.kind === "console" ? "account" : subject.kind,
    grantId: subject?.kind === "console" ? CONSOLE : (subject?.id ?? null),
    email: email?.address ?? null,
    emailPurpose: email?.purpose ?? null,
    emailVerifiedAt: email?.verifiedAt ?? null,
    passwordHash: newPasswordHash,
    userId: firstFactor?.userId ?? null,
    methods: JSON.stringify(firstFactor?.methods ?? []),
    firstFactorAt: firstFactor?.at ?? null,
    keepSignedIn: keepSignedIn ? 1 : 0,
  };
}
