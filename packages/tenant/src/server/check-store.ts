import type { SigningAlgorithm } from "../directory/entities.ts";
import { CLOCK_SKEW, type Clock } from "../kernel/time.ts";
import { inspectStore, type PostgresFacts, type StoreContents, type StoreFacts } from "../storage/sql/inspect-store.ts";
import { error, type Finding, ok, warning } from "./finding.ts";
import { tenantMoved } from "./moved.ts";
import type { StartOptions } from "./start-tenant.ts";

const MINUTE = 60_000;

/**
 * Reads the store without changing it.
 *
 * @throws StoreError `store_unreachable`
 */
export async function checkStore(
  store: StartOptions["store"],
  clock: Clock,
  beforeStart: boolean,
): Promise<{ facts: StoreFacts | undefined; findings: Finding[] }> {
  const shown = "sqlite" in store ? store.sqlite : "PostgreSQL";
  const facts = await inspectStore(store, () => clock.now());
  return { facts, findings: judgeStore(shown, facts, clock.now(), beforeStart) };
}

/**
 * @param facts undefined if the SQLite file does not exist
 * @param beforeStart a tenant that is about to start may be new, and looks after its keys, mails and rows once it runs
 */
export function judgeStore(shown: string, facts: StoreFacts | undefined, now: number, beforeStart: boolean): Finding[] {
  const { damage = [], name, migrations, clockOffset = null, contents = null } = facts ?? {};
  if (damage.length > 0) {
    return [
      error(
        "integrity",
        `${shown} is damaged: ${damage[0]}.`,
        "Stop the tenant, and restore its last backup: doorcode tenant restore FILE --replace",
      ),
    ];
  }
  const found = [tenantIn(shown, facts, beforeStart)];
  if (facts?.postgres) found.push(connection(facts.postgres));
  if (migrations) found.push(schema(migrations));
  if (clockOffset !== null) found.push(clockOf(clockOffset));
  if (name === undefined) return found;
  if (clockOffset === null) found.push(ok("integrity", `${shown} has no damage.`));
  if (contents === null || beforeStart) return found;
  return [...found, signingKeys(contents.keys, now), mailQueue(contents.mails, now), expiredRows(contents.expired)];
}

function tenantIn(shown: string, facts: StoreFacts | undefined, beforeStart: boolean): Finding {
  if (facts?.movedTo !== undefined) {
    const { message, hint } = tenantMoved(facts.movedTo);
    return error("store", message, hint);
  }
  if (facts?.name !== undefined) return ok("store", `${shown} has the tenant “${facts.name}”.`);
  if (beforeStart) return ok("store", `${shown} has no tenant yet; the first start creates it.`);
  const message = facts ? `${shown} has no tenant.` : `${shown} does not exist.`;
  return error("store", message, "Name the store that the tenant was started with, or start it once.");
}

function connection({ standby, pooled, direct }: PostgresFacts): Finding {
  if (standby) {
    return error(
      "connection",
      "The store's URL leads to a standby, which refuses every change.",
      "Name the primary in the store's URL. A standby becomes one when it is promoted. A proxy such as HAProxy can follow the primary.",
    );
  }
  if (direct === "unreachable") {
    return warning(
      "connection",
      "The direct URL of PostgreSQL does not respond.",
      "Without it, notifications between nodes are lost. Check its host, port, user and password.",
    );
  }
  if (direct === "another_database") {
    return error(
      "connection",
      "The direct URL leads to another database or server than the store's URL.",
      "Both must lead to the same database: one through the pooler, one without it.",
    );
  }
  if (direct === "pooled" || (pooled && direct === null)) {
    const which = direct === null ? "store's URL leads" : "direct URL also leads";
    return warning(
      "connection",
      `The ${which} through a connection pooler, where notifications between nodes are lost.`,
      "Name a URL that leads to PostgreSQL itself: directUrlFile or directUrlEnv in the server file, or DOORCODE_STORE_DIRECT.",
    );
  }
  return ok(
    "connection",
    pooled
      ? "A pooler leads to PostgreSQL; notifications have a direct connection."
      : "PostgreSQL is reached directly.",
  );
}

