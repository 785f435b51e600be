import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createMailQueue } from "../../src/mail/mail-queue.ts";
import { MailError, type QueuedMail } from "../../src/mail/mailer.ts";
import { createLogger } from "../../src/server/logger.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { manualClock } from "../fixtures/manual-clock.ts";

const MINUTE = 60_000;
const mail = (to = "ada@contoso.example") => ({ to, subject: "Your code", text: "04718293", html: "<p>04718293</p>" });

/** Queues over one store and clock, as on several nodes, with mailers that follow a script. */
async function queueUnderTest(t: TestContext) {
  const store = await openSqliteStore(":memory:");
  const clock = manualClock();
  const sealKey = randomBytes(32);
  const logged: string[] = [];
  const stream = new Writable({ write: (chunk, _encoding, done) => done(void logged.push(String(chunk))) });
  const closing: (() => Promise<void>)[] = [() => store.close()];
  t.after(async () => {
    for (const close of closing.reverse()) await close();
  });
  const node = (send: (mail: QueuedMail) => Promise<void>, waitMs?: number) => {
    const mailer = { send, close: async () => undefined };
    const log = createLogger("info", stream);
    const queue = createMailQueue({
      ...{ store, mailer, sealKey, clock, log },
      ...(waitMs === undefined ? {} : { waitMs }),
    });
    closing.push(() => queue.close(0));
    return queue;
  };
  return { store: store as Store, clock, logged, node, expiresAt: () => clock.now() + 10 * MINUTE };
}

const fails =
  (code: MailError["code"], status?: number) =>
  (_mail: QueuedMail): Promise<void> =>
    Promise.reject(new MailError(code, "no", "wait", { status, cause: new Error("ada@contoso.example 04718293") }));

