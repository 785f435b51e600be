import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientOptions, PresentedCode } from "../../src/client.ts";
import type { Clock } from "../../src/clock.ts";
import { createClient } from "../../src/create-client.ts";
import { memoryStore } from "../../src/token-store/memory-store.ts";
import { type ExternalTenant, externalTenant, startExternalTenant } from "../fixtures/external-tenant.ts";

const { name, id, clientId, user, scope } = externalTenant;
const host = `${name}.ciamlogin.com`;

/** Waiting advances it. */
function quickClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    async sleep(ms, signal) {
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      ahead += ms;
    },
  };
}

function clientOf(tenant: ExternalTenant, options: Partial<ClientOptions> = {}) {
  const shown: PresentedCode[] = [];
  const client = createClient({
    authority: `https://${host}/`,
    clientId,
    scopes: [scope],
    ca: tenant.ca,
    store: memoryStore(),
    clock: quickClock(),
    present: { show: (event) => void (event.event === "code" && shown.push(event.code)) },
    ...options,
  });
  return { client, shown };
}

for (const authority of [`https://${host}/`, `https://${host}/${id}`, `https://${host}/${name}.onmicrosoft.com/v2.0`]) {
  test(`${authority.replace(id, "<tenant id>")} signs in, although its issuer carries the GUID`, async (t) => {
    const tenant = await startExternalTenant(t);
    const { client } = clientOf(tenant, { authority });
    const session = await client.signIn();
    assert.equal(session.account.issuer, `https://${id}.ciamlogin.com/${id}/v2.0`);
    assert.equal(session.account.username, "ada@example.com");
    assert.equal(session.account.id, `${user}.${id}`, "in lower case, regardless of the issuer's spelling");
    const first = await session.getToken();
    assert.notEqual((await session.getToken({ forceRefresh: true })).token, first.token);
    assert.equal((await session.signOut({ everywhere: true })).revoked, "unsupported");
    assert.deepEqual(await client.accounts(), []);
    assert.ok(
      tenant.requests.every((request) => request.startsWith(host)),
      "nothing else is asked",
    );
  });
}

test("shows the page where customers' accounts can sign in", async (t) => {
  const tenant = await startExternalTenant(t);
  const { client, shown } = clientOf(tenant);
  await client.signIn();
  const page = `https://${host}/common/oauth2/deviceauth`;
  assert.equal(shown[0]?.verificationUri, page);
  assert.match(shown[0]?.message ?? "", new RegExp(`open the page ${page} and enter the code FSBFZMBKC`));
});

test("an issuer of another external tenant, or outside ciamlogin.com, is refused before the user is asked", async (t) => {
  const tenant = await startExternalTenant(t);
  const other = "11111111-2222-3333-4444-555555555555";
  const path = `/${id}/v2.0/.well-known/openid-configuration`;
  const base = `https://${host}/${id}/oauth2/v2.0`;
  const endpoints = {
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    jwks_uri: `https://${host}/${id}/discovery/v2.0/keys`,
  };
  for (const issuer of [
    `https://${other}.ciamlogin.com/${other}/v2.0`,
    `https://${other}.ciamlogin.com/${id}/v2.0`,
    `https://${id}.ciamlogin.com.evil.example/${id}/v2.0`,
    `http://${id}.ciamlogin.com/${id}/v2.0`,
    `https://login.microsoftonline.com/${id}/v2.0`,
  ]) {
    tenant.answers.set(path, { issuer, ...endpoints });
    const { client, shown } = clientOf(tenant, { authority: `https://${host}/${id}` });
    await assert.rejects(client.signIn(), { code: "invalid_issuer_response", message: /names another issuer/ }, issuer);
    assert.deepEqual(shown, []);
  }
});
