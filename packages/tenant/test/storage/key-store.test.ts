// Signing keys of other algorithms than RS256, in both stores.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SigningAlgorithm } from "../../src/directory/entities.ts";
import type { StoredKey } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { postgres, sqliteFile } from "./open-test-store.ts";
import { sampleApi, sampleApp, T0 } from "./samples.ts";

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
}