describe("the mail queue", { concurrency: true }, () => {
  test("a mail is sent at once, and its sender gets the outcome", async (t) => {
    const { store, node, expiresAt } = await queueUnderTest(t);
    const sent: QueuedMail[] = [];
    const queue = node(async (each) => void sent.push(each));
    assert.equal(await queue.send(mail(), { id: "a", expiresAt: expiresAt() }), "sent");
    assert.deepEqual(sent, [{ ...mail(), id: "a" }]);
    assert.equal((await store.outbox.find("a"))?.state, "sent");
    await queue.deliverDue();
    assert.equal(sent.length, 1);
  });

  test("a refusal is final and reported at once", async (t) => {
    const { store, clock, node, expiresAt } = await queueUnderTest(t);
    let tries = 0;
    const queue = node((each) => {
      tries++;
      return fails("mail_refused", 550)(each);
    });
    assert.equal(await queue.send(mail(), { id: "a", expiresAt: expiresAt() }), "refused");
    assert.deepEqual(await store.outbox.find("a"), { state: "failed", attempts: 1, lastError: "mail_refused 550" });
    clock.advance(MINUTE);
    await queue.deliverDue();
    assert.equal(tries, 1);
  });

  test("a temporary failure is retried, ever less often, until it succeeds", async (t) => {
    const { store, clock, node } = await queueUnderTest(t);
    const triedAt: number[] = [];
    const start = clock.now();
    const queue = node(async (each) => {
      triedAt.push(clock.now() - start);
      if (triedAt.length < 8) await fails("mail_deferred", 451)(each);
    });
    assert.equal(await queue.send(mail(), { id: "a", expiresAt: start + 60 * MINUTE }), "queued");
    assert.equal((await store.outbox.find("a"))?.lastError, "mail_deferred 451");
    for (let second = 0; second < 1500 && triedAt.length < 8; second++) {
      clock.advance(1000);
      await queue.deliverDue();
    }
    const pauses = triedAt.slice(1).map((at, index) => at - triedAt[index]!);
    assert.equal(pauses.length, 7);
    pauses.forEach((pause, index) => {
      const plain = 5_000 * 2 ** index;
      assert.ok(pause >= plain * 0.75 && pause <= plain * 1.25 + 1000, `${index}: ${pause}`);
    });
    assert.deepEqual(await store.outbox.find("a"), { state: "sent", attempts: 8, lastError: null });
  });

  test("an expired mail is not sent", async (t) => {
    const { store, clock, node, expiresAt } = await queueUnderTest(t);
    let works = false;
    const sent: string[] = [];
    const queue = node(async (each) => {
      if (!works) await fails("mail_unreachable")(each);
      sent.push(each.id);
    });
    await queue.send(mail(), { id: "a", expiresAt: expiresAt() });
    clock.advance(10 * MINUTE);
    works = true;
    await queue.deliverDue();
    assert.deepEqual(sent, []);
    assert.equal((await store.outbox.find("a"))?.state, "expired");
  });

  test("a waiting sender returns after a while; the mail is still sent, once", async (t) => {
    const { store, node, expiresAt } = await queueUnderTest(t);
    const answers = Promise.withResolvers<void>();
    const sent: string[] = [];
    const queue = node(async ({ id }) => {
      await answers.promise;
      sent.push(id);
    }, 20);
    assert.equal(await queue.send(mail(), { id: "a", expiresAt: expiresAt() }), "queued");
    answers.resolve();
    await queue.deliverDue();
    assert.deepEqual(sent, ["a"]);
    assert.equal((await store.outbox.find("a"))?.state, "sent");
  });

  test("a server that hangs holds a few mails; the others wait in the store and none is lost", async (t) => {
    const { node, expiresAt } = await queueUnderTest(t);
    const answers = Promise.withResolvers<void>();
    const begun: string[] = [];
    const queue = node(async ({ id }) => {
      begun.push(id);
      await answers.promise;
    }, 50);
    const ids = Array.from({ length: 20 }, (_, index) => `mail ${index}`);
    const outcomes = await Promise.all(ids.map((id) => queue.send(mail(), { id, expiresAt: expiresAt() })));
    assert.deepEqual(new Set(outcomes), new Set(["queued"]));
    while (begun.length < 4) await delay(5);
    assert.equal(begun.length, 4);
    answers.resolve();
    await queue.deliverDue();
    assert.deepEqual(begun.sort(), ids.sort());
  });

  test("a worker that was killed: after its lease another node sends the mail, once", async (t) => {
    const { store, clock, node, expiresAt } = await queueUnderTest(t);
    const killed = node(() => new Promise(() => undefined), 1);
    const sent: QueuedMail[] = [];
    const other = node(async (each) => void sent.push(each));
    await killed.send(mail(), { id: "a", expiresAt: expiresAt() });
    clock.advance(89_000);
    await other.deliverDue();
    assert.deepEqual(sent, []);
    clock.advance(1_000);
    await Promise.all([other.deliverDue(), other.deliverDue()]);
    assert.deepEqual(sent, [{ ...mail(), id: "a" }]);
    assert.deepEqual(await store.outbox.find("a"), { state: "sent", attempts: 2, lastError: null });
  });

  test("on closing, nothing more is started; what finishes within the deadline is recorded", async (t) => {
    const { store, node, expiresAt } = await queueUnderTest(t);
    const answers = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const queue = node(() => {
      reached.resolve();
      return answers.promise;
    });
    const waits = queue.send(mail(), { id: "a", expiresAt: expiresAt() });
    await reached.promise;
    const closed = queue.close(10_000);
    assert.equal(await waits, "queued", "no sender is kept waiting");
    answers.resolve();
    await closed;
    assert.equal((await store.outbox.find("a"))?.state, "sent");
    assert.equal(await queue.send(mail(), { id: "b", expiresAt: expiresAt() }), "queued");
    await queue.deliverDue();
    assert.deepEqual(await store.outbox.find("b"), { state: "queued", attempts: 0, lastError: null });
  });

  test("a mail that does not finish in time is left to its lease, and a late outcome changes nothing", async (t) => {
    const { store, node, expiresAt } = await queueUnderTest(t);
    const answers = Promise.withResolvers<void>();
    const queue = node(() => answers.promise, 1);
    await queue.send(mail(), { id: "a", expiresAt: expiresAt() });
    await queue.close(1);
    answers.reject(new MailError("mail_unreachable", "given up", "wait"));
    await queue.deliverDue();
    assert.deepEqual(await store.outbox.find("a"), { state: "queued", attempts: 1, lastError: null });
  });

  test("a node with another key cannot read the mail, logs that and leaves it to the others", async (t) => {
    const { store, clock, node, expiresAt } = await queueUnderTest(t);
    let works = false;
    const sent: QueuedMail[] = [];
    const queue = node(async (each) => {
      if (!works) await fails("mail_unreachable")(each);
      sent.push(each);
    });
    await queue.send(mail(), { id: "a", expiresAt: expiresAt() });
    const log = createLogger("silent");
    const mailer = { send: async (each: QueuedMail) => void sent.push(each), close: async () => undefined };
    const other = createMailQueue({ store, mailer, clock, log, sealKey: randomBytes(32) });
    clock.advance(MINUTE);
    await other.deliverDue();
    assert.deepEqual(sent, []);
    assert.equal((await store.outbox.find("a"))?.lastError, "unexpected");
    works = true;
    clock.advance(MINUTE);
    await queue.deliverDue();
    assert.deepEqual(sent, [{ ...mail(), id: "a" }]);
  });

  test("the log says which mail and why, but never the recipient or the content", async (t) => {
    const { logged, node, expiresAt } = await queueUnderTest(t);
    await node(fails("mail_refused", 550)).send(mail(), { id: "a", expiresAt: expiresAt() });
    await node(fails("mail_configuration", 535)).send(mail(), { id: "b", expiresAt: expiresAt() });
    const lines = logged.map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map((line) => [line.level, line.mail, line.attempt, line.reason]),
      [
        [40, "a", 1, "mail_refused 550"],
        [50, "b", 1, "mail_configuration 535"],
      ],
    );
    assert.doesNotMatch(logged.join(""), /ada@|04718293/);
  });
});
