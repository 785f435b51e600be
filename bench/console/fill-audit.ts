import type { Filler } from "../fill.ts";

const DAY = 24 * 60 * 60 * 1_000;

/** Of ten records, seven are renewals, as in a tenant with many devices. */
const EVENTS = ["user.signed_in", "device_grant.approved", "device_grant.redeemed"];

/**
 * Audit records of the last 24 hours before `now`, evenly, of the users that `fillSignIns` made: the most that the charts
 * could have to count. Copies of one that exists.
 */
export async function fillAudit(
  filler: Filler,
  { records, people, clientId, now }: { records: number; people: number; clientId: string; now: number },
): Promise<void> {
  const last = Number(await filler.value("select max(seq) from audit_records"));
  const cases = EVENTS.map((event, index) => `when ${index} then '${event}'`).join(" ");
  await filler.copies(
    "audit_records",
    {
      seq: `${last} + i`,
      at: `${now - DAY} + cast(i as bigint) * ${DAY} / ${records}`,
      event: `case i % 10 ${cases} else 'refresh_token.rotated' end`,
      user_id: `uuid_of('user' || (i % ${people} + 1))`,
      client_id: `'${clientId}'`,
      grant_id: `uuid_of('grant' || (i % ${people} + 1))`,
      ip: "'203.0.113.' || (i % 250)",
      detail: `'{"method":"password"}'`,
    },
    { where: `t.seq = ${last}`, from: 1, to: records },
  );
  await filler.run("analyze");
}