function schema({ missing, unknown, fits, oldest, newest }: NonNullable<StoreFacts["migrations"]>): Finding {
  if (!fits) {
    return error(
      "schema",
      `A newer version of Doorcode has changed the store (${unknown.at(-1)}). It needs a version that knows migration ${oldest}; the last one that this version knows is ${newest}.`,
      "Update Doorcode on this machine, or use another store.",
    );
  }
  if (unknown.length > 0) {
    return warning(
      "schema",
      `A newer version of Doorcode has added to the store's tables (${unknown.at(-1)}). This version can work with them.`,
      "If this is not a rolling upgrade, update Doorcode on this machine.",
    );
  }
  if (missing.length === 0) return ok("schema", "The store's tables are those of this version.");
  const many = missing.length === 1 ? "1 migration" : `${missing.length} migrations`;
  return warning(
    "schema",
    `The store's tables are those of an older version: they lack ${many}.`,
    "Back up the tenant. The next start updates the tables.",
  );
}

function clockOf(offset: number): Finding {
  const seconds = Math.round(Math.abs(offset) / 1000);
  if (seconds * 1000 < CLOCK_SKEW.warnMs) return ok("clock", "The clocks of this machine and of PostgreSQL agree.");
  const message = `This machine's clock is ${seconds} seconds ${offset > 0 ? "behind" : "ahead of"} PostgreSQL's.`;
  const hint =
    "Synchronize the clocks of all machines (NTP). Nodes decide by their own clocks when codes and tokens expire.";
  return seconds * 1000 < CLOCK_SKEW.unreadyMs ? warning("clock", message, hint) : error("clock", message, hint);
}

function signingKeys(keys: StoreContents["keys"], now: number): Finding {
  const live = keys.filter(({ retiresAt }) => retiresAt === null || retiresAt > now);
  const algorithms = [...new Set<SigningAlgorithm>(["RS256", ...live.map(({ alg }) => alg)])];
  const activeOf = (alg: SigningAlgorithm) => live.findLast((each) => each.alg === alg && each.activatesAt <= now);
  const nextOf = (alg: SigningAlgorithm) => live.find((each) => each.alg === alg && each.activatesAt > now);
  const next = nextOf("RS256");
  if (!algorithms.every(activeOf)) {
    return error(
      "signing_keys",
      "No key signs tokens.",
      "Check this machine's clock. Without any key, the next start creates them.",
    );
  }
  if (next === undefined || !algorithms.every(nextOf)) {
    return warning(
      "signing_keys",
      "The key that signs has no published successor.",
      "Start the tenant: it creates one.",
    );
  }
  return ok(
    "signing_keys",
    `A key signs tokens. Its successor is published, and takes over on ${new Date(next.activatesAt).toISOString().slice(0, 10)}.`,
  );
}

function mailQueue({ waiting, oldestAt, lost, lastError }: StoreContents["mails"], now: number): Finding {
  const why = lastError === null ? "" : ` (${lastError})`;
  const hint = "Check the mail server and its settings, and the tenant's log.";
  if (oldestAt !== null && now - oldestAt > 5 * MINUTE) {
    const since = new Date(oldestAt).toISOString().slice(0, 16).replace("T", " ");
    return warning("mail_queue", `${emails(waiting)} waiting, the oldest since ${since}${why}.`, hint);
  }
  if (lost > 0) return warning("mail_queue", `${emails(lost)} not delivered within the last day${why}.`, hint);
  return ok("mail_queue", waiting === 0 ? "No email is waiting." : `${emails(waiting)} on the way.`);
}

const emails = (count: number) => (count === 1 ? "1 email is" : `${count} emails are`);

function expiredRows(rows: number): Finding {
  if (rows === 0) return ok("expired_rows", "No expired rows.");
  const message = `${rows} expired ${rows === 1 ? "row has" : "rows have"} not been deleted for an hour.`;
  // A tenant that was stopped for a while has some, which its next start deletes within minutes.
  return warning(
    "expired_rows",
    message,
    "A running tenant deletes them within minutes. If it runs, look for warnings in its log.",
  );
}
