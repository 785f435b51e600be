import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { addUser, approve } from "../../../../tests/fixtures/approval.ts";
import { addCertifiedApp, clientAssertion, JWT_BEARER } from "../../../../tests/fixtures/client-assertion.ts";
import { claimsOf, poll, post, refresh, requestCode, todoScope } from "../../../../tests/fixtures/device.ts";
import { addApp } from "../../../../tests/fixtures/registrations.ts";
import type { App } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { hashSecret } from "../../src/kernel/seal.ts";
import { authorizationQuery, program, tokenForm } from "../fixtures/program.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { sampleRequest, yesBy } from "../storage/authorization-samples.ts";
import { signedInSession } from "../storage/link-suite.ts";
import { scopesAt } from "../storage/samples.ts";

const TOKEN = "/oauth2/v2.0/token";

/** An app, and what it sends to authenticate. */
interface Client {
  app: App;
  proof: () => Promise<Record<string, string>>;
}

/** `azpacr`: "0" a public client, "1" a secret, "2" a certificate. */
describe("an access token shows how its client authenticated", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  /** By the correct `azpacr`. */
  const clients: Record<string, () => Promise<Client>> = {
    "0": async () => ({ app: await addApp(tenant.context, "Public"), proof: async () => ({}) }),
    "1": async () => ({
      app: await addApp(tenant.context, "Secret", "s3cret"),
      proof: async () => ({ client_secret: "s3cret" }),
    }),
    "2": async () => {
      const certified = await addCertifiedApp(tenant.context);
      const proof = async () => ({
        client_assertion_type: JWT_BEARER,
        client_assertion: await clientAssertion(tenant, certified),
      });
      return { app: certified.app, proof };
    },
  };
  const azpacrOf = ({ status, body }: Awaited<ReturnType<typeof post>>) => {
    assert.equal(status, 200, JSON.stringify(body));
    return claimsOf(body.access_token).azpacr;
  };

  for (const [azpacr, make] of Object.entries(clients)) {
    test(`azpacr is "${azpacr}" by device code, and by refresh token for an API or for Graph`, async () => {
      const { app, proof } = await make();
      const by = async () => ({ client_id: app.clientId, ...(await proof()) });
      const resourceId = tenant.apis[0]!.clientId;
      const scopes = ["ToDoList.Read"];
      await seed(tenant.context.store).addConsent({ clientId: app.clientId, userId: null, resourceId, scopes });
      const { body: code } = await requestCode(tenant, await by());
      await approve(tenant, code.user_code, await addUser(tenant));
      const first = await poll(tenant, code.device_code, await by());
      assert.equal(azpacrOf(first), azpacr);
      const second = await refresh(tenant, first.body.refresh_token, { ...(await by()), scope: todoScope(tenant) });
      assert.equal(azpacrOf(second), azpacr);
      const atGraph = await refresh(tenant, second.body.refresh_token, { ...(await by()), scope: "openid" });
      assert.equal(azpacrOf(atGraph), azpacr);
    });

    test(`azpacr is "${azpacr}" by authorization code`, async () => {
      const { app, proof } = await make();
      const { store, clock } = tenant.context;
      const [now, user, code] = [clock.now(), await addUser(tenant), randomUUID()];
      const asks = program(app.clientId);
      const scopes = { ...scopesAt(GRAPH_RESOURCE_ID, []), oidc: ["openid"] };
      const request = sampleRequest(app.clientId, scopes, {
        codeChallenge: authorizationQuery(asks).get("code_challenge"),
        createdAt: now,
        expiresAt: now + 900_000,
      });
      await store.authorizations.insert(request);
      const yes = yesBy(user.id, await signedInSession(store, user.id), scopes);
      const approval = { ...yes, codeHash: hashSecret(code), codeExpiresAt: now + 300_000 };
      assert.equal((await store.authorizations.approve(request.id, approval)).outcome, "done");
      const form = tokenForm(asks, code, await proof()).toString();
      assert.equal(azpacrOf(await post(tenant, TOKEN, form)), azpacr);
    });
  }

  test("an app without a user gets the same", async () => {
    const { registrations } = tenant.context.store;
    const api = tenant.apis[0]!.clientId;
    for (const azpacr of ["1", "2"]) {
      const { app, proof } = await clients[azpacr]!();
      const found = await registrations.find({ clientId: app.clientId });
      await seed(tenant.context.store).assignRole(api, "ToDoList.Read.All", found!.registration.servicePrincipalId!);
      const form = { grant_type: "client_credentials", client_id: app.clientId, scope: `api://${api}/.default` };
      assert.equal(azpacrOf(await post(tenant, TOKEN, { ...form, ...(await proof()) })), azpacr);
    }
  });
});
