// What an operator changes in the database by hand, past the store, which would end the sign-ins itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sqliteFile } from "./open-test-store.ts";
import { furnish, rotation, signedIn, T0 } from "./samples.ts";

test("a person who is disabled by hand gets no renewal, and the sign-in ends with the first attempt", async (t) => {
  const place = await sqliteFile();
  t.after(() => place.remove());
  const store = await place.open();
  const { user, ...furniture } = await furnish(store);
  const { family, tokenHash } = await signedIn(store, { user, ...furniture });
  await place.query(`update users set disabled_at = ${T0} where id = '${user.id}'`);
  const result = await store.tokens.rotate(rotation(tokenHash, family.clientId));
  assert.ok(result.outcome === "refused" && result.why === "user_disabled");
  assert.deepEqual([result.family.revokedAt, result.family.revokedReason], [T0, "user_disabled"]);
  const [record] = await store.audit.list({ event: "refresh_token.refused", limit: 1 });
  assert.deepEqual(record?.detail, { why: "user_disabled" });
  await place.query(`update users set disabled_at = null where id = '${user.id}'`);
  assert.equal((await store.tokens.rotate(rotation(tokenHash, family.clientId))).outcome, "revoked");
});
