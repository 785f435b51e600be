import assert from "node:assert/strict";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { describe, test } from "node:test";
import { consoleEvents } from "../../src/console/events.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { manualClock } from "../fixtures/manual-clock.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { pendingGrant, sampleAudit, seedSamples } from "../storage/samples.ts";

/** What a stream has sent since it was asked last, as the names of its events. */
function reader(stream: Readable | undefined) {
  assert.ok(stream);
  let text = "";
  stream.on("data", (chunk: string) => {
    text += chunk;
  });
  return async () => {
    await new Promise(setImmediate);
    const events = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    text = "";
    return events;
  };
}

describe("the events of the console", { concurrency: true }, () => {
  test("follow an audit record, and a request that has none, and nothing that failed", async (t) => {
    const clock = manualClock();
    const opened = await openSqliteStore(":memory:");
    t.after(() => opened.close());
    const events = consoleEvents(clock);
    const store = events.reporting(opened);
    const samples = await seedSamples(store);
    const read = reader(events.open("browser 0"));
    assert.deepEqual(await read(), ["change"], "what changed before it was connected is read again");
    await store.audit.write(sampleAudit("user.signed_in"));
    assert.deepEqual(await read(), ["change"]);
    clock.advance(500);
    await pendingGrant(store, samples);
    assert.deepEqual(await read(), ["change"]);
    clock.advance(500);
    assert.deepEqual(await read(), []);
    events.stop();
  });

  test("come at most twice a second, and the last one is not lost", async () => {
    const clock = manualClock();
    const events = consoleEvents(clock);
    const read = reader(events.open("browser 0"));
    await read();
    for (let i = 0; i < 100; i++) events.changed();
    assert.deepEqual(await read(), ["change"]);
    clock.advance(499);
    assert.deepEqual(await read(), []);
    clock.advance(1);
    assert.deepEqual(await read(), ["change"]);
    clock.advance(10_000);
    assert.deepEqual(await read(), []);
    events.stop();
  });

  test("also come regularly where other processes write", async () => {
    const clock = manualClock();
    const events = consoleEvents(clock);
    events.reporting({ auditChanges: { watch: () => false }, grants: {}, sessions: {}, mail: {} } as unknown as Store);
    const read = reader(events.open("browser 0"));
    await read();
    for (let i = 0; i < 3; i++) {
      clock.advance(3_000);
      assert.deepEqual(await read(), ["change"]);
    }
    events.stop();
  });

  test("end after five minutes, so that access is decided again, and with the tenant", async () => {
    const clock = manualClock();
    const events = consoleEvents(clock);
    const [one, two] = [events.open("one"), events.open("two")];
    assert.ok(one && two);
    for (const stream of [one, two]) stream.resume();
    clock.advance(5 * 60_000);
    await Promise.all([once(one, "end"), once(two, "end")]);
    const last = events.open("browser 0");
    last?.resume();
    events.stop();
    await once(last as Readable, "end");
    assert.equal(events.open("browser 0"), undefined);
  });

  test("have room for a hundred pages, and for others when some have gone", async () => {
    const events = consoleEvents(manualClock());
    const open = Array.from({ length: 100 }, (_, i) => events.open(`browser ${i % 10}`));
    assert.ok(open.every(Boolean));
    assert.equal(events.open("browser 0"), undefined);
    open[0]?.destroy();
    await once(open[0] as Readable, "close");
    assert.ok(events.open("browser 0"));
    events.stop();
  });

  test("of one browser leave room for the others, and for its own when some have gone", async () => {
    const events = consoleEvents(manualClock());
    const own = Array.from({ length: 10 }, () => events.open("one"));
    assert.ok(own.every(Boolean));
    assert.equal(events.open("one"), undefined);
    assert.ok(events.open("two"));
    own[0]?.destroy();
    await once(own[0] as Readable, "close");
    assert.ok(events.open("one"));
    assert.equal(events.open("one"), undefined);
    events.stop();
  });

  test("do not keep a tenant from stopping within a second", async () => {
    const tenant = await startTestTenant();
    const { origin } = new URL(tenant.console);
    const body = new URLSearchParams({ key: tenant.consoleKey ?? "" });
    const entered = await fetch(`${tenant.console}/enter`, {
      method: "POST",
      headers: { origin },
      body,
      redirect: "manual",
    });
    const cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
    const folder = new URL(entered.headers.get("location") ?? "", origin);
    const stream = await fetch(`${folder}/events`, { headers: { cookie } });
    assert.equal(stream.headers.get("content-type"), "text/event-stream");
    // A stream that is still open when the second is over is cut, and then it has no text.
    const [text] = await Promise.all([stream.text(), tenant.close()]);
    assert.match(text, /^retry: 2000\nevent: change\n/);
  });
});
