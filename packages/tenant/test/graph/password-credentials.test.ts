import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { claimsOf, post } from "../../../../tests/fixtures/device.ts";
import { MAX_SECRETS } from "../../src/directory/app-secret.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "./graph-client.ts";

const BAD = [400, "Request_BadRequest"] as const;
const DAY = 24 * 60 * 60_000;

for (const store of ["sqlite", "postgres"] as const) {
  describe(`Graph: secrets of applications (${store})`, () => {
    let tenant: TestTenant;
    let graph: GraphClient;
    before(async () => {
      tenant = await startTestTenant({ store });
      graph = await graphClient(tenant);
    });
    after(() => tenant.close());

    const newApp = async (body: object = {}) =>
      assertDone(await graph.post("applications", { displayName: "Web", ...body }), 201);
    const add = (id: string, passwordCredential?: object) =>
      graph.post(`applications/${id}/addPassword`, passwordCredential && { passwordCredential });
    const secretsOf = async (id: string) => assertDone(await graph.get(`applications/${id}`), 200).passwordCredentials;
    const iso = (ms: number) => new Date(ms).toISOString();
    const inDays = (days: number) => iso(tenant.clock.now() + days * DAY);

    test("addPassword returns the secret once, for two years, as Microsoft documents it", async () => {
      const { id } = await newApp();
      assert.deepEqual(await secretsOf(id), []);
      const reply = await add(id);
      const { keyId, secretText, ...made } = assertDone(reply, 200);
      const now = new Date(tenant.clock.now());
      const end = new Date(now);
      end.setUTCFullYear(now.getUTCFullYear() + 2);
      assert.match(keyId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.match(secretText, /^[\w-]{43}$/);
      const credential = {
        customKeyIdentifier: null,
        displayName: null,
        endDateTime: end.toISOString(),
        hint: secretText.slice(0, 3),
        startDateTime: now.toISOString(),
      };
      const context = `${tenant.graph}/$metadata#microsoft.graph.passwordCredential`;
      assert.deepEqual(made, { "@odata.context": context, ...credential });
      assert.equal(reply.headers.get("cache-control"), "no-store");
      assert.deepEqual(await secretsOf(id), [{ ...credential, keyId, secretText: null }]);
      assert.notEqual(assertDone(await add(id), 200).secretText, secretText);
    });

    test("also by appId, with the caller's name and times; it cannot be used before it starts", async () => {
      const { appId } = await newApp();
      const asked = { displayName: "web server", startDateTime: inDays(1), endDateTime: inDays(30) };
      const path = `applications(appId='${appId}')`;
      const body = { passwordCredential: { "@odata.type": "#microsoft.graph.passwordCredential", ...asked } };
      const { keyId, secretText, hint } = assertDone(await graph.post(`${path}/addPassword`, body), 200);
      const listed = assertDone(
        await graph.get(`applications?$filter=appId eq '${appId}'&$select=passwordCredentials`),
        200,
      );
      const credential = { ...asked, customKeyIdentifier: null, hint, keyId, secretText: null };
      assert.deepEqual(listed.value, [{ passwordCredentials: [credential] }]);
      assert.equal((await authenticated(appId, secretText)).number, 7000215);
      assertDone(await graph.post(`${path}/removePassword`, { keyId: keyId.toUpperCase() }), 204);
      assertRefused(await graph.post(`${path}/removePassword`, { keyId }), ...BAD, new RegExp(`keyId '${keyId}'`));
    });

    const token = (appId: string, client_secret: string, resource = "https://graph.microsoft.com") =>
      post(tenant, "/oauth2/v2.0/token", {
        ...{ grant_type: "client_credentials", client_id: appId, client_secret, scope: `${resource}/.default` },
      });
    /** 7000229 follows: the secret was right, but the app has no service principal. */
    const authenticated = async (appId: string, secret: string) => {
      const { status, body } = await token(appId, secret);
      return { status, error: body.error, number: body.error_codes[0] };
    };
    const RIGHT = { status: 401, error: "invalid_client", number: 7000229 };
    const WRONG = { status: 401, error: "invalid_client", number: 7000215 };
    const EXPIRED = { status: 401, error: "invalid_client", number: 7000222 };

    test("several are valid at once; removing one affects no other, and the error says which one has expired", async () => {
      const { id, appId } = await newApp();
      const [first, second, short] = [
        assertDone(await add(id), 200),
        assertDone(await add(id), 200),
        assertDone(await add(id, { endDateTime: inDays(1) }), 200),
      ];
      for (const { secretText } of [first, second, short]) {
        assert.deepEqual(await authenticated(appId, secretText), RIGHT);
      }
      assertDone(await graph.post(`applications/${id}/removePassword`, { keyId: first.keyId }), 204);
      assert.deepEqual(await authenticated(appId, first.secretText), WRONG);
      assert.deepEqual(await authenticated(appId, second.secretText), RIGHT);
      assert.deepEqual(await authenticated((await newApp()).appId, second.secretText), WRONG);
      tenant.clock.advance(DAY);
      graph = await graphClient(tenant);
      assert.deepEqual(await authenticated(appId, short.secretText), EXPIRED);
      assert.deepEqual(await authenticated(appId, second.secretText), RIGHT);
      assert.deepEqual(
        (await secretsOf(id)).map(({ keyId }: { keyId: string }) => keyId),
        [second.keyId, short.keyId].sort(byStart([second, short])),
      );
    });

    const byStart = (all: { keyId: string; startDateTime: string }[]) => (a: string, b: string) => {
      const key = (id: string) => `${all.find(({ keyId }) => keyId === id)!.startDateTime} ${id}`;
      return key(a) < key(b) ? -1 : 1;
    };

    test("a token that the app got for Graph by a secret ends with that secret", async () => {
      const { id, appId } = await newApp();
      const principal = assertDone(await graph.post("servicePrincipals", { appId }), 201);
      await seed(tenant.context.store).assignRole(GRAPH_RESOURCE_ID, "Application.Read.All", principal.id);
      const { keyId, secretText } = assertDone(await add(id), 200);
      assertDone(await add(id), 200);
      const { body } = await token(appId, secretText);
      assert.equal(claimsOf(body.access_token).azp_key, keyId);
      const [issued] = await tenant.context.store.audit.list({ event: "app_token.issued", limit: 1 });
      assert.deepEqual([issued?.detail.by, issued?.detail.key_id], ["secret", keyId]);
      const app = await graphClient(tenant, body.access_token);
      assertDone(await app.get("applications"), 200);
      assertDone(await graph.post(`applications/${id}/removePassword`, { keyId }), 204);
      assertRefused(await app.get("applications"), 401, "InvalidAuthenticationToken", /secret .* was removed/);
    });

    test("invalid times, and members that the caller cannot set, are refused by name", async () => {
      const { id } = await newApp();
      const refused = async (credential: object, message: RegExp) =>
        assertRefused(await add(id, credential), ...BAD, message);
      await refused({ endDateTime: inDays(0) }, /'passwordCredential' .*in the future/);
      await refused({ endDateTime: inDays(-1) }, /in the future/);
      await refused({ startDateTime: inDays(3), endDateTime: inDays(2) }, /after the start/);
      await refused({ endDateTime: inDays(733) }, /two years at most/);
      await refused({ endDateTime: "2299-12-31T00:00:00Z" }, /two years at most/);
      await refused({ startDateTime: inDays(733) }, /within the next two years/);
      await refused({ endDateTime: "tomorrow" }, /passwordCredential\.endDateTime/);
      await refused({ secretText: "hunter2hunter2hunter2" }, /'passwordCredential\.secretText'.*read-only/);
      for (const displayName of ["", " ", "x".repeat(121), "a\u202eb", "a\nb"]) await refused({ displayName }, /name/);
      assertRefused(
        await graph.patch(`applications/${id}`, { passwordCredentials: [] }),
        ...BAD,
        /passwordCredentials/,
      );
      assertRefused(await graph.post(`applications/${id}/removePassword`), ...BAD, /Empty Payload/);
      assertRefused(await graph.post(`applications/${id}/removePassword`, { keyId: "x" }), ...BAD, /not a GUID/);
      assert.deepEqual(await secretsOf(id), []);
      assertDone(await add(id, { endDateTime: inDays(731) }), 200);
    });

    test("unknown applications, APIs, and more secrets than an app can have are refused", async () => {
      assertRefused(await add(randomUUID()), 404, "Request_ResourceNotFound");
      const api = await newApp({ api: { requestedAccessTokenVersion: 2 } });
      assertRefused(await add(api.id), ...BAD, /is an API/);
      const { id } = await newApp();
      const replies = await Promise.all(Array.from({ length: MAX_SECRETS + 4 }, () => add(id)));
      const [added, full] = [200, 400].map((status) => replies.filter((reply) => reply.status === status));
      assert.deepEqual([added?.length, full?.length], [MAX_SECRETS, 4]);
      assertRefused(full![0]!, ...BAD, /already has the maximum number/);
      assert.equal((await secretsOf(id)).length, MAX_SECRETS);
    });

    test("with read permission alone, secrets can be neither added nor removed", async () => {
      const { id, appId } = await newApp();
      const principal = assertDone(await graph.post("servicePrincipals", { appId }), 201);
      await seed(tenant.context.store).assignRole(GRAPH_RESOURCE_ID, "Application.Read.All", principal.id);
      const { keyId, secretText } = assertDone(await add(id), 200);
      const reader = await graphClient(tenant, (await token(appId, secretText)).body.access_token);
      const denied = [403, "Authorization_RequestDenied"] as const;
      assertRefused(await reader.post(`applications/${id}/addPassword`), ...denied);
      assertRefused(await reader.post(`applications/${id}/removePassword`, { keyId }), ...denied);
      assertDone(await reader.get(`applications/${id}`), 200);
    });
  });
}
