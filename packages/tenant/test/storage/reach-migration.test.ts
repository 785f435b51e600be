import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { GRAPH_RESOURCE_ID, qualifiedScope, qualifiedScopes } from "../../src/directory/scopes.ts";
import { statements } from "../../src/storage/migrations/0011-reach-of-sign-ins.ts";
import { seed } from "../fixtures/seed.ts";
import { postgres, sqliteFile } from "./open-test-store.ts";
import { sampleApi, seedSamples, signedIn } from "./samples.ts";

/**
 * Undoes the migration, so that the store is as the previous version left it. The migration's own statements run again.
 */
const BEFORE = [
  ...["device_grants", "authorization_requests", "token_families"].map(
    (table) => `alter table ${table} drop column reach`,
  ),
  "drop table shown_scopes",
];

describe("a store from before the reach of sign-ins", () => {
  for (const [name, makeStore] of Object.entries({ sqliteFile, postgres })) {
    test(`keeps what each sign-in can reach today, and counts own consents as shown (${name})`, async () => {
      const place = await makeStore();
      try {
        const old = await place.open();
        const own = await seedSamples(old);
        const other = sampleApi();
        await seed(old).putApi(other);
        const consent = { clientId: own.app.clientId, userId: null };
        await seed(old).addConsent({ ...consent, resourceId: other.clientId, scopes: ["ToDoList.Read"] });
        await seed(old).addConsent({ ...consent, resourceId: own.api.clientId, scopes: ["ToDoList.Read"] });
        await seed(old).addConsent({ ...consent, resourceId: GRAPH_RESOURCE_ID, scopes: ["email", "User.Read.All"] });
        const stranger = { ...consent, userId: randomUUID(), resourceId: other.clientId };
        await seed(old).addConsent({ ...stranger, scopes: ["ToDoList.Admin"] });
        const { family } = await signedIn(old, own);
        const elsewhere = await seedSamples(old);
        const { family: none } = await signedIn(old, elsewhere);
        await seed(old).removeConsent(elsewhere.app.clientId, elsewhere.user.id, elsewhere.api.clientId);
        await seed(old).removeConsent(elsewhere.app.clientId, elsewhere.user.id, GRAPH_RESOURCE_ID);
        for (const statement of [...BEFORE, ...statements]) await place.query(statement);

        const store = await place.open();
        const migrated = await store.tokens.findFamily(family.id);
        const allowed = [
          ...qualifiedScopes(own.scopes),
          qualifiedScope(other.clientId, "ToDoList.Read"),
          qualifiedScope(GRAPH_RESOURCE_ID, "email"),
        ];
        assert.deepEqual(migrated?.reach.sort(), allowed.sort());
        assert.deepEqual((await store.tokens.findFamily(none.id))?.reach, []);
        const { app, user } = own;
        const of = { clientId: app.clientId, userId: user.id, resourceId: GRAPH_RESOURCE_ID };
        assert.deepEqual((await store.access.consentFacts(of)).shown.sort(), qualifiedScopes(own.scopes).sort());
      } finally {
        await place.remove();
      }
    });
  }
});
