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

    test("a mail is due at once, for one worker, and its content is deleted after sending", async () => {
      const one = mail();
      await store.outbox.enqueue(one);
      assert.deepEqual(await lease(), { id: one.id, sealed: one.sealed, attempt: 1 });
      assert.equal(await lease(), undefined);
      assert.deepEqual(await store.outbox.find(one.id), { state: "queued", attempts: 1, lastError: null });
      assert.equal(await store.outbox.sent(one.id, T0), true);
      assert.deepEqual(await store.outbox.find(one.id), { state: "sent", attempts: 1, lastError: null });
      assert.equal(await lease(T0 + 5 * MINUTE), undefined);
    });

    test("the longest due goes first, except one that is requested by ID", async () => {
      const [old, young, wanted] = [mail(), mail({ createdAt: T0 + 1 }), mail({ createdAt: T0 + 2 })];
      for (const each of [young, wanted, old]) await store.outbox.enqueue(each);
      assert.equal((await lease(T0 + 9, wanted.id))?.id, wanted.id);
      assert.equal((await lease(T0 + 9))?.id, old.id);
      assert.equal((await lease(T0 + 9))?.id, young.id);
      for (const each of [old, young, wanted]) assert.equal(await lease(T0 + 9, each.id), undefined);
      assert.equal(await lease(T0, randomUUID()), undefined);
    });

    test("the backlog is what waits or is being sent, and the age of its oldest mail", async () => {
      assert.deepEqual(await store.outbox.backlog(T0), { queued: 0, oldestAt: null });
      const [old, young, late] = [mail(), mail({ createdAt: T0 + 5 }), mail({ createdAt: T0 - 5, expiresAt: T0 + 1 })];
      for (const each of [young, old, late]) await store.outbox.enqueue(each);
      assert.deepEqual(await store.outbox.backlog(T0), { queued: 3, oldestAt: T0 - 5 });
      assert.deepEqual(await store.outbox.backlog(T0 + 1), { queued: 2, oldestAt: T0 }, "one is too late to be sent");
      await lease(T0 + 9, old.id);
      assert.deepEqual(await store.outbox.backlog(T0 + 9), { queued: 2, oldestAt: T0 }, "one is being sent");
      await store.outbox.sent(old.id, T0 + 9);
      assert.deepEqual(await store.outbox.backlog(T0 + 9), { queued: 1, oldestAt: T0 + 5 });
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

    test("64 workers share 64 mails, one each", async () => {
      const mails = Array.from({ length: 64 }, () => mail());
      await Promise.all(mails.map((each) => store.outbox.enqueue(each)));
      const ids = new Set<string>();
      // A worker may find its mail taken although another one is left. It asks again, as it would in the next round.
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

    test("a killed worker leaves its mail to the next one, and can no longer decide", async () => {
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

    test("a delivery counts even after its lease has expired: the mail is not sent again", async () => {
      await store.outbox.enqueue(mail());
      const slow = await leased();
      const second = await leased(T0 + MINUTE);
      assert.equal(await store.outbox.sent(slow.id, T0 + MINUTE), true);
      assert.equal(await store.outbox.retryLater(second, T0 + MINUTE, "mail_deferred 451"), false);
      assert.equal(await lease(T0 + 5 * MINUTE), undefined);
      assert.equal(await store.outbox.sent(slow.id, T0 + MINUTE), false);
      assert.equal((await store.outbox.find(slow.id))?.state, "sent");
    });

    test("deferred, it is due at its time with the reason recorded; refused, it has ended", async () => {
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

    test("of concurrent ends of a mail, one counts", async () => {
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

    test("a mail that has ended does not change", async () => {
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

    test("a late mail is never sent; one that is being sent may still arrive", async () => {
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

    test("a flow knows the state of the mail with its newest code", async () => {
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
      assert.equal(await store.outbox.stateOfCode(flow.id), undefined, "not yet stored");
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

    test("an ID belongs to one mail", async () => {
      const one = mail();
      await store.outbox.enqueue(one);
      await assert.rejects(store.outbox.enqueue({ ...mail(), id: one.id }));
      assert.equal((await lease(T0, one.id))?.sealed, one.sealed);
    });
  });
}
