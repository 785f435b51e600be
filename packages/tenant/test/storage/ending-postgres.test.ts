// A thief with a stolen browser session approves their device while the user's sign-ins are being ended. On PostgreSQL
// both run at the same time, so the approval may come before or after any statement of the other transaction.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { sampleLink, use } from "./link-suite.ts";
import { approvalBy, pendingGrant, redemption, type Samples, sampleAudit, seedSamples, T0 } from "./samples.ts";

const audit = sampleAudit("ending");

/** What ends all sign-ins of a user. */
const endings: Record<string, (store: Store, samples: Samples) => Promise<unknown>> = {
  "the sign-ins of all users are ended": ({ administration }) => administration.users.endAllSignIns(T0, audit),
  "the user's sign-ins are ended": ({ administration }, { user }) =>
    administration.users.endSignIns(user.id, T0, audit),
  "the user's factors are reset": ({ administration }, { user }) =>
    administration.users.resetFactors(user.id, T0, audit),
  "the user's password is changed": ({ sessions }, { user }) =>
    sessions.changePassword({ user, passwordHash: "new", keepSessionId: null, now: T0, audit }),
  "the user says that it was not them": async (store, { user }) => {
    const link = sampleLink(user.id);
    await store.links.insert(link);
    const { outcome } = await store.links.use(use(link.tokenHash));
    return outcome === "done" ? outcome : undefined;
  },
};

/** Where the other transaction waits while the thief approves: before and after it has locked the user's row. */
const places: Record<string, string> = {
  "before the user's row is locked": "select 1 from users for share",
  "after the user's row is locked": "lock table flows in share mode",
};

describe("a device that a stolen session approves (PostgreSQL)", () => {
  let own: Awaited<ReturnType<typeof freshSchema>>;
  let store: Store;
  let other: pg.Client;
  let observer: pg.Client;
  before(async () => {
    own = await freshSchema();
    store = await openPostgresStore(own.url, { schema: own.schema, poolSize: 5 });
    const open = async () => {
      const client = new pg.Client({ connectionString: own.url, options: `-c search_path=${own.schema}` });
      await client.connect();
      return client;
    };
    [other, observer] = [await open(), await open()];
  });
  after(async () => {
    await Promise.all([other.end(), observer.end(), store.close()]);
    await own.drop();
  });

  /** Resolves once this many statements of the store wait for a lock, or `done` has settled. */
  async function waiting(statements: number, done: Promise<unknown>): Promise<void> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    done.then(settle, settle);
    const count = `select count(*)::int as waiting from pg_stat_activity
      where application_name = $1 and wait_event_type = 'Lock'`;
    while (!settled && (await observer.query(count, [`doorcode ${own.schema}`])).rows[0].waiting < statements)
      await setImmediate();
  }

  for (const [what, end] of Object.entries(endings)) {
    for (const [when, lock] of Object.entries(places)) {
      test(`gets no sign-in while ${what}, ${when}`, async () => {
        const samples = await seedSamples(store);
        const { user, scopes } = samples;
        const grant = await pendingGrant(store, samples);
        const stolen = await signInBrowser(store, user.id, T0);
        await other.query("begin");
        await other.query(lock);
        const ending = end(store, samples);
        await waiting(1, ending);
        await store.grants.claim(grant.id, { sessionId: stolen, userId: user.id, now: T0, audit });
        const approving = store.grants.approve(grant.id, approvalBy(user.id, stolen, scopes));
        await waiting(2, approving);
        await other.query("commit");
        const ended = await ending;
        assert.ok(ended !== undefined && ended !== false, String(ended));
        await approving;
        const redeemed = redemption(grant, user.id);
        assert.equal((await store.tokens.redeem(redeemed)).outcome, "lost");
        assert.equal(await store.tokens.findFamily(redeemed.family.id), undefined);
        assert.equal(await store.sessions.find(stolen, T0), undefined);
      });
    }
  }
});
