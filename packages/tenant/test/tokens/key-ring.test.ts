import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type TestContext, test } from "node:test";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import { loadSigningKeys } from "../../src/tokens/key-ring.ts";

const DAY = 24 * 60 * 60 * 1000;
const issuer = "https://localhost:1/tid/v2.0";

/** Time stands still unless a test moves it, that of waiting for the store too: a slow machine makes keys for seconds. */
async function emptyRing(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const store = await openSqliteStore(":memory:");
  t.after(() => store.close());
  const time = { now: Date.UTC(2026, 10, 22) };
  const clock = { now: () => time.now };
  const sealKey = new Uint8Array(32).fill(7);
  const load = (key = sealKey) => loadSigningKeys({ store, sealKey: key, clock, issuer });
  return { store, time, load };
}

async function ring(t: TestContext) {
  const made = await emptyRing(t);
  return { ...made, keys: await made.load() };
}

test("first start makes a key that signs and serves its successor beside it", async (t) => {
  const { keys } = await ring(t);
  const published = await keys.published();
  assert.equal(published.length, 2);
  const token = await keys.sign({ iss: issuer, sub: "x" }, "JWT");
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: published }), { issuer });
  assert.equal(payload.sub, "x");
  assert.deepEqual([protectedHeader.alg, protectedHeader.typ], ["RS256", "JWT"]);
  for (const key of published) {
    assert.equal(key.issuer, issuer);
    const certificate = new X509Certificate(Buffer.from(key.x5c![0]!, "base64"));
    assert.deepEqual(certificate.publicKey.export({ format: "jwk" }).n, key.n);
    assert.ok(!("d" in key), "no private part is published");
  }
});

test("the successor takes over after its time, and the old key is served for a day more", async (t) => {
  const { keys, time } = await ring(t);
  const first = decodeProtectedHeader(await keys.sign({ iss: issuer }, "JWT")).kid;
  time.now += 90 * DAY;
  const second = decodeProtectedHeader(await keys.sign({ iss: issuer }, "JWT")).kid;
  assert.notEqual(second, first);
  const served = async () => (await keys.published()).map(({ kid }) => kid);
  assert.ok((await served()).includes(first!));
  assert.equal((await served()).length, 3, "and the next successor is announced at once");
  time.now += 2 * DAY;
  assert.ok(!(await served()).includes(first!));
});

test("rotation by hand: announced first, signs from its time on", async (t) => {
  const { keys, time } = await ring(t);
  const kid = await keys.rotate(time.now + DAY);
  assert.ok((await keys.published()).some((each) => each.kid === kid));
  assert.notEqual(decodeProtectedHeader(await keys.sign({ iss: issuer }, "JWT")).kid, kid);
  time.now += DAY;
  assert.equal(decodeProtectedHeader(await keys.sign({ iss: issuer }, "JWT")).kid, kid);
});

test("a restart finds the same keys; with another seal key it fails instead of making new ones", async (t) => {
  const { keys, load } = await ring(t);
  assert.deepEqual(await (await load()).published(), await keys.published());
  await assert.rejects(load(new Uint8Array(32).fill(8)));
});

test("two nodes that start together agree on the keys", async (t) => {
  const { store, load } = await emptyRing(t);
  const [one, two] = await Promise.all([load(), load()]);
  assert.deepEqual(await one.published(), await two.published());
  assert.equal((await store.keys.list()).length, 2);
});

test("verify takes only what this tenant signed, for the audience, in time", async (t) => {
  const { keys, time } = await ring(t);
  const seconds = Math.floor(time.now / 1000);
  const token = await keys.sign({ iss: issuer, aud: "api", exp: seconds + 60 }, "JWT");
  assert.ok(await keys.verify(token, { audience: "api" }));
  assert.equal(await keys.verify(token, { audience: "other" }), undefined);
  assert.equal(await keys.verify(`${token.slice(0, -4)}AAAA`), undefined);
  assert.equal(await keys.verify("not a token"), undefined);
  time.now += 61_000;
  assert.equal(await keys.verify(token), undefined);
  assert.ok(await keys.verify(token, { allowExpired: true }));
  const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${token.split(".")[1]}.`;
  assert.equal(await keys.verify(unsigned, { allowExpired: true }), undefined);
});

test("while the store fails or hangs, the keys that are held go on being served, and sign", async (t) => {
  const { keys, time, store } = await ring(t);
  const before = await keys.published();
  const { list } = store.keys;
  const away = [() => Promise.reject(new Error("the database is away")), () => new Promise<never>(() => undefined)];
  for (const answer of away) {
    let asked = 0;
    store.keys.list = () => {
      asked++;
      return answer();
    };
    time.now += 61_000;
    const published = keys.published();
    t.mock.timers.tick(1_000);
    assert.deepEqual(await published, before);
    assert.ok(await keys.verify(await keys.sign({ iss: issuer }, "JWT")));
    assert.equal(asked, 1, "the store is asked again only a while later");
  }
  store.keys.list = list;
});
