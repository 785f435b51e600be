// Signing keys of other algorithms than RS256, in both stores.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SigningAlgorithm } from "../../src/directory/entities.ts";
import type { Store, StoredKey } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { postgres, sqliteFile } from "./open-test-store.ts";
import { DAY, sampleApi, sampleApp, sampleAudit, T0 } from "./samples.ts";

const otherKey = (kid: string, alg = "ES256"): StoredKey => ({
  ...{ kid, alg: alg as SigningAlgorithm, publicJwk: "{}", sealedPrivate: `sealed ${kid}`, certificate: null },
  ...{ createdAt: T0, activatesAt: T0, retiresAt: null },
});

for (const [kind, makeStore] of Object.entries({ SQLite: sqliteFile, PostgreSQL: postgres })) {
  test(`${kind}: an algorithm of a newer version counts as RS256, has no keys here, and outlives other changes`, async (t) => {
    const place = await makeStore();
    t.after(() => place.remove());
    const store = await place.open();
    const [app, api] = [sampleApp(), sampleApi({ tokenProfile: "rfc9068" })];
    await seed(store).putApp(app);
    await seed(store).putApi(api);
    await store.keys.insert(otherKey("newer", "ML-DSA-44"));
    await place.query("update apps set id_token_signed_response_alg = 'ML-DSA-44'");
    await place.query("update apis set access_token_signing_alg = 'ML-DSA-44'");
    const stored = async () => [
      ...(await place.query("select id_token_signed_response_alg as alg from apps")),
      ...(await place.query("select access_token_signing_alg as alg from apis")),
    ];
    const newer = (await stored()).map((row) => ({ ...(row as object) }));

    assert.equal((await store.directory.findApp(app.clientId))?.idTokenSignedResponseAlg, "RS256");
    assert.equal((await store.directory.findApi(api.clientId))?.accessTokenSigningAlg, "RS256");
    assert.deepEqual([await store.keys.list(), await store.keys.inUse()], [[], []]);
    await seed(store).putApp({ ...app, name: "Other" });
    await seed(store).putApi({ ...api, name: "Other" });
    assert.equal((await store.directory.findApp(app.clientId))?.name, "Other");
    assert.deepEqual(
      (await stored()).map((row) => ({ ...(row as object) })),
      newer,
    );
    await seed(store).putApp({ ...app, idTokenSignedResponseAlg: "ES256" });
    assert.deepEqual(await store.keys.inUse(), ["ES256"]);
  });

  test(`${kind}: of nodes that replace lost keys together, one retires them and inserts its own`, async (t) => {
    const place = await makeStore();
    t.after(() => place.remove());
    const store = await place.open();
    const others = [await place.open(), await place.open()];
    const lost = [otherKey("lost"), { ...otherKey("lost next"), activatesAt: T0 + DAY }];
    for (const key of [...lost, otherKey("sealed again")]) await store.keys.insert(key);
    const read = [...lost, { ...otherKey("sealed again"), sealedPrivate: "before" }];
    const audit = ({ kid }: StoredKey) => ({ ...sampleAudit("retired"), detail: { kid } });
    const replace = (node: Store, kid: string, keys: StoredKey[]) =>
      node.keys.insertFirst([otherKey(kid)], { keys, now: T0 + 1, audit });
    await Promise.all([store, ...others].map((node, index) => replace(node, `new ${index}`, read)));
    const retired = async () => (await store.keys.list()).map(({ kid, retiresAt }) => [kid, retiresAt]);
    assert.deepEqual(await retired(), [
      ["lost", T0 + 1],
      ["sealed again", null],
      ["lost next", T0 + 1],
    ]);

    const again = [...lost, otherKey("sealed again")];
    await Promise.all([store, ...others].map((node, index) => replace(node, `new ${index}`, again)));
    const live = (await retired()).filter(([, retiresAt]) => retiresAt === null);
    assert.equal(live.length, 1, "one node's key");
    const records = await store.audit.list({ event: "retired", limit: 9 });
    assert.deepEqual(records.map(({ detail }) => detail.kid).toSorted(), ["lost", "lost next", "sealed again"]);
  });
}
