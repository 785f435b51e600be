// Keys of ES256 and EdDSA beside those of RS256, in a store.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createLocalJWKSet, decodeProtectedHeader, generateKeyPair, jwtVerify } from "jose";
import { OPERATOR, type OperatorContext } from "../../../src/admin/admin-context.ts";
import { signingKeys } from "../../../src/admin/signing-keys.ts";
import type { SigningAlgorithm } from "../../../src/directory/entities.ts";
import { deriveKey, type SealKey } from "../../../src/kernel/seal.ts";
import { loadSigningKeys } from "../../../src/oauth/tokens/key-ring.ts";
import { newKey, newRsaPair } from "../../../src/oauth/tokens/signing-key.ts";
import { openSqliteStore } from "../../../src/storage/sql/open-store.ts";
import type { Store } from "../../../src/storage/store.ts";
import { seed } from "../../fixtures/seed.ts";
import { sampleApi, sampleApp } from "../../storage/samples.ts";

const DAY = 24 * 60 * 60 * 1000;
const issuer = "https://localhost:1/tid/v2.0";
const NOW = Date.UTC(2026, 10, 22);
const otherSealKey = new Uint8Array(32).fill(8);
const rsa = await generateKeyPair("RS256", { extractable: true });

async function place(t: TestContext, sealKey: SealKey = new Uint8Array(32).fill(7), existing?: Store) {
  const store = existing ?? (await openSqliteStore(":memory:"));
  if (!existing) t.after(() => store.close());
  const time = { now: NOW };
  const load = (clock = { now: () => time.now }) =>
    loadSigningKeys({ store, sealKey, clock, issuer, newKeyPair: async () => rsa });
  const keysOf = async (alg: SigningAlgorithm) => (await store.keys.list()).filter((each) => each.alg === alg);
  const use = async (alg: SigningAlgorithm) =>
    seed(store).putApp(sampleApp({ name: alg, idTokenSignedResponseAlg: alg }));
  return { store, time, load, keysOf, use };
}

test("a tenant whose apps and APIs use only RS256 has keys for nothing else", async (t) => {
  const { load, store } = await place(t);
  const keys = await load();
  assert.deepEqual(new Set((await keys.published()).map(({ alg }) => alg)), new Set(["RS256"]));
  await assert.rejects(keys.sign({ iss: issuer }, "JWT", "ES256"), /no key for ES256/);
  assert.deepEqual(await store.keys.inUse(), []);
});

for (const [alg, form] of [
  ["ES256", { kty: "EC", crv: "P-256" }],
  ["EdDSA", { kty: "OKP", crv: "Ed25519" }],
] as const) {
  test(`an app or an API that uses ${alg} gets a key that signs, and its successor`, async (t) => {
    const { load, store, keysOf } = await place(t);
    const keys = await load();
    const api = sampleApi({ tokenProfile: "rfc9068", accessTokenSigningAlg: alg });
    await seed(store).putApi(api);
    // Before anything was read again: the first token is not too early.
    const token = await keys.sign({ iss: issuer, sub: "x" }, "at+jwt", alg);
    const [own, next] = await keysOf(alg);
    assert.deepEqual([own?.activatesAt, next?.activatesAt, own?.certificate], [NOW, NOW + 90 * DAY, null]);
    assert.deepEqual(decodeProtectedHeader(token), { alg, typ: "at+jwt", kid: own?.kid });
    assert.equal((await keys.verify(token))?.sub, "x");

    const published = await keys.published();
    assert.deepEqual(
      published.map((each) => each.alg),
      ["RS256", alg, alg],
    );
    const { x, y, ...rest } = published[1]!;
    assert.deepEqual(rest, { ...form, use: "sig", alg, kid: own?.kid, issuer });
    assert.deepEqual([typeof x, typeof y], ["string", alg === "ES256" ? "string" : "undefined"]);
    assert.ok(await jwtVerify(token, createLocalJWKSet({ keys: published }), { algorithms: [alg] }));
    assert.equal(JSON.stringify(published).includes('"d"'), false);
  });
}

