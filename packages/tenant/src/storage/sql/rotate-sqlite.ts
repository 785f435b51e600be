import { sql } from "kysely";
import type { Bound, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import { AUDIT_TOPIC } from "./audit-store.ts";
import { PERSONAL, REGISTERED } from "./renewal-versions.ts";
import type { RotateIfUnchanged, Rotation } from "./rotate-at-once.ts";

/**
 * SQLite: one writer at a time, so in a transaction in which the tables are as they were. Each statement depends on the
 * row that the one before it has changed.
 */
export function rotationIfUnchanged({ db, unchanged, feed }: Database): RotateIfUnchanged {
  const use = prepared((by: Rotation) => ({
    compile: () =>
      sql<{ generation: number }>`update refresh_tokens
        set used_at = ${by.now}, successor_sealed = ${by.nextSealed}, used_from = ${by.from}
        where token_hash = ${by.tokenHash} and used_at is null and expires_at > ${by.now} and exists (
          select 1 from token_families
          where id = ${by.familyId} and id = family_id and revoked_at is null and created_at > ${by.createdAfter})
        returning generation`.compile(db),
  }));
  const insertNext = prepared((by: Rotation) => ({
    compile: () =>
      sql`insert into refresh_tokens (token_hash, family_id, generation, expires_at)
        select ${by.nextHash}, family_id, generation + 1, ${by.expiresAt}
        from refresh_tokens where token_hash = ${by.tokenHash} and changes() = 1`.compile(db),
  }));
  const record = prepared((by: Rotation) => ({
    compile: () =>
      sql`insert into audit_records (at, event, actor, user_id, client_id, grant_id, ip, detail, seq)
        select ${by.at}, ${by.event}, ${by.actor}, ${by.auditUserId}, ${by.auditClientId}, ${by.grantId}, ${by.ip},
          ${by.detail}, (select coalesce(max(seq), 0) + 1 from audit_records)
        where changes() = 1`.compile(db),
  }));
  const prolong = prepared((by: Rotation) => ({
    compile: () =>
      sql`update token_families set expires_at = ${by.laterEnd}
        where id = ${by.familyId} and (expires_at < ${by.expiresAt} or expires_at > ${by.laterEnd})
          and changes() = 1`.compile(db),
  }));

  return async (rotation) => {
    const statements: [Bound<{ generation: number }>, ...Bound<unknown>[]] = [
      ...([use.with(rotation), insertNext.with(rotation), record.with(rotation)] as const),
      ...(rotation.isProlonged ? [prolong.with(rotation)] : []),
    ];
    const read = [
      [PERSONAL, rotation.personal],
      [REGISTERED, rotation.registered],
    ] as const;
    const [rotated] = (await unchanged?.change(read, statements))?.[0] ?? [];
    if (rotated) feed.emit(AUDIT_TOPIC);
    return rotated as { generation: number } | undefined;
  };
}
