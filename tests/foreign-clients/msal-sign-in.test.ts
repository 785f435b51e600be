import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addApi } from "../fixtures/registrations.ts";
import { claimsOf } from "./jwt.ts";
import type { MsalRefusal } from "./msal-client.ts";
import type { ReceivedCode } from "./msal-protocol.ts";
import { startTenantForClients, type TenantForClients } from "./tenant-for-clients.ts";

describe("unmodified MSAL Node signs in", () => {
  let testEnv: TenantForClients;
  before(async () => {
    testEnv = await startTenantForClients();
  });
  after(() => testEnv[Symbol.asyncDispose]());

  const approved = ({ userCode }: ReceivedCode) => testEnv.ada.approve(userCode!);

  test("shows what the person needs, and signs the person in", async () => {
    const { tenant, ada, clientId, scopes } = testEnv;
    await using msal = testEnv.msal();
    let received: ReceivedCode = {};
    const result = await msal.signIn([scopes.read], async (code) => {
      received = code;
      await ada.approve(code.userCode!);
    });

    assert.match(received.userCode!, /^[BCDFGHJKLMNPQRSTVWXZ]{4,6}-[BCDFGHJKLMNPQRSTVWXZ]{4,6}$/);
    assert.equal(received.verificationUri, tenant.verificationUri);
    assert.equal(received.expiresIn, 900);
    assert.equal(received.interval, 5);
    assert.ok(received.message!.includes(received.userCode!) && received.message!.includes(tenant.verificationUri));

    assert.equal(result.fromCache, false);
    assert.equal(result.homeAccountId, `${ada.id}.${tenant.tenantId}`);
    assert.equal(result.username, "Ada@Example.com");
    assert.ok(result.scopes.includes(scopes.read));
    assert.deepEqual(await msal.accounts().then((all) => all.map((each) => each.homeAccountId)), [
      result.homeAccountId,
    ]);

    const { iss, aud, oid, tid, name, preferred_username, ver } = result.idTokenClaims;
    assert.deepEqual(
      { iss, aud, oid, tid, name, preferred_username, ver },
      {
        iss: tenant.issuer,
        aud: clientId,
        oid: ada.id,
        tid: tenant.tenantId,
        name: "Ada Lovelace",
        preferred_username: "Ada@Example.com",
        ver: "2.0",
      },
    );
    const access = claimsOf(result.accessToken);
    assert.equal(access.aud, tenant.apis[0]!.clientId);
    assert.equal(access.scp, "ToDoList.Read");
    assert.equal(access.azp, clientId);
  });

  test("polls at its own pace and never receives slow_down, which would be fatal", async (t) => {
    const { tenant, ada, scopes } = testEnv;
    const { pollPace } = tenant.context;
    const fourPolls = Promise.withResolvers<void>();
    let polls = 0;
    const note = pollPace.note.bind(pollPace);
    t.mock.method(pollPace, "note", (...args: Parameters<typeof note>) => {
      if (++polls === 4) fourPolls.resolve();
      return note(...args);
    });
    await using msal = testEnv.msal();
    let userCode = "";
    const signedIn = msal.signIn([scopes.read], async (code) => {
      userCode = code.userCode!;
    });
    // The tenant's clock does not move, so all of them but the first are early.
    await Promise.race([fourPolls.promise, signedIn]);
    await ada.approve(userCode);
    tenant.clock.advance(5_000);
    assert.equal((await signedIn).username, "Ada@Example.com");
  });

  test("reports that the person declined", async () => {
    await using msal = testEnv.msal();
    const refused = msal.signIn([testEnv.scopes.read], ({ userCode }) => testEnv.ada.deny(userCode!));
    await assert.rejects(refused, thrown("authorization_declined"));
    assert.deepEqual(await msal.accounts(), []);
  });

  test("reports that the code expired", async () => {
    await using msal = testEnv.msal();
    const refused = msal.signIn([testEnv.scopes.read], async () => testEnv.tenant.clock.advance(900_000));
    await assert.rejects(refused, thrown("expired_token"));
  });

  // MSAL ignores an error of the devicecode endpoint, gives its program an empty code and polls without one.
  for (const [what, scope] of [
    ["an unknown API", "api://00000000-1111-2222-3333-444444444444/ToDoList.Read"],
    ["an unknown bare scope", "Everything.Read"],
  ] as const) {
    test(`ends at once with an error when asked for ${what}`, async () => {
      await using msal = testEnv.msal();
      let received: ReceivedCode | undefined;
      const refused = msal.signIn([scope], async (code) => {
        received = code;
      });
      await assert.rejects(refused, thrown("bad_verification_code"));
      assert.deepEqual(received, {});
    });
  }

  test("ends at once with an error when asked for a scope that needs the administrator's consent", async () => {
    const vault = await addApi(testEnv.tenant.context, "Vault", ["Vault.Open"], "Admin");
    await using msal = testEnv.msal();
    const refused = msal.signIn([`${vault.identifierUri}/Vault.Open`], async () => {});
    await assert.rejects(refused, thrown("bad_verification_code"));
  });

  for (const alias of ["domain", "common"] as const) {
    test(`under the tenant's name ${alias} too, and renews there`, async () => {
      const { tenant, scopes } = testEnv;
      const name = alias === "domain" ? tenant.context.config.domain : alias;
      await using msal = testEnv.msal(`${tenant.context.config.issuerOrigin}/${name}`);
      const result = await msal.signIn([scopes.read], approved);
      assert.equal(result.idTokenClaims.iss, tenant.issuer);
      assert.equal((await msal.silent({ scopes: [scopes.read] })).fromCache, true);
      const renewed = await msal.silent({ scopes: [scopes.read], forceRefresh: true });
      assert.equal(renewed.fromCache, false);
      assert.equal(renewed.homeAccountId, result.homeAccountId);
    });
  }
});

/** For a device code sign-in, MSAL keeps only the protocol's error code, as the message. */
function thrown(error: string) {
  return (refusal: MsalRefusal) => {
    assert.deepEqual([refusal.thrown.code, refusal.thrown.message], ["post_request_failed", error]);
    return true;
  };
}
