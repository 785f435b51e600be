import { sql } from "kysely";
import { inBatches } from "../engine/batches.ts";
import type { Bound, Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import { ADMINISTRATOR } from "./consent-store.ts";
import { versionsIn } from "./renewal-versions.ts";
import type { RotateIfUnchanged, Rotation } from "./rotate-at-once.ts";

/** A batch holds its locks until it is on disk, so it stays short. While one waits for the disk, the next is sent. */
const BATCHES = { most: 50, atOnce: 2 };

/**
 * How long a batch waits for a lock of another transaction. Then each of its renewals waits in a transaction of its own,
 * which keeps no other renewal from its turn.
 */
const LOCK_TIMEOUT_MS = 50;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * PostgreSQL: the rotations of concurrent requests in one round trip and one transaction. It first locks what
 * `issuanceCheck` locks, in its order. Each rotation begins after that, so it sees every change that was confirmed, and
 * compares the versions of the rows again: the rule has in effect been applied to locked facts.
 */
export function rotationInOneRoundTrip(database: Database): RotateIfUnchanged {
  const { tableName, db, together } = database;
  const versions = versionsIn(database);
  const table = (name: string) => sql.raw(tableName(name));
  const waitBriefly: Bound<unknown> = {
    text: "select set_config('lock_timeout', $1, true)",
    parameters: [`${LOCK_TIMEOUT_MS}ms`],
  };
  const listOf = (json: string) => sql`array(select json_array_elements_text(${json}::json))`;
  // The parts run in the order in which they are counted.
  const lock = prepared((by: { users: string; apps: string; apis: string; consents: string }) => ({
    compile: () =>
      sql`with
        locked_users as (
          select 1 from ${table("users")} where id = any(${listOf(by.users)}) order by id for share
        ),
        locked_apps as (
          select 1 from ${table("apps")} where client_id = any(${listOf(by.apps)}) order by client_id for share
        ),
        locked_apis as (
          select 1 from ${table("apis")} where client_id = any(${listOf(by.apis)}) order by client_id for share
        ),
        locked_consents as (
          select 1 from json_to_recordset(${by.consents}::json) as wanted (client_id text, user_id text)
          join ${table("consents")} as consent using (client_id, user_id)
          order by consent.client_id, consent.user_id, consent.resource_id, consent.scope for share of consent
        )
        select (select count(*) from locked_users), (select count(*) from locked_apps),
          (select count(*) from locked_apis), (select count(*) from locked_consents)`.compile(db),
  }));
  const rotate = prepared((by: Rotation) => ({
    // The family is locked until the commit, as in `rotation`. Each condition is checked again after a wait for its row.
    compile: () =>
      sql<{ generation: number }>`with
        family as (
          select id from ${table("token_families")}
          where id = ${by.familyId} and revoked_at is null and created_at > ${by.createdAfter}
            and current_setting('transaction_isolation') = 'read committed'
            and ${by.personal} = ${versions.ofPersonal(sql`${by.userId}`, sql`${by.clientId}`)}
            and ${by.registered} = ${versions.ofRegistered(sql`${by.userId}`, sql`${by.clientId}`)}
          for update
        ),
        used as (
          update ${table("refresh_tokens")} as token
          set used_at = ${by.now}, successor_sealed = ${by.nextSealed}, used_from = ${by.from}
          from family
          where token.token_hash = ${by.tokenHash} and token.family_id = family.id and token.used_at is null
            and token.expires_at > ${by.now}
          returning token.family_id, token.generation
        ),
        next as (
          insert into ${table("refresh_tokens")} (token_hash, family_id, generation, expires_at)
          select ${by.nextHash}::text, family_id, generation + 1, ${by.expiresAt}::bigint from used
        ),
        prolonged as (
          update ${table("token_families")} as prolonged set expires_at = ${by.laterEnd} from used
          where prolonged.id = used.family_id
            and (prolonged.expires_at < ${by.expiresAt} or prolonged.expires_at > ${by.laterEnd})
        ),
        recorded as (
          insert into ${table("audit_records")} (at, event, actor, user_id, client_id, grant_id, ip, detail)
          select ${by.at}::bigint, ${by.event}::text, ${by.actor}::text, ${by.auditUserId}::text,
            ${by.auditClientId}::text, ${by.grantId}::text, ${by.ip}::text, ${by.detail}::text
          from used
        )
        select generation from used`.compile(db),
  }));

  async function rotateAll(rotations: readonly Rotation[]): Promise<({ generation: number } | undefined)[]> {
    const distinct = (values: readonly string[]) => JSON.stringify([...new Set(values)]);
    const owners = rotations.flatMap(({ clientId, userId }) => [
      { client_id: clientId, user_id: ADMINISTRATOR },
      { client_id: clientId, user_id: userId },
    ]);
    const locks = lock.with({
      users: distinct(rotations.map(({ userId }) => userId)),
      apps: distinct(rotations.map(({ clientId }) => clientId)),
      apis: distinct(rotations.flatMap(({ apiId }) => apiId ?? [])),
      consents: JSON.stringify([...new Map(owners.map((owner) => [JSON.stringify(owner), owner])).values()]),
    });
    // Sign-ins are locked one after another, by every node in the same order.
    const order = rotations.toSorted((a, b) => (a.familyId < b.familyId ? -1 : 1));
    const first = [waitBriefly, locks];
    try {
      const rows = await together([...first, ...order.map((each) => rotate.with(each))]);
      const rotated = new Map(order.map((each, index) => [each, rows[first.length + index]?.[0]]));
      return rotations.map((each) => rotated.get(each) as { generation: number } | undefined);
    } catch (error) {
      if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) return rotations.map(() => undefined);
      throw error;
    }
  }

  return inBatches(rotateAll as (rotations: Rotation[]) => ReturnType<typeof rotateAll>, BATCHES);
}
