import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { POLL_INTERVAL_SECONDS } from "../../packages/tenant/src/oauth/device-authorization/poll-pace.ts";
import { addCertifiedApp } from "../fixtures/client-assertion.ts";
import { addApi, addApp, consentForAllUsers } from "../fixtures/registrations.ts";
import { startEnv } from "./test-env.ts";

for (const engine of ["entra", "oidc"] as const) {
  describe(`a confidential client of the ${engine} engine, at a tenant`, () => {
    test("signs a person in with a code, renews and revokes with its secret", async () => {
      await using testEnv = await startEnv();
      const { context } = testEnv.tenant;
      const notes = await addApi(context, "Notes", ["Notes.Read"]);
      const scopes = [`${notes.identifierUri}/Notes.Read`];
      const secret = "a secret/with:odd+characters & more";
      const app = await addApp(context, "Server", secret);
      await consentForAllUsers(context, app, notes);
      const options = { engine, clientId: app.clientId, scopes, credential: { secret } };
      const session = await testEnv.client(options).signIn();
      testEnv.tenant.clock.advance(POLL_INTERVAL_SECONDS * 1_000);
      await session.getToken({ forceRefresh: true });
      assert.equal((await session.signOut({ everywhere: true })).revoked, "yes");
      const wrong = testEnv.client({ ...options, credential: { secret: "another secret" } }).signIn();
      await assert.rejects(wrong, { code: "client_rejected" });
    });

    test("does the same with its certificate", async () => {
      await using testEnv = await startEnv();
      const { context } = testEnv.tenant;
      const notes = await addApi(context, "Notes", ["Notes.Read"]);
      const scopes = [`${notes.identifierUri}/Notes.Read`];
      const { app, own } = await addCertifiedApp(context);
      await consentForAllUsers(context, app, notes);
      const privateKey = own.privateKey + own.certificate;
      const session = await testEnv
        .client({ engine, clientId: app.clientId, scopes, credential: { privateKey } })
        .signIn();
      await session.getToken({ forceRefresh: true });
      assert.equal((await session.signOut({ everywhere: true })).revoked, "yes");
    });
  });
}
