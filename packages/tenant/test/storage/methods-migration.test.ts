import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import { createUser, seed } from "../fixtures/seed.ts";
import { sampleUserFlow, seedSamples, signedIn, T0 } from "./samples.ts";
import { undoFrom } from "./undo-migrations.ts";

/** What tokens said about a sign-in, and which methods that proves: a code after a password may have been mailed. */
const proven: [string, string[]][] = [
  ['["pwd"]', ["password"]],
  ['["otp"]', ["email_code"]],
  ['["pop","user","mfa"]', ["passkey"]],
  ['["pwd","otp","mfa"]', ["password", "email_second_factor"]],
  ['["otp","mfa"]', ["email_code", "totp"]],
  ["[]", ["operator"]],
];

test("an older store keeps its sign-ins with the methods that they prove, and who accepted terms of use", async () => {
  for (const [amr, methods] of proven) {
    const folder = await mkdtemp(join(tmpdir(), "doorcode-methods-"));
    const file = join(folder, "store.db");
    try {
      const old = await openSqliteStore(file);
      const samples = await seedSamples(old);
      await signedIn(old, samples);
      const flow = sampleUserFlow({ attributes: [], methods: ["password", "email_code", "passkey"] });
      await seed(old).putUserFlow(flow);
      await seed(old).putApp({ ...samples.app, userFlowId: flow.id });
      const person = { email: "terms@contoso.example", displayName: "T", passwordHash: null, termsAcceptedAt: T0 };
      const accepted = await createUser({ store: old, clock: { now: () => T0 } }, person);
      assert.notEqual(accepted, "taken");
      await old.close();
      const database = new DatabaseSync(file);
      for (const statement of undoFrom("0009")) database.exec(statement);
      database.exec(`update token_families set amr = '${amr}'`);
      database.close();

      const store = await openSqliteStore(file);
      const of = { clientId: samples.app.clientId, resourceId: samples.api.clientId };
      assert.equal((await store.access.facts({ ...of, userId: samples.user.id })).termsAccepted, false);
      const id = typeof accepted === "object" ? accepted.id : "";
      assert.equal((await store.access.facts({ ...of, userId: id })).termsAccepted, true);
      await store.close();
      const migrated = new DatabaseSync(file);
      for (const row of migrated.prepare("select methods from token_families").all()) {
        assert.deepEqual(JSON.parse(String(row.methods)), methods, amr);
      }
      migrated.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  }
});
