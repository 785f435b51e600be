// Which key signs and which are published, when; and when the store is read. The keys are generated once for all tests.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { decodeProtectedHeader, generateKeyPair, SignJWT } from "jose";
import { deriveKey, seal } from "../../../src/kernel/seal.ts";
import { loadSigningKeys } from "../../../src/oauth/tokens/key-ring.ts";
import type { KeyStore, Store, StoredKey } from "../../../src/storage/store.ts";

const DAY = 24 * 60 * 60 * 1000;
const issuer = "https://localhost:1/tid/v2.0";
const NOW = Date.UTC(2026, 10, 22);
const sealKey = new Uint8Array(32).fill(7);
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const newPair = await generateKeyPair("RS256", { extractable: true });

function storedKey(kid: string, activatesAt: number, retiresAt: number | null = null): StoredKey {
  const privateJwk = JSON.stringify(pair.privateKey.export({ format: "jwk" }));
  return {
    kid,
    alg: "RS256",
    publicJwk: JSON.stringify(pair.publicKey.export({ format: "jwk" })),
    sealedPrivate: seal(deriveKey(sealKey, "signing-keys"), privateJwk, kid),
    certificate: Buffer.from(`certificate of ${kid}`).toString("base64"),
    createdAt: NOW,
    activatesAt,
    retiresAt,
  };
}

/** A ring with these keys, in a store that counts its answers and whose `list` can be replaced. */
async function ring(...stored: StoredKey[]) {
  const time = { now: NOW };
  const list = async () => stored.toSorted((a, b) => a.activatesAt - b.activatesAt);
  const asking: { times: number; answer: KeyStore["list"] } = { times: 0, answer: list };
  const store = {
    list: () => {
      asking.times++;
      return asking.answer();
    },
    inUse: async () => [],
    insert: async (key: StoredKey) => stored.push(key) > 0,
  };
  const keys = await loadSigningKeys({ ...parts(store), clock: { now: () => time.now } });
  const served = async () => (await keys.published()).map(({ kid }) => kid);
  const signer = async () => decodeProtectedHeader(await keys.sign({ iss: issuer }, "JWT")).kid;
  asking.times = 0;
  return { stored, time, asking, list, keys, served, signer };
}
const parts = (keys: Partial<KeyStore>) => ({
  ...{ store: { keys } as Store, sealKey, issuer },
  newKeyPair: async () => newPair,
});
const now = storedKey("now", NOW);
const next = storedKey("next", NOW + 90 * DAY);

test("the successor takes over on time, and the previous key is published for another day", async () => {
  const { time, signer, served } = await ring(now, next, storedKey("last", NOW + 180 * DAY));
  time.now = next.activatesAt - 1;
  assert.equal(await signer(), "now");
  time.now = next.activatesAt;
  assert.equal(await signer(), "next");
  time.now += DAY - 1;
  assert.deepEqual(await served(), ["now", "next", "last"]);
  time.now += 60_000;
  assert.deepEqual(await served(), ["next", "last"]);
  assert.equal(await signer(), "next");
});

test("a superseded key is published to the last millisecond of its day", async () => {
  const before = storedKey("before", NOW - 1);
  const last = await ring(before, storedKey("now", NOW - DAY + 1), next);
  assert.deepEqual(await last.served(), ["now", "before", "next"], "in the order in which they sign");
  const over = await ring(storedKey("before", NOW - 2 * DAY), storedKey("now", NOW - DAY), next);
  assert.deepEqual(await over.served(), ["now", "next"]);
});

test("when the last key starts to sign, its successor is published", async () => {
  const { stored, served, signer } = await ring(storedKey("before", NOW - DAY), now);
  const made = stored.find(({ kid }) => kid !== "before" && kid !== "now");
  assert.deepEqual([made?.createdAt, made?.activatesAt], [NOW, NOW + 90 * DAY]);
  assert.deepEqual(await served(), ["before", "now", made?.kid]);
  assert.equal(await signer(), "now");
});

test("a retired key is no longer published from that moment", async () => {
  const { served } = await ring(storedKey("gone", NOW - 1, NOW), storedKey("going", NOW, NOW + 1), next);
  assert.deepEqual(await served(), ["going", "next"]);
});

test("a key that retires before the store is read again is no longer published, and verifies nothing", async () => {
  const going = storedKey("going", NOW, NOW + 1_000);
  const { keys, time, served, asking } = await ring(going, storedKey("signing", NOW + 500), next);
  const token = await keys.sign({ iss: issuer, sub: "x" }, "JWT");
  assert.equal(decodeProtectedHeader(token).kid, "going");
  time.now = NOW + 999;
  assert.deepEqual(await served(), ["going", "signing", "next"]);
  assert.equal((await keys.verify(token))?.sub, "x");
  time.now = NOW + 1_000;
  assert.deepEqual(await served(), ["signing", "next"]);
  assert.equal(await keys.verify(token), undefined);
  assert.equal(asking.times, 0);
});

test("a key that was changed in the store counts at once after a reload, and gets a successor", async () => {
  const { keys, stored, served, signer } = await ring(now, next);
  stored[1] = { ...next, activatesAt: NOW };
  assert.equal(await signer(), "now", "read within the last minute");
  await keys.reload();
  assert.equal(await signer(), "next");
  const made = stored.find(({ activatesAt }) => activatesAt > NOW);
  assert.deepEqual(await served(), ["now", "next", made?.kid]);
});