test("nodes agree on the keys of another algorithm, and a restart finds them", async (t) => {
  const { load, use, keysOf } = await place(t);
  const [one, two] = await Promise.all([load(), load()]);
  await use("ES256");
  const tokens = await Promise.all([one, two].map((node) => node.sign({ iss: issuer }, "JWT", "ES256")));
  assert.equal(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size, 1);
  assert.equal((await keysOf("ES256")).length, 2);
  assert.deepEqual(await (await load()).published(), await one.published());
});

test("a node whose clock is behind signs with the first key, which is not active there yet", async (t) => {
  const { load, use, store, keysOf } = await place(t);
  const behind = { now: () => NOW - 1_500 };
  const [one, two] = [await load(), await load(behind)];
  await use("ES256");
  const kidOf = async (node: typeof one, alg: SigningAlgorithm) =>
    decodeProtectedHeader(await node.sign({ iss: issuer }, "JWT", alg)).kid;
  for (const alg of ["RS256", "ES256"] as const) assert.equal(await kidOf(one, alg), await kidOf(two, alg), alg);
  const first = (await keysOf("ES256"))[0];
  const operator = signingKeys({ store, clock: behind, signingKeys: two } as OperatorContext, OPERATOR);
  const states = async () => (await operator.list()).filter(({ alg }) => alg === "ES256").map(({ state }) => state);
  assert.deepEqual(await states(), ["signing", "next"]);
  await assert.rejects(operator.retire(first?.kid ?? "", { now: true }), { code: "key_in_use" });
  await operator.rotate({ now: true, alg: "ES256" });
  const signer = (await keysOf("ES256"))[1];
  assert.equal(signer?.activatesAt, NOW + 1, "after the first key");
});

test("each algorithm has its own turns: when one key takes over, the others go on", async (t) => {
  const { load, use, time, store, keysOf } = await place(t);
  await use("ES256");
  const keys = await load();
  const signer = async (alg: SigningAlgorithm) => decodeProtectedHeader(await keys.sign({}, "JWT", alg)).kid;
  const [first, second] = await keysOf("ES256");
  const before = [await signer("RS256"), await signer("ES256")];
  const audit = { at: NOW, event: "signing_key.rotated", actor: "operator", detail: {} } as const;
  const about = { userId: null, clientId: null, grantId: null, ip: null };
  time.now += DAY;
  await store.keys.promote("ES256", time.now, () => time.now, { ...audit, ...about });
  await keys.reload();
  assert.deepEqual([await signer("RS256"), await signer("ES256")], [before[0], second?.kid]);
  const published = async () => (await keys.published()).map(({ kid }) => kid);
  assert.ok((await published()).includes(first!.kid), "for another day");
  assert.equal((await keysOf("ES256")).length, 3, "there is a next one again");
  time.now += DAY;
  await keys.reload();
  assert.equal((await published()).includes(first!.kid), false);
  assert.ok((await published()).includes(before[0]!));
});

test("keys that no app and no API uses any more still verify, and get successors", async (t) => {
  const { load, store, time, keysOf } = await place(t);
  const app = sampleApp({ idTokenSignedResponseAlg: "EdDSA" });
  await seed(store).putApp(app);
  const keys = await load();
  const token = await keys.sign({ iss: issuer, sub: "x" }, "JWT", "EdDSA");
  await seed(store).putApp({ ...app, idTokenSignedResponseAlg: "RS256" });
  time.now += 90 * DAY;
  assert.equal((await keys.verify(token))?.sub, "x");
  assert.equal((await keysOf("EdDSA")).length, 3);
});

