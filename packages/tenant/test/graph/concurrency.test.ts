import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { storeKinds } from "../fixtures/place.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, CREATE, type GraphClient, graphClient } from "./graph-client.ts";

/** What a database in memory cannot show: writers and readers on separate connections. */
for (const store of storeKinds()) {
  describe(`Graph: many at once, on ${store}`, () => {
    let tenant: TestTenant;
    let graph: GraphClient;
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "doorcode-graph-"));
      tenant = await startTestTenant({ store, sqliteFile: join(folder, "store.db") });
      graph = await graphClient(tenant);
    });
    after(async () => {
      await tenant.close();
      await rm(folder, { recursive: true });
    });

    const statuses = async (calls: Promise<{ status: number }>[]) =>
      (await Promise.all(calls)).map(({ status }) => status).sort();
    const eight = <T>(make: (index: number) => T) => Array.from({ length: 8 }, (_, index) => make(index));

    test("upserts of one name create one application and one group, and none of them fails", async () => {
      for (let round = 0; round < 5; round++) {
        for (const set of ["applications", "groups"]) {
          const path = `${set}(uniqueName='name-${round}')`;
          const got = await statuses(eight(() => graph.patch(path, { displayName: "Together" }, CREATE)));
          assert.deepEqual(got, [201, ...Array(7).fill(204)], set);
        }
      }
    });

    test("POSTs of one object create it once, and all others are 409", async () => {
      const { appId, id } = assertDone(await graph.post("applications", { displayName: "App" }), 201);
      assert.ok(id);
      const domain = tenant.context.config.domain;
      const identities = [{ signInType: "emailAddress", issuer: domain, issuerAssignedId: "one@contoso.example" }];
      const rows: [string, object][] = [
        ["applications", { displayName: "x", uniqueName: "once" }],
        ["applications", { displayName: "x", api: {}, identifierUris: ["api://once"] }],
        ["servicePrincipals", { appId }],
        ["groups", { displayName: "x", uniqueName: "once" }],
        ["users", { displayName: "One", identities }],
        ["identity/userFlowAttributes", { displayName: "Once", dataType: "string" }],
        [
          "identity/authenticationEventsFlows",
          {
            "@odata.type": "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow",
            displayName: "Once",
            onAuthenticationMethodLoadStart: { identityProviders: [{ id: "EmailPassword-OAUTH" }] },
          },
        ],
      ];
      for (const [path, body] of rows) {
        assert.deepEqual(await statuses(eight(() => graph.post(path, body))), [201, ...Array(7).fill(409)], path);
      }
    });

    test("a caller that gets a conflict finds the existing object", async () => {
      for (let round = 0; round < 10; round++) {
        const body = { displayName: "x", uniqueName: `there-${round}` };
        const calls = ["applications", "groups"].flatMap((set) =>
          eight(async () => {
            const { status } = await graph.post(set, body);
            if (status !== 409) return;
            assertDone(await graph.get(`${set}(uniqueName='there-${round}')`), 200);
          }),
        );
        await Promise.all(calls);
      }
    });

    test("PATCHes of one object are all applied", async () => {
      const app = assertDone(await graph.post("applications", { displayName: "Before" }), 201);
      const path = `applications/${app.id}`;
      const got = await statuses([
        graph.patch(path, { displayName: "After" }),
        graph.patch(path, { description: "Described" }),
        graph.patch(path, { tags: ["tagged"] }),
        graph.patch(path, { isFallbackPublicClient: true }),
        graph.patch(path, { groupMembershipClaims: "SecurityGroup" }),
        graph.patch(path, { web: { redirectUris: ["https://app.example/bye"] } }),
      ]);
      assert.deepEqual(got, Array(6).fill(204));
      const read = assertDone(await graph.get(path), 200);
      assert.deepEqual(
        [read.displayName, read.description, read.tags, read.isFallbackPublicClient, read.groupMembershipClaims],
        ["After", "Described", ["tagged"], true, "SecurityGroup"],
      );
      assert.deepEqual(read.web.redirectUris, ["https://app.example/bye"]);
    });

    test("a deletion among changes and upserts leaves a complete object or none", async () => {
      for (let round = 0; round < 5; round++) {
        const path = `applications(uniqueName='fought-${round}')`;
        assertDone(await graph.patch(path, { displayName: "Fought over" }, CREATE), 201);
        const got = await statuses([
          graph.delete(path),
          graph.patch(path, { displayName: "Changed" }),
          graph.patch(path, { displayName: "Again" }, CREATE),
        ]);
        for (const status of got) assert.ok([201, 204, 404].includes(status), String(status));
        const read = await graph.get(path);
        assert.ok(read.status === 404 || read.body.uniqueName === `fought-${round}`);
      }
    });
  });
}
