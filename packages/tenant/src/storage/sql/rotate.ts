import type { Refusal } from "../../directory/access-rules.ts";
import { reachOf } from "../../directory/scopes.ts";
import type { AuditEvent } from "../audit-events.ts";
import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { RotateResult, TokenFamily, TokenStore } from "../store.ts";
import { issuanceCheck } from "./access-store.ts";
import { auditWriter } from "./audit-store.ts";
import { rotationAtOnce } from "./rotate-at-once.ts";
import { rotationInOneRoundTrip } from "./rotate-postgres.ts";
import { rotationIfUnchanged } from "./rotate-sqlite.ts";
import { endOfFamily, revoke, toFamily } from "./token-family.ts";

/** Why a family ended when an old token was presented again (RFC 9700 §4.14.2). */
const REUSED = "refresh_token_reused";

/** How often a user is mailed at most that a token of one sign-in was repeated from another network. */
const REPEAT_MAIL_MS = 24 * 60 * 60 * 1000;

/**
 * Refusals that end the family, each with the recorded reason. After any other refusal, the sign-in renews again once
 * its cause is gone.
 */
const ENDS: Record<Refusal, string | null> = {
  user_unknown: "user_disabled",
  user_disabled: "user_disabled",
  app_unknown: "app_disabled",
  app_disabled: "app_disabled",
  grant_not_allowed: null,
  login_required: null,
  not_assigned: null,
  sign_in_method_required: null,
  second_factor_required: null,
  details_required: null,
  administrator_required: null,
  administration_not_allowed: null,
  scope_unavailable: null,
  consent_required: null,
};

/** One use of a refresh token: creates the next generation, repeats it within the grace period, or ends the family. */
export function rotation(database: Database): TokenStore["rotate"] {
  const queries = rotationQueries(database);
  const checkIssuance = issuanceCheck(database);
  const writeAudit = auditWriter(database);
  const rotateAtOnce = rotationAtOnce(
    database.locksRows ? rotationInOneRoundTrip(database) : rotationIfUnchanged(database),
  );

  const inTransaction: TokenStore["rotate"] = (input) =>
    database.db.transaction().execute(async (trx): Promise<RotateResult> => {
      const { tokenHash, clientId, scopes, next, nextSealed, graceMs, familyMs, from, now, audit } = input;
      const [found] = await queries.token(trx, { tokenHash });
      if (!found) return { outcome: "unknown" };
      // None of these change during a token's lifetime.
      const {
        id: familyId,
        userId,
        authTime,
        methods,
        grantType: signInGrant,
        ...owner
      } = toFamilyAndToken(found).family;
      const reach = reachOf(owner);
      if (owner.clientId !== clientId) return { outcome: "wrong_client" };

      const signIn = { clientId, userId, methods, authTime, signInGrant, reach };
      const why = await checkIssuance(trx, { ...signIn, scopes, grantType: "refresh_token" });
      // Locked until the commit: rotations of one family run one after another, and a revocation runs before or after,
      // never in between.
      if (database.locksRows) await queries.lockedFamily(trx, { familyId });
      // Read again, now that no other rotation can change them. With one writer, none could.
      const locked = database.locksRows ? (await queries.token(trx, { tokenHash }))[0]! : found;
      const { family, token } = toFamilyAndToken(locked);

      if (family.revokedAt !== null) {
        if (token.usedAt === null || family.revokedReason !== REUSED) return { outcome: "revoked", family };
        return { outcome: "reuse", family, ended: false };
      }
      // Uses the current setting: a shortened lifetime also applies to earlier sign-ins.
      if (token.expiresAt <= now || family.createdAt + familyMs <= now) return { outcome: "expired", family };

      const end = async (reason: string, event: AuditEvent, why: string) => {
        await writeAudit(trx, { ...audit, event, detail: { ...audit.detail, why } });
        return (await revoke(trx, familyId, reason, now)) as TokenFamily;
      };
      const generation = token.generation + 1;
      if (token.usedAt !== null) {
        const [successor] = await queries.generation(trx, { familyId, generation });
        const inGrace = now - token.usedAt <= graceMs && successor?.usedAt === null;
        if (!inGrace) {
          return { outcome: "reuse", family: await end(REUSED, "refresh_token.reused", "reuse"), ended: true };
        }
      }
      if (why) {
        const ends = ENDS[why];
        return { outcome: "refused", why, family: ends ? await end(ends, "refresh_token.refused", why) : family };
      }

      if (token.usedAt !== null) {
        const elsewhere = token.usedFrom === from ? null : token.usedFrom;
        const detail = elsewhere === null ? audit.detail : { ...audit.detail, first_used_from: elsewhere };
        await writeAudit(trx, { ...audit, event: "refresh_token.repeated", detail });
        const notify =
          elsewhere !== null &&
          (await queries.noteRepeat(trx, { familyId, now, before: now - REPEAT_MAIL_MS })).length > 0;
        const successorSealed = token.successorSealed!;
        return { outcome: "grace", family, generation, successorSealed, elsewhere: notify ? elsewhere : null };
      }
      await queries.use(trx, { tokenHash, usedAt: now, successorSealed: nextSealed, usedFrom: from });
      // A second next generation is impossible: (family, generation) is unique.
      await queries.insertNext(trx, { ...next, familyId, generation });
      const expiresAt = endOfFamily(family.expiresAt, next.expiresAt);
      if (expiresAt !== family.expiresAt) await queries.prolong(trx, { familyId, expiresAt });
      await writeAudit(trx, audit);
      return { outcome: "rotated", family: { ...family, expiresAt }, generation };
    });

  return async (input) => (await rotateAtOnce(input)) ?? inTransaction(input);
}