test("keys that the seal key does not open, because an older version replaced it, are replaced; those of RS256 are not", async (t) => {
  const older = await place(t, otherSealKey);
  await older.use("ES256");
  await older.load();
  const { store, time, keysOf, use, load } = await place(t);
  await use("ES256");
  const foreign = await older.keysOf("ES256");
  for (const key of foreign) await store.keys.insert(key);
  const keys = await load();
  const own = (await keysOf("ES256")).map(({ kid }) => kid).filter((kid) => !foreign.some((each) => each.kid === kid));
  assert.equal(own.length, 2);
  const published = (await keys.published()).filter(({ alg }) => alg === "ES256").map(({ kid }) => kid);
  assert.deepEqual(published.toSorted(), own.toSorted());
  assert.ok(own.includes(decodeProtectedHeader(await keys.sign({}, "JWT", "ES256")).kid ?? ""));

  const operator = signingKeys(
    { store, clock: { now: () => time.now }, signingKeys: keys } as OperatorContext,
    OPERATOR,
  );
  const states = async () =>
    (await operator.list())
      .filter(({ alg }) => alg === "ES256")
      .map(({ kid, state }) => [foreign.some((each) => each.kid === kid) ? "lost" : "own", state].join(" "))
      .toSorted();
  assert.deepEqual(await states(), ["lost retired", "lost retired", "own next", "own signing"]);
  const records = await store.audit.list({ event: "signing_key.retired", limit: 9 });
  assert.deepEqual(
    records.map(({ actor, detail }) => [actor, detail.kid]).toSorted(),
    foreign.map(({ kid }) => ["tenant", kid]).toSorted(),
  );
  time.now += 1;
  const promoted = await operator.rotate({ now: true, alg: "ES256" });
  assert.ok(own.includes(promoted.kid));
  time.now += 1;
  assert.equal(decodeProtectedHeader(await keys.sign({}, "JWT", "ES256")).kid, promoted.kid);
  await assert.rejects(operator.retire(promoted.kid, { now: true }), { code: "key_in_use" });

  const before = await store.keys.list();
  await assert.rejects((await place(t, otherSealKey, store)).load(), "the seal key is the wrong one");
  assert.deepEqual(await store.keys.list(), before, "nothing is created with it");
});

test("if the keys of other algorithms cannot be read, RS256 goes on, also at a start; then they are read again", async (t) => {
  const { load, store, time, use } = await place(t);
  await use("ES256");
  const inUse = store.keys.inUse;
  const broken = t.mock.method(store.keys, "inUse", () => Promise.reject(new Error("unreadable")));
  const keys = await load();
  assert.ok(await keys.verify(await keys.sign({ iss: issuer }, "JWT")));
  await assert.rejects(keys.sign({ iss: issuer }, "JWT", "ES256"), /no key for ES256/);
  broken.mock.mockImplementation(inUse);
  time.now += 5_000;
  const token = await keys.sign({ iss: issuer }, "JWT", "ES256");
  broken.mock.mockImplementation(() => Promise.reject(new Error("unreadable")));
  const key = deriveKey(new Uint8Array(32).fill(7), "signing-keys");
  const added = await newKey("RS256", { rsaPair: newRsaPair, key, now: NOW, activatesAt: time.now });
  await store.keys.insert(added);
  await keys.reload();
  assert.equal(decodeProtectedHeader(await keys.sign({}, "JWT")).kid, added.kid);
  assert.ok(await keys.verify(token));
});

test("verify takes each key for its own algorithm only", async (t) => {
  const { load, use } = await place(t);
  await use("ES256");
  await use("EdDSA");
  const keys = await load();
  const [header, payload, signature] = (await keys.sign({ iss: issuer }, "JWT", "ES256")).split(".");
  const { kid } = decodeProtectedHeader(`${header}.${payload}.${signature}`);
  const kids = Object.fromEntries((await keys.published()).map((each) => [each.alg, each.kid]));
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  assert.ok(await keys.verify(`${header}.${payload}.${signature}`));
  for (const forged of [
    { alg: "ES256", kid: kids.RS256 },
    { alg: "RS256", kid },
    { alg: "EdDSA", kid },
    { alg: "Ed25519", kid: kids.EdDSA },
    { alg: "HS256", kid },
    { alg: "none", kid },
  ]) {
    assert.equal(await keys.verify(`${part(forged)}.${payload}.${signature}`), undefined, JSON.stringify(forged));
    assert.equal(await keys.verify(`${part(forged)}.${payload}.`), undefined, JSON.stringify(forged));
  }
});
