import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { people } from "../../src/admin/people.ts";
import type { User } from "../../src/directory/entities.ts";
import { storeKinds } from "../fixtures/place.ts";
import { createUser, seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, graphClient } from "../graph/graph-client.ts";
import { signedInToken } from "../graph/signed-in-token.ts";

const SCOPES = ["RoleManagement.ReadWrite.Directory", "User.ReadWrite.All"];

for (const store of storeKinds()) {
  describe(`attack: a tenant left without an administrator, on ${store}`, () => {
    let tenant: TestTenant;
    before(async () => {
      tenant = await startTestTenant({ store });
    });
    after(() => tenant.close());

    const administrator = async (): Promise<User> => {
      const made = (await createUser(tenant.context, {
        email: `${randomUUID()}@contoso.example`,
        displayName: "Administrator",
        passwordHash: null,
      })) as User;
      await seed(tenant.context.store).setUserAdministrator(made.id, true);
      return { ...made, administrator: true };
    };
    const active = async () =>
      (await tenant.context.store.administration.users.administrators()).filter((each) => each.disabledAt === null);
    const assignmentOf = async (graph: Awaited<ReturnType<typeof graphClient>>, user: User) => {
      const { value } = assertDone(await graph.get("roleManagement/directory/roleAssignments"), 200);
      return value.find(({ principalId }: { principalId: string }) => principalId === user.id).id as string;
    };

    test("the last administrator neither demotes, disables nor deletes itself; with a second one it does", async () => {
      const [ada, grace] = [await administrator(), await administrator()];
      await seed(tenant.context.store).setUserDisabled(grace.id, tenant.clock.now(), tenant.clock.now());
      const graph = await graphClient(tenant, await signedInToken(tenant, ada, SCOPES));
      const assignment = await assignmentOf(graph, ada);
      const role = `roleManagement/directory/roleAssignments/${assignment}`;
      const refused = [400, "Request_BadRequest", /last enabled administrator/] as const;
      assertRefused(await graph.delete(role), ...refused);
      assertRefused(await graph.patch(`users/${ada.id}`, { accountEnabled: false }), ...refused);
      assertRefused(await graph.delete(`users/${ada.id}`), ...refused);
      assert.deepEqual(await active(), [await tenant.context.store.directory.findUser(ada.id)]);
      // Changes that keep an administrator succeed, and a refused change is not recorded.
      assertDone(await graph.patch(`users/${ada.id}`, { displayName: "Ada", accountEnabled: true }), 204);
      assert.deepEqual(await tenant.context.store.audit.list({ event: "graph.user.deleted", limit: 1 }), []);
      assert.deepEqual(await tenant.context.store.audit.list({ event: "graph.administrator.removed", limit: 1 }), []);

      assertDone(await graph.patch(`users/${grace.id}`, { accountEnabled: true }), 204);
      assertDone(await graph.delete(role), 204);
      assert.deepEqual(
        (await active()).map(({ id }) => id),
        [grace.id],
      );
      await seed(tenant.context.store).setUserAdministrator(grace.id, false);
    });

    test("of two administrators who remove each other at once one is left, in each of 64 rounds", async () => {
      const by = { actor: "user", caller: { userId: null, clientId: null, ip: null } } as const;
      const each = people(tenant.context, by);
      const ways = [
        (id: string) => each.setAdministrator(id, false),
        (id: string) => each.change(id, () => ({ disabled: true }), "disabled"),
        (id: string) => each.remove(id),
      ];
      let there = await administrator();
      for (let round = 0; round < 64; round++) {
        const added = await administrator();
        const [one, other] = [ways[round % 3]!, ways[Math.floor(round / 3) % 3]!];
        const outcomes = await Promise.all([one(there.id), other(added.id)]);
        const left = await active();
        assert.equal(left.length, 1, JSON.stringify(outcomes));
        assert.ok(outcomes.includes("last_administrator"));
        there = left[0]!;
      }
      // The operator of the tenant is not bound by this, and can create another administrator.
      const [left] = await active();
      assert.equal(await tenant.admin.people.remove(left!.id), true);
      assert.deepEqual(await active(), []);
    });
  });
}
