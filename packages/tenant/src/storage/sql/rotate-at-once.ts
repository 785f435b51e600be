import { sql } from "kysely";
import { mayIssue } from "../../directory/access-rules.ts";
import { GRAPH_RESOURCE_ID, reachOf } from "../../directory/scopes.ts";
import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { RotateResult, TokenStore } from "../store.ts";
import { ADMINISTRATOR } from "./consent-store.ts";
import { versionsOf } from "./renewal.ts";
import { endOfFamily, LATER_END_MS } from "./token-family.ts";

type RotateInput = Parameters<TokenStore["rotate"]>[0];

/**
 * PostgreSQL only: the first use of a token in one round trip, if the access rule allows it on the facts that were read
 * before, and none of their rows has changed since. Undefined in every other case; then nothing was changed.
 *
 * The statements run in one transaction. The first ones lock what `issuanceCheck` locks, in its order; the last one
 * begins after that, so it sees every change that was confirmed, and compares the versions of the rows again. Equal rows
 * mean the same decision: the rule has in effect been applied to locked facts.
 */
export function rotationAtOnce(database: Database): (input: RotateInput) => Promise<RotateResult | undefined> {
  const { tableName, db, together } = database;
  const table = (name: string) => sql.raw(tableName(name));
  const lockUserAppAndApi = prepared((by: { userId: string; clientId: string; apiId: string }) => ({
    compile: () =>
      sql`select 1 from ${table("users")} as u, ${table("apps")} as a, ${table("apis")} as i
        where u.id = ${by.userId} and a.client_id = ${by.clientId} and i.client_id = ${by.apiId}
        for share of u for share of a for share of i`.compile(db),
  }));
  const lockUserAndApp = prepared((by: { userId: string; clientId: string }) => ({
    compile: () =>
      sql`select 1 from ${table("users")} as u, ${table("apps")} as a
        where u.id = ${by.userId} and a.client_id = ${by.clientId}
        for share of u for share of a`.compile(db),
  }));
  const lockConsents = prepared((by: { userId: string; clientId: string }) => ({
    compile: () =>
      sql`select 1 from ${table("consents")}
        where client_id = ${by.clientId} and user_id in (${sql.lit(ADMINISTRATOR)}, ${by.userId})
        order by user_id, resource_id, scope for share`.compile(db),
  }));
  const rotate = prepared((by: Values) => ({
    // The family is locked until the commit, as in `rotation`. Each condition is checked again after a wait for its row.
    compile: () =>
      sql<{ generation: number }>`with
        family as (
          select id from ${table("token_families")}
          where id = ${by.familyId} and revoked_at is null and created_at > ${by.createdAfter}
            and current_setting('transaction_isolation') = 'read committed'
            and ${by.versions} = ${versionsOf(database, sql`${by.userId}`, sql`${by.clientId}`)}
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

  return async (input) => {
    const { renewal, clientId, tokenHash, scopes, now, next, familyMs, audit } = input;
    const { token, seen } = renewal ?? {};
    if (!token || !seen || token.family.clientId !== clientId || token.usedAt !== null) return undefined;
    const { family } = token;
    const atGraph = scopes.resourceId === GRAPH_RESOURCE_ID;
    const api = renewal?.apis.find((each) => each.clientId === scopes.resourceId);
    // Administrators need a second factor for Graph if any of them has one, which the versions do not show.
    if (atGraph ? seen.facts.user?.administrator : !api) return undefined;
    const { methods, authTime, grantType, userId } = family;
    const signIn = {
      methods,
      authTime,
      grantType: "refresh_token",
      signInGrant: grantType,
      signedInSince: null,
    } as const;
    if (mayIssue({ ...seen.facts, api, ...signIn, scopes, reach: reachOf(family) }) !== undefined) return undefined;

    const of = { userId, clientId };
    const rows = await together([
      atGraph ? lockUserAndApp.with(of) : lockUserAppAndApi.with({ ...of, apiId: scopes.resourceId }),
      lockConsents.with(of),
      rotate.with({
        ...of,
        ...{ familyId: family.id, createdAfter: now - familyMs, versions: seen.versions, now, tokenHash },
        ...{ nextSealed: input.nextSealed, from: input.from, nextHash: next.tokenHash, expiresAt: next.expiresAt },
        laterEnd: next.expiresAt + LATER_END_MS,
        ...{ at: audit.at, event: audit.event, actor: audit.actor, auditUserId: audit.userId },
        ...{
          auditClientId: audit.clientId,
          grantId: audit.grantId,
          ip: audit.ip,
          detail: JSON.stringify(audit.detail),
        },
      }),
    ]);
    const [rotated] = rows[2];
    if (!rotated) return undefined;
    const expiresAt = endOfFamily(family.expiresAt, next.expiresAt);
    return { outcome: "rotated", family: { ...family, expiresAt }, generation: rotated.generation + 1 };
  };
}

interface Values {
  familyId: string;
  userId: string;
  clientId: string;
  createdAfter: number;
  versions: string;
  now: number;
  tokenHash: string;
  nextSealed: string;
  from: string;
  nextHash: string;
  expiresAt: number;
  laterEnd: number;
  at: number;
  event: string;
  actor: string;
  auditUserId: string | null;
  auditClientId: string | null;
  grantId: string | null;
  ip: string | null;
  detail: string;
}
