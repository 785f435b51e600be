import type { Database } from "../engine/database.ts";
import type { RotateResult, TokenFamily, TokenStore } from "../store.ts";
import { auditWriter } from "./audit-store.ts";
import { rotationQueries } from "./rotation-queries.ts";
import { standing } from "./standing.ts";
import { revoke, toFamily } from "./token-family.ts";

/** Why a family ended when an old token was presented again (RFC 9700 §4.14.2). */
const REUSED = "refresh_token_reused";

/** One use of a refresh token: the next generation, the same one again within the grace, or the end of the family. */
export function rotation(database: Database): TokenStore["rotate"] {
  const queries = rotationQueries(database);
  const stands = standing(database);
  const writeAudit = auditWriter(database);

  return ({ tokenHash, clientId, scopes, next, nextSealed, graceMs, now, audit }) =>
    database.db.transaction().execute(async (trx): Promise<RotateResult> => {
      const [owner] = await queries.owner(trx, { tokenHash });
      if (!owner) return { outcome: "unknown" };
      if (owner.clientId !== clientId) return { outcome: "wrong_client" };
      const { familyId, userId } = owner;
      const amr: string[] = JSON.parse(owner.amr);

      const userOk = await stands.user(trx, userId);
      const appOk = await stands.app(trx, clientId);
      const factorsOk = await stands.factors(trx, { clientId, userId, amr });
      const assigned = await stands.assigned(trx, { clientId, userId });
      const administratorOk = await stands.administrator(trx, { userId, scopes });
      const scopesOk = await stands.scopes(trx, { clientId, userId, scopes });
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
      if (!userOk) {
        return { outcome: "refused", why: "user", family: await end("user_disabled", "refresh_token.refused", "user") };
      }
      if (!appOk) {
        return { outcome: "refused", why: "app", family: await end("app_disabled", "refresh_token.refused", "app") };
      }
      if (!assigned) return { outcome: "unassigned", family };
      if (!factorsOk) return { outcome: "mfa_required", family };
      if (!administratorOk) return { outcome: "not_administrator", family };
      if (!scopesOk) return { outcome: "unconsented", family };

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
