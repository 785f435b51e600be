import type { ScopeSet } from "../../directory/scopes.ts";
import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { LiveRequest, LiveRequests } from "../live-requests.ts";

const COLUMNS = [
  "deviceGrants.id",
  "deviceGrants.userCode",
  "deviceGrants.clientId",
  "deviceGrants.status",
  "deviceGrants.denialReason",
  "deviceGrants.deviceName",
  "deviceGrants.devicePlatform",
  "deviceGrants.initiatedIp",
  "deviceGrants.createdAt",
  "deviceGrants.expiresAt",
  "deviceGrants.decidedAt",
  "deviceGrants.decidedBy",
  "deviceGrants.requested",
] as const;

/** All reads go through the index of `expires_at`: at most the requests of one lifetime. */
export function liveRequests({ db }: Database): LiveRequests {
  const live = prepared((by: { now: number }) =>
    db
      .selectFrom("deviceGrants")
      .where("expiresAt", ">", by.now)
      .where("status", "in", ["pending", "claimed"])
      .select((row) => row.fn.countAll<number>().as("live")),
  );

  /** Which of these grants a browser has opened: the interactions about them, the first one of each. */
  async function openedBy(
    ids: readonly string[],
    now: number,
  ): Promise<Map<string, { openedAt: number; email: string | null }>> {
    if (ids.length === 0) return new Map();
    const rows = await db
      .selectFrom("flows")
      .leftJoin("users", "users.id", "flows.userId")
      .where("flows.expiresAt", ">", now)
      .where("flows.intent", "=", "device")
      .where("flows.grantId", "in", ids)
      .select(["flows.grantId", "flows.createdAt", "users.email as email"])
      .orderBy("flows.createdAt")
      .execute();
    const opened = new Map<string, { openedAt: number; email: string | null }>();
    for (const { grantId, createdAt, email } of rows) {
      if (grantId === null) continue;
      const before = opened.get(grantId);
      opened.set(grantId, { openedAt: before?.openedAt ?? createdAt, email: email ?? before?.email ?? null });
    }
    return opened;
  }

  return {
    async list({ now, after, limit }) {
      const rows = await db
        .selectFrom("deviceGrants")
        .leftJoin("apps", "apps.clientId", "deviceGrants.clientId")
        .leftJoin("users", "users.id", "deviceGrants.userId")
        .leftJoin("tokenFamilies", "tokenFamilies.id", "deviceGrants.familyId")
        .where("deviceGrants.expiresAt", ">", now)
        .$if(after !== undefined, (query) =>
          query.where(({ eb, refTuple, tuple }) =>
            eb(refTuple("deviceGrants.expiresAt", "deviceGrants.id"), "<", tuple(after!.expiresAt, after!.id)),
          ),
        )
        .select(COLUMNS)
        .select(["apps.name as appName", "users.email as email"])
        .select(["tokenFamilies.id as familyId", "tokenFamilies.createdAt as redeemedAt"])
        .select("tokenFamilies.revokedAt as endedAt")
        .orderBy("deviceGrants.expiresAt", "desc")
        .orderBy("deviceGrants.id", "desc")
        .limit(Math.min(limit, 200))
        .execute();
      const opened = await openedBy(
        rows.map(({ id }) => id),
        now,
      );
      return rows.map(({ requested, ...row }): LiveRequest => {
        const by = opened.get(row.id);
        const { oidc, resourceScopes, isDefault }: ScopeSet = JSON.parse(requested);
        const asksFor = [...oidc, ...(isDefault ? [".default"] : resourceScopes)];
        return { ...row, asksFor, openedAt: by?.openedAt ?? null, email: row.email ?? by?.email ?? null };
      });
    },

    async count(now) {
      const [row] = await live(db, { now });
      return Number(row?.live ?? 0);
    },
  };
}
