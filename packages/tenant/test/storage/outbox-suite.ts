import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Store } from "../../src/storage/store.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { DAY, MINUTE, sampleInteraction, T0 } from "./samples.ts";

const mail = (changes: { id?: string; createdAt?: number; expiresAt?: number } = {}) => ({
  id: randomUUID(),
  sealed: `sealed ${randomUUID()}`,
  createdAt: T0,
  expiresAt: T0 + 10 * MINUTE,
  ...changes,
});

export function outboxSuite(makeStore: MakeStore): void {
  describe("outbox", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());
    // Each test begins with nothing due.
    beforeEach(() => store.outbox.expire(Number.MAX_SAFE_INTEGER));

    const lease = (now = T0, id?: string) =>
      store.outbox.lease({ now, until: now + MINUTE, ...(id === undefined ? {} : { id }) });
    const leased = async (now = T0) => {
      const held = await lease(now);
      assert.ok(held);
      return held;
    };

    test("a mail is due at once, for one worker, and what it says goes when it was sent", async () => {
      const one = mail();
      await store.outbox.enqueue(one);
      assert.deepEqual(await lease(), { id: one.id, sealed: one.sealed, attempt: 1 });
      assert.equal(await lease(), undefined);
      assert.deepEqual(await store.outbox.find(one.id), { state: "queued", attempts: 1, lastError: null });
      assert.equal(await store.outbox.sent(one.id, T0), true);
      assert.deepEqual(await store.outbox.find(one.id), { state: "sent", attempts: 1, lastError: null });
      assert.equal(await lease(T0 + 5 * MINUTE), undefined);
    });

    test("the longest due goes first, and one that is asked for by name before it", async () => {
      const [old, young, wanted] = [mail(), mail({ createdAt: T0 + 1 }), mail({ createdAt: T0 + 2 })];
      for (const each of [young, wanted, old]) await store.outbox.enqueue(each);
      assert.equal((await lease(T0 + 9, wanted.id))?.id, wanted.id);
      assert.equal((await lease(T0 + 9))?.id, old.id);
      assert.equal((await lease(T0 + 9))?.id, young.id);
      for (const each of [old, young, wanted]) assert.equal(await lease(T0 + 9, each.id), undefined);
      assert.equal(await lease(T0, randomUUID()), undefined);
    });

    test("of 64 workers that want one mail, one gets it", async () => {
      for (let round = 0; round < 20; round++) {
        const one = mail();
        await store.outbox.enqueue(one);
        const workers = Array.from({ length: 64 }, (_, index) => lease(T0, index % 2 ? one.id : undefined));
        const held = (await Promise.all(workers)).filter((each) => each !== undefined);
        assert.deepEqual(held, [{ id: one.id, sealed: one.sealed, attempt: 1 }]);
        await store.outbox.sent(one.id, T0);
      }
    });

    test("64 workers share 64 mails, each one", async () => {
      const mails = Array.from({ length: 64 }, () => mail());
      await Promise.all(mails.map((each) => store.outbox.enqueue(each)));
      const ids = new Set<string>();
      // A worker may find its mail taken while another one is left: it asks again, as it would at the next turn.
      for (let turn = 0; turn < 64 && ids.size < 64; turn++) {
        const held = await Promise.all(mails.map(() => lease()));
        for (const each of held) {
          if (!each) continue;
          assert.ok(!ids.has(each.id));
          ids.add(each.id);
        }
      }
      assert.deepEqual([...ids].sort(), mails.map(({ id }) => id).sort());
    });

    test("a worker that was killed leaves its mail to the next one, and decides nothing any more", async () => {
      await store.outbox.enqueue(mail());
      const killed = await leased();
      assert.equal(await lease(T0 + MINUTE - 1), undefined);
      const next = await leased(T0 + MINUTE);
      assert.deepEqual([next.id, next.attempt], [killed.id, 2]);
      assert.equal(await store.outbox.failed(killed, "mail_refused 550", T0 + MINUTE), false);
      assert.equal(await store.outbox.retryLater(killed, T0, "mail_deferred 451"), false);
      assert.equal(await lease(T0 + MINUTE), undefined);
      assert.equal(await store.outbox.failed(next, "mail_refused 550", T0 + MINUTE), true);
    });

    test("a delivery is believed even when its lease has run out: the mail is not sent again", async () => {
      await store.outbox.enqueue(mail());
      const slow = await leased();
      const second = await leased(T0 + MINUTE);
      assert.equal(await store.outbox.sent(slow.id, T0 + MINUTE), true);
      assert.equal(await store.outbox.retryLater(second, T0 + MINUTE, "mail_deferred 451"), false);
      assert.equal(await lease(T0 + 5 * MINUTE), undefined);
      assert.equal(await store.outbox.sent(slow.id, T0 + MINUTE), false);
      assert.equal((await store.outbox.find(slow.id))?.state, "sent");
    });

    test("put off, it is due at its time with the reason noted; refused, it has ended", async () => {
      await store.outbox.enqueue(mail());
      const first = await leased();
      assert.equal(await store.outbox.retryLater(first, T0 + 5000, "mail_deferred 451"), true);
      assert.deepEqual(await store.outbox.find(first.id), {
        state: "queued",
        attempts: 1,
        lastError: "mail_deferred 451",
      });
      assert.equal(await lease(T0 + 4999), undefined);
      const second = await leased(T0 + 5000);
      assert.deepEqual(second, { ...first, attempt: 2 });
      assert.equal(await store.outbox.failed(second, "mail_refused 550", T0 + 5000), true);
      assert.deepEqual(await store.outbox.find(first.id), {
        state: "failed",
        attempts: 2,
        lastError: "mail_refused 550",
      });
      assert.equal(await store.outbox.sent(first.id, T0 + 5000), false);
    });

    test("of a mail's ends that come at once, one stands", async () => {
      for (let round = 0; round < 20; round++) {
        await store.outbox.enqueue(mail());
        const held = await leased();
        const ends = await Promise.all([
          store.outbox.sent(held.id, T0),
          store.outbox.failed(held, "mail_refused 550", T0),
          store.outbox.sent(held.id, T0),
          store.outbox.failed(held, "mail_refused 550", T0),
        ]);
        assert.equal(ends.filter(Boolean).length, 1);
        const state = ends[0] || ends[2] ? "sent" : "failed";
        assert.equal((await store.outbox.find(held.id))?.state, state);
      }
    });

    test("what has ended stays as it ended", async () => {
      for (const state of ["sent", "failed"] as const) {
        await store.outbox.enqueue(mail());
        const held = await leased();
        const end = () => (state === "sent" ? store.outbox.sent(held.id, T0) : store.outbox.failed(held, "no", T0));
        assert.equal(await end(), true);
        const there = await store.outbox.find(held.id);
        assert.equal(await store.outbox.sent(held.id, T0 + 1), false);
        assert.equal(await store.outbox.failed(held, "again", T0 + 1), false);
        assert.equal(await store.outbox.retryLater(held, T0 + 1, "again"), false);
        assert.deepEqual(await store.outbox.find(held.id), there);
      }
    });

    test("too late is never sent; one that is just being sent may still arrive", async () => {
      const [idle, busy] = [mail(), mail()];
      const end = T0 + 10 * MINUTE;
      await store.outbox.enqueue(idle);
      await store.outbox.enqueue(busy);
      assert.equal((await lease(end - 1, busy.id))?.id, busy.id);
      assert.equal(await store.outbox.expire(end - 1), 0);
      assert.equal(await lease(end, idle.id), undefined);
      assert.equal(await store.outbox.expire(end), 1);
      assert.equal((await store.outbox.find(idle.id))?.state, "expired");
      assert.equal(await store.outbox.sent(busy.id, end), true);
      assert.equal(await store.outbox.expire(end + DAY), 0);
    });

    test("a purge deletes what ended a day ago and nothing that waits", async () => {
      const [waiting, done] = [mail({ expiresAt: T0 + 7 * DAY }), mail()];
      await store.outbox.enqueue(waiting);
      await store.outbox.enqueue(done);
      await store.outbox.sent(done.id, T0);
      await store.purgeExpired(T0 + DAY - 1);
      assert.equal((await store.outbox.find(done.id))?.state, "sent");
      await store.purgeExpired(T0 + DAY);
      assert.equal(await store.outbox.find(done.id), undefined);
      assert.equal((await store.outbox.find(waiting.id))?.state, "queued");
    });

    test("a flow knows what became of the mail with its newest code", async () => {
      const sessionId = randomUUID();
      await store.sessions.ensure({ id: sessionId, createdAt: T0, expiresAt: T0 + DAY });
      const flow = sampleInteraction(sessionId, {
        email: { address: "ana@contoso.example", purpose: "sign_up", verifiedAt: null },
      });
      await store.sessions.insertInteraction(flow);
      assert.equal(await store.outbox.stateOfCode(flow.id), undefined);
      const code = { purpose: "sign_up", emailNormalized: "ana@contoso.example", codeHash: "hash" } as const;
      const sendCode = async (mailId: string | null) => {
        const times = { createdAt: T0, expiresAt: T0 + 10 * MINUTE };
        await store.mail.insertCode({ ...code, ...times, id: randomUUID(), interactionId: flow.id, mailId });
      };
      const [first, second] = [mail(), mail()];
      await sendCode(first.id);
      assert.equal(await store.outbox.stateOfCode(flow.id), undefined, "not yet kept");
      await store.outbox.enqueue(first);
      assert.equal(await store.outbox.stateOfCode(flow.id), "queued");
      await store.outbox.failed(await leased(), "mail_refused 550", T0);
      assert.equal(await store.outbox.stateOfCode(flow.id), "failed");
      await sendCode(second.id);
      await store.outbox.enqueue(second);
      await store.outbox.sent(second.id, T0);
      assert.equal(await store.outbox.stateOfCode(flow.id), "sent");
      const other = sampleInteraction(sessionId);
      await store.sessions.insertInteraction(other);
      assert.equal(await store.outbox.stateOfCode(other.id), undefined, "another flow's mail");
      await sendCode(null);
      assert.equal(await store.outbox.stateOfCode(flow.id), undefined);
    });

    test("an id stands for one mail", async () => {
      const one = mail();
      await store.outbox.enqueue(one);
      await assert.rejects(store.outbox.enqueue({ ...mail(), id: one.id }));
      assert.equal((await lease(T0, one.id))?.sealed, one.sealed);
    });
  });
}
