import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PublishedKey } from "../../src/oauth/tokens/key-ring.ts";
import { createHealth, type Health, isReady } from "../../src/server/health.ts";
import { createLogger } from "../../src/server/logger.ts";
import { StoreError } from "../../src/storage/store-error.ts";

const log = createLogger("silent");
const key = { kid: "one" } as PublishedKey;

/** The health of a started tenant. */
function healthOf(parts: { ping?: () => Promise<void>; published?: () => Promise<PublishedKey[]> } = {}): Health {
  const { ping = async () => undefined, published = async () => [key] } = parts;
  const health = createHealth();
  health.started({ store: { ping }, signingKeys: { published }, log });
  return health;
}

async function readinessOf(health: Health) {
  const { status, checks } = await health.check();
  return { status, ready: isReady({ status, checks }), ...checks };
}

const ALL_OK = { store: "ok", clock: "ok", signing_keys: "ok", mail: "ok" };

describe("a tenant is ready", () => {
  test("if store, signing keys and mail work", async () => {
    assert.deepEqual(await readinessOf(healthOf()), { status: "ok", ready: true, ...ALL_OK });
  });

  test("not before it has started", async () => {
    assert.deepEqual(await readinessOf(createHealth()), { status: "starting", ready: false });
  });

  test("not while it drains, whatever its checks say", async () => {
    const health = healthOf();
    health.drain();
    assert.deepEqual(await readinessOf(health), { status: "draining", ready: false, ...ALL_OK });
  });

  test("not without its store", async () => {
    const health = healthOf({ ping: () => Promise.reject(new Error("192.0.2.5 is down")) });
    const expected = { status: "store_unreachable", ready: false, ...ALL_OK, store: "failed" };
    assert.deepEqual(await readinessOf(health), expected);
  });

  test("not without a signing key", async () => {
    for (const published of [async () => [], () => Promise.reject(new Error("sealed with another key"))]) {
      const expected = { status: "signing_keys_unavailable", ready: false, ...ALL_OK, signing_keys: "failed" };
      assert.deepEqual(await readinessOf(healthOf({ published })), expected);
    }
  });

  test("but degraded if mail fails, because a mail server fails for all nodes at once", async () => {
    const health = healthOf();
    for (const reason of ["mail_unreachable", "mail_configuration", "unexpected"] as const) {
      health.mail.attempted("queued", 0, reason);
      assert.deepEqual(await readinessOf(health), { status: "degraded", ready: true, ...ALL_OK, mail: "failed" });
      health.mail.attempted("sent", 0);
      assert.deepEqual(await readinessOf(health), { status: "ok", ready: true, ...ALL_OK });
    }
  });

  test("after a reply about one mail alone", async () => {
    const health = healthOf();
    health.mail.attempted("queued", 0, "mail_unreachable");
    health.mail.attempted("refused", 0, "mail_refused");
    assert.equal((await readinessOf(health)).mail, "ok");
    health.mail.attempted("queued", 0, "mail_deferred");
    assert.equal((await readinessOf(health)).mail, "ok");
  });
});

test("a store that hangs is reported before the caller times out", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const health = healthOf({ ping: () => new Promise<never>(() => undefined) });
  const check = health.check();
  t.mock.timers.tick(2_000);
  assert.equal((await check).status, "store_unreachable");
});

test("callers share one check for a second after it ended", async () => {
  let [pings, elapsed] = [0, 0];
  const health = createHealth(() => elapsed);
  health.started({ store: { ping: async () => void pings++ }, signingKeys: { published: async () => [key] }, log });
  await Promise.all(Array.from({ length: 100 }, () => health.check()));
  elapsed += 999;
  await health.check();
  assert.equal(pings, 1);
  elapsed += 1;
  await health.check();
  assert.equal(pings, 2);
});

test("what the tenant itself knows is reported at once: that it has started, that it drains, and that mail fails", async () => {
  const health = createHealth(() => 0);
  const status = async () => (await health.check()).status;
  assert.equal(await status(), "starting");
  health.started({ store: { ping: async () => undefined }, signingKeys: { published: async () => [key] }, log });
  assert.equal(await status(), "ok");
  health.mail.attempted("queued", 0, "mail_unreachable");
  assert.equal(await status(), "degraded");
  health.drain();
  assert.equal(await status(), "draining");
});

test("a store that is down is logged once, and once when it fails in another way or answers again", async () => {
  let down: Error | undefined = new Error("192.0.2.5 is down");
  let elapsed = 0;
  const lines: string[] = [];
  const line = (...given: unknown[]) => void lines.push(String(given.at(-1)));
  const ping = () => (down ? Promise.reject(down) : Promise.resolve());
  const health = createHealth(() => elapsed);
  const recorded = { ...log, warn: line, info: line } as unknown as typeof log;
  health.started({ store: { ping }, signingKeys: { published: async () => [key] }, log: recorded });
  const ask = async (times: number) => {
    for (let time = 0; time < times; time++) {
      elapsed += 1_000;
      await health.check();
    }
  };
  await ask(5);
  assert.deepEqual(lines, ["the store does not answer"]);
  down = undefined;
  await ask(5);
  down = new Error("192.0.2.5 is down");
  await ask(2);
  const texts = ["the store does not answer", "the store answers again", "the store does not answer"];
  assert.deepEqual(lines, texts);
  // After a failover, its connections may first be lost and then lead to a standby.
  down = new StoreError("store_read_only", "A standby.", "Wait.");
  await ask(2);
  assert.deepEqual(lines.slice(texts.length), ["the store refuses changes"]);
});
