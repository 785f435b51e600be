import type { Socket } from "node:net";
import { sql } from "kysely";
import pg from "pg";
import type { Logger } from "pino";
import { hashSecret, newSecret } from "../../kernel/seal.ts";
import { withTimeout } from "../../kernel/time.ts";
import { STALE_MS } from "../pending-polls.ts";
import type { ProcessChannel } from "./change-feed.ts";
import { IDENTITY, isPooled } from "./postgres-server.ts";
import { reasonOf } from "./store-failure.ts";

/** Waits between attempts to connect, in milliseconds: doubled each time, with jitter. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 10_000;
/** How long closing waits for the server. */
const CLOSE_MS = 200;
/** How long after the answer to one ping the next one is sent: several within `STALE_MS`. */
const PING_AFTER_MS = 250;
const PING = "ping";
/** A connection that answers no ping for so long is replaced. */
const PING_TIMEOUT_MS = 5_000;
/** How many pings pass between two checks that the store still writes to the server that is listened to. */
const PINGS_PER_CHECK = 4;

/** A database can hold several tenants, each in its schema. A channel's name has at most 63 characters. */
export const channelOf = (schema: string): string => `doorcode_${hashSecret(schema).slice(0, 32)}`;

export interface PostgresChannel extends ProcessChannel {
  close(): Promise<void>;
}

const anotherServer = () => new Error("It leads to another server than the store's other connections.");

/**
 * LISTEN and NOTIFY, on one connection per process that is opened with the first watch. A lost connection is replaced;
 * `onGap` follows each (re)connection. Through PgBouncer in transaction mode LISTEN does not work, but NOTIFY does: without
 * a direct URL, only the regular checks notice what other nodes did.
 *
 * @param serverOf the identity of the server that the store writes to
 */
export function postgresChannel(
  connection: Pick<pg.ClientConfig, "connectionString" | "application_name">,
  schema: string,
  serverOf: () => Promise<string>,
  log?: Logger,
): PostgresChannel {
  const channel = channelOf(schema);
  // PostgreSQL also notifies the process that caused it, which after an error does not know what was committed.
  const self = newSecret().slice(0, 8);
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pingTimer: NodeJS.Timeout | undefined;
  let closed = false;
  /** Every message that was committed before this moment of `performance.now()` has arrived. */
  let currentAt = Number.NEGATIVE_INFINITY;

  /**
   * Notifications arrive in the order of their commits. So when this process gets its own, it has got all that were
   * committed before it was sent. No node waits for its commit to reach the disk or a standby.
   *
   * @returns call it with each notification of its own
   */
  const pings = (connection: pg.Client, server: string, lost: (error: Error) => void) => {
    let sentAt = 0;
    let sent = 0;
    // After a failover, a connection to the old primary can live on and answer its own pings.
    const checkServer = async () => {
      if ((await serverOf()) !== server) lost(anotherServer());
    };
    const send = () => {
      sentAt = performance.now();
      pingTimer = setTimeout(lost, PING_TIMEOUT_MS, new Error(`No answer within ${PING_TIMEOUT_MS} ms.`)).unref();
      connection.query("select pg_notify($1, $2)", [channel, `${self} ${PING}`]).catch(lost);
      if (sent++ % PINGS_PER_CHECK === 0) withTimeout(PING_TIMEOUT_MS, checkServer()).catch(lost);
    };
    send();
    return () => {
      currentAt = sentAt;
      clearTimeout(pingTimer);
      pingTimer = setTimeout(send, PING_AFTER_MS).unref();
    };
  };

  return {
    isCurrent: () => performance.now() - currentAt <= STALE_MS,

    async send(trx, messages) {
      // Kysely has no array parameters for both drivers, so the list travels as JSON.
      const each = sql`select json_array_elements_text(${JSON.stringify(messages.map((message) => `${self} ${message}`))}::json) as message`;
      await sql`select pg_notify(${channel}, message) from (${each}) as messages`.execute(trx);
    },

    open(onMessage, onGap) {
      let failures = 0;
      const connect = async () => {
        const next = new pg.Client({
          ...connection,
          connectionTimeoutMillis: 5_000,
          // So that a peer that vanished is noticed while nothing is sent.
          keepAlive: true,
          keepAliveInitialDelayMillis: 10_000,
        });
        client = next;
        let over = false;
        let onPing: (() => void) | undefined;
        const lost = (error?: Error) => {
          if (over || closed) return;
          over = true;
          clearTimeout(pingTimer);
          currentAt = Number.NEGATIVE_INFINITY;
          next.end().catch(() => undefined);
          // A peer that is silent never answers the end.
          (next as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
          log?.warn(reasonOf(error), "the PostgreSQL connection for notifications was lost");
          const wait = Math.min(FIRST_WAIT * 2 ** failures++, LONGEST_WAIT) * (0.5 + Math.random() / 2);
          timer = setTimeout(connect, wait);
          timer.unref();
        };
        next.on("error", lost);
        next.on("end", () => lost());
        next.on("notification", ({ payload = "" }) => {
          const from = payload.indexOf(" ");
          const [sender, message] = [payload.slice(0, from), payload.slice(from + 1)];
          if (message !== PING) onMessage(message);
          else if (sender === self && !over) onPing?.();
        });
        try {
          await next.connect();
          await next.query(`listen ${pg.escapeIdentifier(channel)}`);
          const { rows } = await next.query(`select ${IDENTITY} as server, pg_backend_pid() as pid`);
          const [{ server, pid }] = rows as [{ server: string; pid: number }];
          onGap();
          // Through a pooler, pings may arrive while other notifications are lost, and a setting reaches other clients.
          if (!isPooled(next, pid)) {
            await next.query("set synchronous_commit = off");
            if ((await serverOf()) !== server) throw anotherServer();
            onPing = pings(next, server, lost);
          }
          failures = 0;
        } catch (error) {
          lost(error as Error);
        }
      };
      void connect();
    },

    async close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(pingTimer);
      if (client) await withTimeout(CLOSE_MS, client.end()).catch(() => undefined);
    },
  };
}