type FamilyAndToken = Awaited<ReturnType<ReturnType<typeof rotationQueries>["token"]>>[number];

function toFamilyAndToken(row: FamilyAndToken) {
  const { tokenHash, generation, usedAt, usedFrom, successorSealed, tokenExpiresAt, ...family } = row;
  const token = { tokenHash, generation, usedAt, usedFrom, successorSealed, expiresAt: tokenExpiresAt };
  return { family: toFamily(family), token };
}

/** The statements of `rotate`, in the order it runs them. */
export function rotationQueries({ db, locksRows }: Database) {
  return {
    token: prepared((by: { tokenHash: string }) =>
      db
        .selectFrom("refreshTokens")
        .innerJoin("tokenFamilies", "tokenFamilies.id", "refreshTokens.familyId")
        .where("tokenHash", "=", by.tokenHash)
        .selectAll("tokenFamilies")
        .select(["tokenHash", "generation", "usedAt", "usedFrom", "successorSealed"])
        .select("refreshTokens.expiresAt as tokenExpiresAt"),
    ),
    lockedFamily: prepared((by: { familyId: string }) =>
      db
        .selectFrom("tokenFamilies")
        .where("id", "=", by.familyId)
        .select("id")
        .$if(locksRows, (query) => query.forUpdate()),
    ),
    generation: prepared((by: { familyId: string; generation: number }) =>
      db
        .selectFrom("refreshTokens")
        .where("familyId", "=", by.familyId)
        .where("generation", "=", by.generation)
        .select("usedAt"),
    ),
    use: prepared((by: { tokenHash: string; usedAt: number; successorSealed: string; usedFrom: string }) =>
      db
        .updateTable("refreshTokens")
        .where("tokenHash", "=", by.tokenHash)
        .where("usedAt", "is", null)
        .set({ usedAt: by.usedAt, successorSealed: by.successorSealed, usedFrom: by.usedFrom }),
    ),
    insertNext: prepared((token: Omit<Tables["refreshTokens"], "usedAt" | "successorSealed" | "usedFrom">) =>
      db.insertInto("refreshTokens").values({
        tokenHash: token.tokenHash,
        familyId: token.familyId,
        generation: token.generation,
        expiresAt: token.expiresAt,
      }),
    ),
    noteRepeat: prepared((by: { familyId: string; now: number; before: number }) =>
      db
        .updateTable("tokenFamilies")
        .where("id", "=", by.familyId)
        .where((where) => where.or([where("repeatMailedAt", "is", null), where("repeatMailedAt", "<=", by.before)]))
        .set({ repeatMailedAt: by.now })
        .returning("id"),
    ),
    prolong: prepared((by: { familyId: string; expiresAt: number }) =>
      db.updateTable("tokenFamilies").where("id", "=", by.familyId).set({ expiresAt: by.expiresAt }),
    ),
  };
}
