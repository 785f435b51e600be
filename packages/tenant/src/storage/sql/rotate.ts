import type { Refusal } from "../../directory/access-rules.ts";
import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { RotateResult, TokenFamily, TokenStore } from "../store.ts";
import { issuanceCheck } from "./access-store.ts";
import { auditWriter } from "./audit-store.ts";
import { revoke, toFamily } from "./token-family.ts";

/** Why a family ended when an old token was presented again (RFC 9700 §4.14.2). */
const REUSED = "refresh_token_reused";

/** Refusals that end the family, each with the reason that is kept of it; after the others it renews again once they are gone. */
const ENDS: Record<Refusal, string | null> = {
  user_unknown: "user_disabled",
  user_disabled: "user_disabled",
  app_unknown: "app_disabled",
  app_disabled: "app_disabled",
  grant_not_allowed: null,
  login_required: null,
  not_assigned: null,
  second_factor_required: null,
  administrator_required: null,
  administration_not_allowed: null,
  scope_unavailable: null,
  consent_required: null,
};

/** One use of a refresh token: the next generation, the same one again within the grace, or the end of the family. */
export function rotation(database: Database): TokenStore["rotate"] {
  const queries = rotationQueries(database);
  const checkIssuance = issuanceCheck(database);
  const writeAudit = auditWriter(database);

  return ({ tokenHash, clientId, scopes, next, nextSealed, graceMs, now, audit }) =>
    database.db.transaction().execute(async (trx): Promise<RotateResult> => {
      const [owner] = await queries.owner(trx, { tokenHash });
      if (!owner) return { outcome: "unknown" };
      if (owner.clientId !== clientId) return { outcome: "wrong_client" };
      const { familyId, userId, authTime } = owner;
      const amr: string[] = JSON.parse(owner.amr);

      const signIn = { clientId, userId, amr, authTime, signInGrant: owner.grantType };
      const why = await checkIssuance(trx, { ...signIn, scopes, grantType: "refresh_token" });
      // Held until the commit: rotations of one family go one after the other, and a revocation before or after, never between.
      const family = toFamily((await queries.lockedFamily(trx, { familyId }))[0]!);
      // Read again now that no other rotation can change it.
      const token = (await queries.token(trx, { tokenHash }))[0]!;

      if (family.revokedAt !== null) {
        return { outcome: token.usedAt !== null && family.revokedReason === REUSED ? "reuse" : "revoked", family };
      }
      if (token.expiresAt <= now) return { outcome: "expired", family };

      const end = async (reason: string, event: string, why: string) => {
        await writeAudit(trx, { ...audit, event, detail: { ...audit.detail, why } });
        return (await revoke(trx, familyId, reason, now)) as TokenFamily;
      };
      const generation = token.generation + 1;
      if (token.usedAt !== null) {
        const [successor] = await queries.generation(trx, { familyId, generation });
        const inGrace = now - token.usedAt <= graceMs && successor?.usedAt === null;
        if (!inGrace) return { outcome: "reuse", family: await end(REUSED, "refresh_token.reused", "reuse") };
      }
      if (why) {
        const ends = ENDS[why];
        return { outcome: "refused", why, family: ends ? await end(ends, "refresh_token.refused", why) : family };
      }

      if (token.usedAt !== null) {
        await writeAudit(trx, { ...audit, event: "refresh_token.repeated" });
        return { outcome: "grace", family, generation, successorSealed: token.successorSealed! };
      }
      await queries.use(trx, { tokenHash, usedAt: now, successorSealed: nextSealed });
      // A second next generation cannot be: (family, generation) is unique.
      await queries.insertNext(trx, { ...next, familyId, generation });
      await queries.prolong(trx, { familyId, expiresAt: next.expiresAt });
      await writeAudit(trx, audit);
      return { outcome: "rotated", family: { ...family, expiresAt: next.expiresAt }, generation };
    });
}

/** What `rotate` asks and writes, in the order it does. */
export function rotationQueries({ db, locksRows }: Database) {
  return {
    /** None of it changes in a token's life. */
    owner: prepared((by: { tokenHash: string }) =>
      db
        .selectFrom("refreshTokens")
        .innerJoin("tokenFamilies", "tokenFamilies.id", "refreshTokens.familyId")
        .where("tokenHash", "=", by.tokenHash)
        .select(["familyId", "userId", "clientId", "amr", "authTime", "tokenFamilies.grantType"]),
    ),
    lockedFamily: prepared((by: { familyId: string }) =>
      db
        .selectFrom("tokenFamilies")
        .where("id", "=", by.familyId)
        .selectAll()
        .$if(locksRows, (query) => query.forUpdate()),
    ),
    token: prepared((by: { tokenHash: string }) =>
      db.selectFrom("refreshTokens").where("tokenHash", "=", by.tokenHash).selectAll(),
    ),
    generation: prepared((by: { familyId: string; generation: number }) =>
      db
        .selectFrom("refreshTokens")
        .where("familyId", "=", by.familyId)
        .where("generation", "=", by.generation)
        .select("usedAt"),
    ),
    use: prepared((by: { tokenHash: string; usedAt: number; successorSealed: string }) =>
      db
        .updateTable("refreshTokens")
        .where("tokenHash", "=", by.tokenHash)
        .where("usedAt", "is", null)
        .set({ usedAt: by.usedAt, successorSealed: by.successorSealed }),
    ),
    insertNext: prepared((token: Omit<Tables["refreshTokens"], "usedAt" | "successorSealed">) =>
      db.insertInto("refreshTokens").values({
        tokenHash: token.tokenHash,
        familyId: token.familyId,
        generation: token.generation,
        expiresAt: token.expiresAt,
      }),
    ),
    prolong: prepared((by: { familyId: string; expiresAt: number }) =>
      db.updateTable("tokenFamilies").where("id", "=", by.familyId).set({ expiresAt: by.expiresAt }),
    ),
  };
}
