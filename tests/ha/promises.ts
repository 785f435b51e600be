// What the clients were promised, and whether the store still agrees.
import { hashSecret } from "../../packages/tenant/src/kernel/seal.ts";
import { sql } from "./lab.ts";

/** Acknowledged changes: the answer had arrived at the client. */
export class Promises {
  readonly approved = new Map<string, number>();
  readonly tokens = new Map<string, number>();
  readonly revoked = new Map<string, number>();
  /** Presented refresh token → its successors: more than one would be a second rotation. */
  readonly successors = new Map<string, Set<string>>();
  /** Clients that were signed out although their sign-in was not revoked. */
  readonly signedOut: string[] = [];
  /** Sign-ins that were in progress and had to begin again: the tokens were issued, and their only answer was lost. */
  readonly begunAgain: string[] = [];

  /** @param from the refresh token that was presented; absent for the first one of a sign-in */
  received(token: string, from?: string): void {
    this.tokens.set(hashSecret(token), Date.now());
    if (from === undefined) return;
    const known = this.successors.get(hashSecret(from)) ?? new Set();
    this.successors.set(hashSecret(from), known.add(hashSecret(token)));
  }

  /** Compares with the store. Changes that are acknowledged meanwhile count in the next comparison. */
  async compare(): Promise<{ lost: string[]; doubled: string[] }> {
    const approved = [...this.approved];
    const tokens = [...this.tokens];
    const revoked = [...this.revoked];
    const store = await readStore();
    const families = new Map(store.families.map((each) => [each.id, each]));
    const familyOf = new Map(store.tokens.map(({ hash, family }) => [hash, family]));
    const grants = new Map(store.grants.map(({ code, status }) => [code, status]));
    const at = (ms: number) => new Date(ms).toISOString();
    const isRevoked = (hash: string) => families.get(familyOf.get(hash) ?? "")?.revoked === true;
    const isApproved = (code: string) => ["approved", "redeemed"].includes(grants.get(code) ?? "");
    const twice = [...this.successors].filter(([, next]) => next.size > 1);
    return {
      lost: [
        ...approved.filter(([code]) => !isApproved(code)).map(([code, ms]) => `approval of ${code} at ${at(ms)}`),
        ...tokens.filter(([hash]) => !familyOf.has(hash)).map(([hash, ms]) => `token ${hash} of ${at(ms)}`),
        ...revoked.filter(([hash]) => !isRevoked(hash)).map(([hash, ms]) => `revocation of ${hash} at ${at(ms)}`),
      ],
      doubled: [...store.doubled, ...twice.map(([hash]) => `token ${hash} has two successors`)],
    };
  }
}

interface StoreState {
  tokens: { hash: string; family: string }[];
  families: { id: string; revoked: boolean }[];
  grants: { code: string; status: string }[];
  doubled: string[];
}

const readStore = async (): Promise<StoreState> => JSON.parse(await sql(STATE));

const STATE = `
with twice(what) as (
  select 'two sign-ins from grant ' || grant_id from token_families
    where grant_type = 'device_code' group by grant_id having count(*) > 1
  union all select 'two tokens of generation ' || generation || ' in ' || family_id from refresh_tokens
    group by family_id, generation having count(*) > 1
  union all select 'two records ' || event || ' of grant ' || grant_id from audit_records
    where event in ('device_grant.approved', 'device_grant.redeemed') group by event, grant_id having count(*) > 1
  union all select 'two records of the revocation of ' || (detail::json ->> 'family') from audit_records
    where event = 'sign_in.revoked' group by detail::json ->> 'family' having count(*) > 1
  union all select 'rotations and tokens of ' || family_id || ' differ' from refresh_tokens
    group by family_id having max(generation) <> count(*) or count(*) - 1 <> (
      select count(*) from audit_records
      where event = 'refresh_token.rotated' and detail::json ->> 'family' = family_id)
)
select json_build_object(
  'tokens', (select coalesce(json_agg(json_build_object('hash', token_hash, 'family', family_id)), '[]') from refresh_tokens),
  'families', (select coalesce(json_agg(json_build_object('id', id, 'revoked', revoked_at is not null)), '[]') from token_families),
  'grants', (select coalesce(json_agg(json_build_object('code', user_code, 'status', status)), '[]') from device_grants),
  'doubled', (select coalesce(json_agg(what), '[]') from twice))`;
