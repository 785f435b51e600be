import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { addUser } from "../../../../tests/fixtures/registrations.ts";
import { verifyPassword } from "../../src/directory/password.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, assertRefused, type GraphClient, graphClient } from "./graph-client.ts";
import { signedInToken } from "./signed-in-token.ts";

const BAD = "Request_BadRequest";
const PASSWORD = "correct horse battery staple";

describe("Graph: users, their sign-ins, and who is an administrator", () => {
  let tenant: TestTenant;
  let graph: GraphClient;
  before(async () => {
    tenant = await startTestTenant();
    graph = await graphClient(tenant);
  });
  after(() => tenant.close());

  /** As in the facts. */
  const person = (email: string, changes: object = {}) => ({
    displayName: "Ada Lovelace",
    identities: [{ signInType: "emailAddress", issuer: tenant.context.config.domain, issuerAssignedId: email }],
    mail: email,
    passwordProfile: { password: PASSWORD, forceChangePasswordNextSignIn: false },
    passwordPolicies: "DisablePasswordExpiration",
    ...changes,
  });

  test("an account is created, found by its address, changed, and signs in with its password", async () => {
    const made = assertDone(await graph.post("users", person("Ada@contoso.example", { city: "London" })), 201);
    assert.deepEqual(
      [made.displayName, made.mail, made.accountEnabled, made.city],
      ["Ada Lovelace", "Ada@contoso.example", true, "London"],
    );
    assert.doesNotMatch(JSON.stringify(made), /password|argon/i);
    const stored = await tenant.context.store.directory.findUser(made.id);
    assert.equal(await verifyPassword(stored!.passwordHash, PASSWORD), true);

    const domain = tenant.context.config.domain;
    for (const filter of [
      `identities/any(c:c/issuerAssignedId eq 'ada@CONTOSO.example' and c/issuer eq '${domain}')`,
      "mail eq 'ada@contoso.example'",
      `id eq '${made.id}'`,
      "displayName eq 'ada lovelace' and accountEnabled eq true",
    ]) {
      const found = assertDone(await graph.get(`users?$filter=${encodeURIComponent(filter)}&$count=true`), 200);
      assert.deepEqual([found["@odata.count"], found.value[0]?.id], [1, made.id], filter);
    }
    const elsewhere = "identities/any(c:c/issuerAssignedId eq 'ada@contoso.example' and c/issuer eq 'other.example')";
    assert.deepEqual(assertDone(await graph.get(`users?$filter=${elsewhere}`), 200).value, []);

    assertDone(await graph.patch(`users/${made.id}`, { displayName: "Countess", city: null, surname: "King" }), 204);
    const { "@odata.context": _, ...read } = assertDone(await graph.get(`users/${made.id}`), 200);
    const { "@odata.context": _context, ...was } = made;
    assert.deepEqual(read, { ...was, displayName: "Countess", city: null, surname: "King" });
  });

  test("of parallel POSTs with one address, in any case, one is 201", async () => {
    const emails = ["bob@contoso.example", "BOB@contoso.example", "Bob@Contoso.example", "bob@contoso.example"];
    const replies = await Promise.all(emails.map((email) => graph.post("users", person(email))));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    const refused = replies.find(({ status }) => status === 409)!;
    assertRefused(refused, 409, "Request_MultipleObjectsWithSameKeyValue", /issuerAssignedId/);
  });

  test("of two concurrent PATCHes both are applied", async () => {
    const made = assertDone(await graph.post("users", person("both@contoso.example")), 201);
    const path = `users/${made.id}`;
    await Promise.all([graph.patch(path, { city: "Rome" }), graph.patch(path, { country: "Italy" })]);
    const read = assertDone(await graph.get(path), 200);
    assert.deepEqual([read.city, read.country], ["Rome", "Italy"]);
  });

  test("many accounts are read page by page, each once", async () => {
    const own = await startTestTenant();
    try {
      const all: string[] = [];
      for (let index = 0; index < 7; index++) all.push((await addUser(own.context, `u${index}@x.example`, "U")).id);
      const client = await graphClient(own);
      const seen: string[] = [];
      let next: string | undefined = "users?$top=3&$count=true&$select=id";
      while (next !== undefined) {
        const page: { "@odata.count": number; "@odata.nextLink"?: string; value: { id: string }[] } = assertDone(
          await client.get(next),
          200,
        );
        assert.equal(page["@odata.count"], 7);
        seen.push(...page.value.map(({ id }) => id));
        next = page["@odata.nextLink"];
      }
      assert.deepEqual(seen, all.sort());
    } finally {
      await own.close();
    }
  });

  test("a password that the pages would refuse is refused here, and is in no response or audit record", async () => {
    for (const [password, why] of [
      ["short", /shorter than 8/],
      ["password1", /attackers try/],
      ["x".repeat(129), /longer than 128/],
    ] as const) {
      const reply = await graph.post("users", person("weak@contoso.example", { passwordProfile: { password } }));
      assertRefused(reply, 400, BAD, why);
      assert.ok(!JSON.stringify(reply.body).includes(`"${password}"`));
    }
    const without = person("reset@contoso.example", { passwordProfile: undefined });
    const made = assertDone(await graph.post("users", without), 201);
    assert.equal((await tenant.context.store.directory.findUser(made.id))?.passwordHash, null);
    const [record] = await tenant.context.store.audit.list({ event: "graph.user.created", limit: 1 });
    assert.deepEqual(record?.detail, { user_id: made.id });
  });

  test("an invalid account is refused by the property's name, and not created", async () => {
    const identity = {
      signInType: "emailAddress",
      issuer: tenant.context.config.domain,
      issuerAssignedId: "x@y.example",
    };
    const rows: [object, RegExp][] = [
      [{ identities: [] }, /'identities'/],
      [{ identities: [identity, identity] }, /'identities'/],
      [{ identities: [{ ...identity, issuer: "other.example" }] }, /'identities.0.issuer'.*domain/],
      [{ identities: [{ ...identity, issuerAssignedId: "no-address" }] }, /'identities.0.issuerAssignedId'/],
      [{ identities: [{ ...identity, signInType: "userName" }] }, /'identities.0.signInType'/],
      [{ mail: "other@contoso.example" }, /'mail'/],
      [{ displayName: " \u202e " }, /'displayName'/],
      [{ displayName: undefined }, /'displayName'.*a value is required/],
      [{ passwordProfile: { password: PASSWORD, forceChangePasswordNextSignIn: true } }, /forceChange/],
      [{ administrator: true }, /'administrator'/],
      [{ city: 7 }, /'city'/],
    ];
    for (const [changes, message] of rows) {
      assertRefused(await graph.post("users", person("x@y.example", changes)), 400, BAD, message);
    }
    assert.equal(await tenant.context.store.directory.findUserByEmail("x@y.example"), undefined);
    const id = randomUUID();
    for (const reply of [await graph.get(`users/${id}`), await graph.delete(`users/${id}`)]) {
      assertRefused(reply, 404, "Request_ResourceNotFound");
    }
    const made = assertDone(await graph.post("users", person("y@y.example")), 201);
    for (const body of [{ mail: "z@y.example" }, { id }, { passwordProfile: { password: PASSWORD } }]) {
      assertRefused(await graph.patch(`users/${made.id}`, body), 400, BAD, /Invalid property/);
    }
  });

  test("sign-ins end when they are revoked, when the account is disabled, and when it is deleted", async () => {
    const read = ["Application.Read.All"];
    const { store } = tenant.context;
    const admin = await addUser(tenant.context, "admin@contoso.example", "Admin");
    await seed(store).setUserAdministrator(admin.id, true);
    const signIn = async () => graphClient(tenant, await signedInToken(tenant, admin, read));
    const path = `users/${admin.id}`;

    const first = await signIn();
    assertDone(await first.get("applications"), 200);
    const revoked = assertDone(await graph.post(`${path}/revokeSignInSessions`), 200);
    assert.equal(revoked.value, true);
    assertRefused(await first.get("applications"), 401, "InvalidAuthenticationToken");

    const second = await signIn();
    assertDone(await graph.patch(path, { accountEnabled: false }), 204);
    assertRefused(await second.get("applications"), 401, "InvalidAuthenticationToken");
    assertDone(await graph.patch(path, { accountEnabled: true }), 204);
    assertRefused(await second.get("applications"), 401, "InvalidAuthenticationToken");

    const third = await signIn();
    const groupId = randomUUID();
    await seed(store).putGroup({ id: groupId, name: "Staff", createdAt: 0 });
    await seed(store).addGroupMember(groupId, admin.id);
    assertDone(await graph.delete(path), 204);
    assertRefused(await third.get("applications"), 401, "InvalidAuthenticationToken");
    assert.deepEqual(await store.directory.groupsOf(admin.id), []);
    assertRefused(await graph.post(`${path}/revokeSignInSessions`), 404, "Request_ResourceNotFound");
  });

  test("/me is the signed-in user, administrator or not, and does not exist for the operator", async () => {
    const user = await addUser(tenant.context, "me@contoso.example", "Me");
    const own = await graphClient(tenant, await signedInToken(tenant, user, ["User.Read"]));
    const me = assertDone(await own.get("me?$select=id,displayName"), 200);
    const context = `${tenant.graph}/$metadata#users/$entity`;
    assert.deepEqual(me, { "@odata.context": context, id: user.id, displayName: "Me" });
    assertRefused(await own.get("users"), 403, "Authorization_RequestDenied");
    assertRefused(await graph.get("me"), 400, BAD, /delegated/);
  });

  test("administrators are appointed, listed and removed as Global Administrators", async () => {
    const path = "roleManagement/directory/roleAssignments";
    const user = await addUser(tenant.context, "promoted@contoso.example", "Promoted");
    const role = "62e90394-69f5-4237-9190-012177145e10";
    const body = { principalId: user.id, roleDefinitionId: role, directoryScopeId: "/" };
    const made = assertDone(await graph.post(path, body), 201);
    assert.equal((await tenant.context.store.directory.findUser(user.id))?.administrator, true);
    assertRefused(await graph.post(path, body), 409, "ObjectConflict");
    const listed = assertDone(await graph.get(`${path}?$filter=principalId eq '${user.id}'`), 200);
    const assignment = { id: made.id, principalId: user.id, roleDefinitionId: role, directoryScopeId: "/" };
    assert.deepEqual(listed.value, [assignment]);
    assertDone(await graph.get(`${path}/${made.id}`), 200);
    assertDone(await graph.delete(`${path}/${made.id}`), 204);
    assertRefused(await graph.delete(`${path}/${made.id}`), 404, "Request_ResourceNotFound");
    assert.equal((await tenant.context.store.directory.findUser(user.id))?.administrator, false);
    for (const wrong of [
      { ...body, principalId: randomUUID() },
      { ...body, roleDefinitionId: randomUUID() },
      { ...body, directoryScopeId: "/x" },
    ]) {
      assertRefused(await graph.post(path, wrong), 400, BAD);
    }
  });
});
