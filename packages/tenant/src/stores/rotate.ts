import type { Transaction } from "kysely";
import { writeAudit } from "./audit-store.ts";
import type { RotateResult, TokenFamily, TokenStore } from "./contract.ts";
import type { Database } from "./database.ts";
import type { Tables } from "./schema.ts";
import { appStands, scopesStand, userStands } from "./standing.ts";
import { revoke, toFamily } from "./token-family.ts";

type Input = Parameters<TokenStore["rotate"]>[0];

/** Why a family ended when an old token was presented again (RFC 9700 §4.14.2). */
const REUSED = "refresh_token_reused";

/** One use of a refresh token: the next generation, the same one again within the grace, or the end of the family. */
export function rotate(database: Database, input: Input): Promise<RotateResult> {
  const { tokenHash, clientId, scopes, graceMs, now, audit } = input;
  return database.db.transaction().execute(async (trx) => {
    const owner = await trx
      .selectFrom("refreshTokens")
      .innerJoin("tokenFamilies", "tokenFamilies.id", "refreshTokens.familyId")
      .where("tokenHash", "=", tokenHash)
      .select(["familyId", "userId", "clientId"])
      .executeTakeFirst();
    if (!owner) return { outcome: "unknown" };
    if (owner.clientId !== clientId) return { outcome: "wrong_client" };

    const userOk = await userStands(database, trx, owner.userId);
    const appOk = await appStands(database, trx, clientId);
    const scopesOk = await scopesStand(database, trx, { clientId, userId: owner.userId, scopes });
    // Held until the commit: rotations of one family go one after the other, and a revocation before or after, never between.
    const family = toFamily(
      await trx
        .selectFrom("tokenFamilies")
        .where("id", "=", owner.familyId)
        .selectAll()
        .$if(database.locksRows, (query) => query.forUpdate())
        .executeTakeFirstOrThrow(),
    );
    const token = await trx
      .selectFrom("refreshTokens")
      .where("tokenHash", "=", tokenHash)
      .selectAll()
      .executeTakeFirstOrThrow();

    if (family.revokedAt !== null) {
      return { outcome: token.usedAt !== null && family.revokedReason === REUSED ? "reuse" : "revoked", family };
    }
    if (token.expiresAt <= now) return { outcome: "expired", family };

    const end = async (reason: string, event: string, why: string) => {
      await writeAudit(trx, { ...audit, event, detail: { ...audit.detail, why } });
      return (await revoke(trx, family.id, reason, now)) as TokenFamily;
    };
    if (token.usedAt !== null) {
      const inGrace = now - token.usedAt <= graceMs && (await isUnused(trx, family.id, token.generation + 1));
      if (!inGrace) return { outcome: "reuse", family: await end(REUSED, "refresh_token.reused", "reuse") };
    }
    if (!userOk) {
      return { outcome: "refused", why: "user", family: await end("user_disabled", "refresh_token.refused", "user") };
    }
    if (!appOk) {
      return { outcome: "refused", why: "app", family: await end("app_disabled", "refresh_token.refused", "app") };
    }

    if (!scopesOk) return { outcome: "unconsented", family };

    const generation = token.generation + 1;
    if (token.usedAt !== null) {
      await writeAudit(trx, { ...audit, event: "refresh_token.repeated" });
      return { outcome: "grace", family, generation, successorSealed: token.successorSealed! };
    }
    const rotated = await useToken(trx, family, generation, input);
    await writeAudit(trx, audit);
    return { outcome: "rotated", family: rotated, generation };
  });
}

async function isUnused(trx: Transaction<Tables>, familyId: string, generation: number): Promise<boolean> {
  const successor = await trx
    .selectFrom("refreshTokens")
    .where("familyId", "=", familyId)
    .where("generation", "=", generation)
    .select("usedAt")
    .executeTakeFirst();
  return successor !== undefined && successor.usedAt === null;
}

async function useToken(
  trx: Transaction<Tables>,
  family: TokenFamily,
  generation: number,
  { tokenHash, next, nextSealed, now }: Input,
): Promise<TokenFamily> {
  await trx
    .updateTable("refreshTokens")
    .where("tokenHash", "=", tokenHash)
    .where("usedAt", "is", null)
    .set({ usedAt: now, successorSealed: nextSealed })
    .execute();
  // A second next generation cannot be: (family, generation) is unique.
  await trx
    .insertInto("refreshTokens")
    .values({ ...next, familyId: family.id, generation })
    .execute();
  const row = await trx
    .updateTable("tokenFamilies")
    .where("id", "=", family.id)
    .set({ expiresAt: next.expiresAt })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toFamily(row);
}
