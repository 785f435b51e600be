import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, graphClient } from "./graph-client.ts";
import { flow } from "./user-flow-bodies.ts";

const PATH = "policies/authenticationFlowsPolicy";

describe("Graph: sign-up, and the user flow of the account page", () => {
  for (const store of ["sqlite", "postgres"] as const) {
    test(`sign-up is turned off and on, and a user flow is set for the account page (${store})`, async () => {
      await using tenant = await startTestTenant({ store });
      const graph = await graphClient(tenant);
      const before = assertDone(await graph.get(PATH), 200);
      assert.deepEqual([before.selfServiceSignUp, before.doorcodeAccountUserFlow], [{ isEnabled: true }, null]);
      const made = assertDone(await graph.post("identity/authenticationEventsFlows", flow("Staff")), 201);
      const changes = { selfServiceSignUp: { isEnabled: false }, doorcodeAccountUserFlow: { id: made.id } };
      assertDone(await graph.patch(PATH, changes), 204);
      const after = assertDone(await graph.get(PATH), 200);
      assert.deepEqual({ ...after, ...changes }, after);

      const refused = await graph.delete(`identity/authenticationEventsFlows/${made.id}`);
      assert.equal(refused.status, 409);
      assert.match(refused.body.error.message, /used by the account page/);
      assertDone(await graph.patch(PATH, { doorcodeAccountUserFlow: null }), 204);
      assertDone(await graph.delete(`identity/authenticationEventsFlows/${made.id}`), 204);
      assert.deepEqual(assertDone(await graph.get(PATH), 200).selfServiceSignUp, { isEnabled: false });
    });
  }

  test("unknown user flows and unknown properties are refused", async () => {
    await using tenant = await startTestTenant();
    const graph = await graphClient(tenant);
    const unknown = { doorcodeAccountUserFlow: { id: randomUUID() } };
    assertRefused(await graph.patch(PATH, unknown), 400, "Request_BadRequest", /user flow .* does not exist/);
    assertRefused(await graph.patch(PATH, { selfServiceSignUp: {} }), 400, "Request_BadRequest");
    assertRefused(await graph.patch(PATH, { displayName: "x" }), 400, "Request_BadRequest", /'displayName'/);
    assert.equal((await graph.post(PATH, {})).status, 405);
  });
});