test("a successor that was retired is replaced", async () => {
  const { stored, served } = await ring(now, { ...next, retiresAt: NOW });
  const made = stored.find(({ kid }) => kid !== "now" && kid !== "next");
  assert.deepEqual(await served(), ["now", made?.kid]);
});

test("the store is read once a minute, and when the clock was set back", async () => {
  const { keys, time, asking } = await ring(now, next);
  await keys.published();
  time.now += 59_999;
  await keys.published();
  assert.equal(asking.times, 0);
  time.now += 1;
  await Promise.all([keys.published(), keys.published(), keys.sign({}, "JWT")]);
  assert.equal(asking.times, 1, "once for all concurrent callers");
  await keys.published();
  assert.equal(asking.times, 1);
  time.now -= 1;
  await keys.published();
  assert.equal(asking.times, 2);
  time.now += 60_000;
  await keys.published();
  assert.equal(asking.times, 3);
});

test("a known key is not opened again", async () => {
  const { served, signer, time, asking, list } = await ring(now, next);
  const added = storedKey("added", NOW + DAY);
  asking.answer = async () => [...(await list()).map((each) => ({ ...each, sealedPrivate: "damaged" })), added];
  time.now += 60_000;
  assert.deepEqual(await served(), ["now", "next", "added"]);
  assert.equal(await signer(), "now");
  assert.equal(asking.times, 1);
});

for (const [what, answer] of [
  ["fails", () => Promise.reject(new Error("the database is down"))],
  ["hangs", () => new Promise<never>(() => undefined)],
] as const) {
  test(`while the store ${what}, the cached keys are still published, and sign`, async (t) => {
    const { keys, time, asking, served, list } = await ring(now, next);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    /** What is cached while the store has a second to answer. */
    const held = async () => {
      const answered = served();
      t.mock.timers.tick(1_000);
      assert.deepEqual(await answered, ["now", "next"]);
    };
    asking.answer = answer;
    time.now += 60_000;
    await held();
    assert.ok(await keys.verify(await keys.sign({ iss: issuer }, "JWT")));
    time.now += 4_999;
    await held();
    assert.equal(asking.times, 1, "the store is read again only after five seconds");
    time.now += 1;
    await held();
    assert.equal(asking.times, what === "fails" ? 2 : 1, "a pending read is not started twice");
    asking.answer = list;
    time.now += 5_000;
    await held();
    assert.equal(asking.times, what === "fails" ? 3 : 1);
  });
}

test("a store that has never answered makes the start fail", async () => {
  const store = parts({ list: () => Promise.reject(new Error("the database is down")) });
  await assert.rejects(loadSigningKeys({ ...store, clock: { now: () => NOW } }), /the database is down/);
});

test("verify accepts only what this tenant signed, for the audience, in time", async () => {
  const { keys, time } = await ring(now, next);
  const seconds = NOW / 1000;
  const token = await keys.sign({ iss: issuer, aud: "api", sub: "x", nbf: seconds, exp: seconds + 60 }, "at+jwt");
  assert.deepEqual(decodeProtectedHeader(token), { typ: "at+jwt", alg: "RS256", kid: "now" });
  assert.equal((await keys.verify(token, { audience: "api" }))?.sub, "x");
  assert.equal((await keys.verify(token))?.sub, "x");
  assert.equal(await keys.verify(token, { audience: "other" }), undefined);
  assert.equal(await keys.verify(`${token.slice(0, -4)}AAAA`), undefined);
  assert.equal(await keys.verify("not a token"), undefined);
  time.now += 60_000;
  assert.equal(await keys.verify(token), undefined);
  assert.ok(await keys.verify(token, { allowExpired: true }));
  assert.equal(await keys.verify(token, { allowExpired: true, audience: "other" }), undefined);
  time.now = NOW - 29_000;
  assert.ok(await keys.verify(token), "signed by a node whose clock is ahead");
  time.now = NOW - 31_000;
  assert.equal(await keys.verify(token), undefined, "not yet valid");
});

test("verify refuses another issuer, an unknown or missing kid, and every other algorithm", async () => {
  const { keys } = await ring(now, next);
  const made = (header: { alg: string; kid?: string }, iss = issuer) =>
    new SignJWT({ iss }).setProtectedHeader(header).sign(pair.privateKey);
  assert.ok(await keys.verify(await made({ alg: "RS256", kid: "next" })));
  assert.equal(await keys.verify(await made({ alg: "RS256", kid: "now" }, "https://other.example")), undefined);
  assert.equal(await keys.verify(await made({ alg: "RS256", kid: "unknown" })), undefined);
  assert.equal(await keys.verify(await made({ alg: "RS256" })), undefined);
  assert.equal(await keys.verify(await made({ alg: "PS256", kid: "now" })), undefined);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const unsigned = `${part({ alg: "none", kid: "now" })}.${part({ iss: issuer })}.`;
  assert.equal(await keys.verify(unsigned, { allowExpired: true }), undefined);
});
