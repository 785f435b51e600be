// What an operator changes directly in the database, bypassing the store, which would end the sign-ins itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sqliteFile } from "./open-test-store.ts";
import { approvalBy, pendingGrant, rotation, sampleAudit, seedSamples, signedIn, T0 } from "./samples.ts";

test("a user who is disabled by hand gets no renewal, and the sign-in ends with the first attempt", async (t) => {
  const place = await sqliteFile();
  t.after(() => place.remove());
  const store = await place.open();
  const { user, ...samples } = await seedSamples(store);
  const { family, tokenHash } = await signedIn(store, { user, ...samples });
  await place.query(`update users set disabled_at = ${T0} where id = '${user.id}'`);
  const result = await store.tokens.rotate(rotation(tokenHash, family.clientId));
  assert.ok(result.outcome === "refused" && result.why === "user_disabled");
  assert.deepEqual([result.family.revokedAt, result.family.revokedReason], [T0, "user_disabled"]);
  const [record] = await store.audit.list({ event: "refresh_token.refused", limit: 1 });
  assert.deepEqual(record?.detail, { why: "user_disabled" });
  await place.query(`update users set disabled_at = null where id = '${user.id}'`);
  assert.equal((await store.tokens.rotate(rotation(tokenHash, family.clientId))).outcome, "revoked");
});

test("a user or an app that is deleted by hand ends the sign-in in the same way", async (t) => {
  const place = await sqliteFile();
  t.after(() => place.remove());
  const store = await place.open();
  for (const [table, reason] of [
    ["users", "user_disabled"],
    ["apps", "app_disabled"],
  ]) {
    const { user, ...samples } = await seedSamples(store);
    const { family, tokenHash } = await signedIn(store, { user, ...samples });
    const row = table === "users" ? `id = '${user.id}'` : `client_id = '${family.clientId}'`;
    await place.query(`delete from ${table} where ${row}`);
    const result = await store.tokens.rotate(rotation(tokenHash, family.clientId));
    assert.ok(result.outcome === "refused");
    assert.deepEqual([result.family.revokedAt, result.family.revokedReason], [T0, reason]);
  }
});

test("a grant whose row looks as if it could be changed, and never is, results in an error that says so", async (t) => {
  const place = await sqliteFile();
  t.after(() => place.remove());
  const store = await place.open();
  const samples = await seedSamples(store);
  const { user, scopes } = samples;
  const [pending, claimed] = [await pendingGrant(store, samples), await pendingGrant(store, samples)];
  const audit = sampleAudit("grant");
  const claim = { sessionId: "s", userId: user.id, now: T0, audit };
  await store.grants.claim(claimed.id, claim);
  await place.query("create trigger stuck before update on device_grants begin select raise(ignore); end");
  const denial = { sessionId: "s", reason: "user" as const, now: T0, audit };
  const attempts: [verb: string, attempt: Promise<unknown>][] = [
    ["claim", store.grants.claim(pending.id, claim)],
    ["claim", store.grants.claim(claimed.id, { ...claim, sessionId: "another" })],
    ["claim", store.grants.claim(claimed.id, { ...claim, userId: "another" })],
    ["approve", store.grants.approve(claimed.id, approvalBy(user.id, "s", scopes))],
    ["deny", store.grants.deny(claimed.id, denial)],
    ["deny", store.grants.deny(pending.id, { ...denial, sessionId: null })],
  ];
  for (const [verb, attempt] of attempts) {
    await assert.rejects(attempt, {
      name: "StoreError",
      code: "store_inconsistent",
      message: new RegExp(`Device grant .* looks as if "${verb}" applied to it, but 10 attempts`),
      hint: /row in device_grants/,
    });
  }
});
