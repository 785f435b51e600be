// The command line signs in by a browser and gets a token for Graph, for administrators only.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createClient } from "../../packages/client/src/create-client.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { COMMAND_LINE_CLIENT_ID } from "../../packages/tenant/src/admin/registered-apps.ts";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { createUser } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { graphClient } from "../../packages/tenant/test/graph/graph-client.ts";
import { agree, decline, inBrowserOf } from "../client/browser-test-env.ts";
import { Person } from "../fixtures/person.ts";

const PASSWORD = "violet-harbour-1871";
const ADA = "ada@contoso.example";
const ROOT = "root@contoso.example";
const scopes = ["https://graph.microsoft.com/Application.ReadWrite.All"];

for (const engine of ["entra", "oidc"] as const) {
  describe(`the command line's browser sign-in for Graph, with the ${engine} engine`, { concurrency: true }, () => {
    let tenant: TestTenant;
    before(async () => {
      tenant = await startTestTenant({ clock: "moving" });
      const passwordHash = await hashPassword(PASSWORD);
      for (const email of [ADA, ROOT]) {
        await createUser(tenant.context, { email, displayName: "Ada", passwordHash, administrator: email === ROOT });
      }
    });
    after(() => tenant.close());

    const commandLine = () =>
      createClient({
        ...{ authority: tenant.authority, ca: tenant.ca, clientId: COMMAND_LINE_CLIENT_ID, scopes, engine },
        ...{ store: memoryStore(), present: false },
      });

    test("an administrator reads the warning and approves, and Graph accepts the token", async () => {
      const root = new Person(tenant);
      const { options, ended } = inBrowserOf(root, async () => {
        await root.signIn(ROOT, PASSWORD);
        assert.match(root.html, /It asks for administrator rights\./);
        assert.match(root.html, /As an administrator, it will be able to/);
        await agree(root);
      });
      const session = await commandLine().signIn(options);
      await ended();
      const { token } = await session.getToken();
      const graph = await graphClient(tenant, token);
      const { status, body } = await graph.get("applications");
      assert.equal(status, 200);
      assert.ok(body.value.length > 0);
      const renewed = await session.getToken({ forceRefresh: true });
      assert.equal((await (await graphClient(tenant, renewed.token)).get("applications")).status, 200);
    });

    test("another user sees that it needs an administrator and goes back; the program gets nothing", async () => {
      const ada = new Person(tenant);
      const { options, ended } = inBrowserOf(ada, async () => {
        await ada.signIn(ADA, PASSWORD);
        assert.deepEqual([ada.status, ada.heading], [403, "Doorcode command line needs an administrator"]);
        await decline(ada);
      });
      const client = commandLine();
      await assert.rejects(client.signIn(options), { code: "denied" });
      await ended();
      assert.deepEqual(await client.accounts(), []);
    });

    test("a regular user lets an administrator sign in instead", async () => {
      const person = new Person(tenant);
      const { options, ended } = inBrowserOf(person, async () => {
        await person.signIn(ADA, PASSWORD);
        await person.submit("/authorize/consent", { decision: "other" });
        await person.signIn(ROOT, PASSWORD);
        await agree(person);
      });
      const session = await commandLine().signIn(options);
      await ended();
      assert.equal(session.account.username, ROOT);
    });
  });
}
