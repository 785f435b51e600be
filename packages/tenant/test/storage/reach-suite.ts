import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { GRAPH_RESOURCE_ID, qualifiedScope, qualifiedScopes, type ScopeSet } from "../../src/directory/scopes.ts";
import type { Store } from "../../src/storage/store.ts";
import { signInBrowser } from "../fixtures/browser.ts";
import { seed } from "../fixtures/seed.ts";
import { codeRedemption, pendingRequest, yesBy } from "./authorization-samples.ts";
import { signedInSession } from "./link-suite.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  answerOf,
  approvalBy,
  pendingGrant,
  redemption,
  rotation,
  type Samples,
  sampleApi,
  sampleAudit,
  scopesAt,
  seedSamples,
  T0,
} from "./samples.ts";

/** What a user was shown, and what a sign-in can reach by renewing (docs/decisions/0015). */
export function reachSuite(makeStore: MakeStore): void {
  describe("the reach of a sign-in", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    /**
     * An app for which the administrator allowed an API for all users. A user signs in with `reach` and bare scopes.
     */
    async function allowed() {
      const samples = await seedSamples(store);
      const api = sampleApi();
      await seed(store).putApi(api);
      const forAllUsers = { clientId: samples.app.clientId, userId: null, resourceId: api.clientId };
      await seed(store).addConsent({ ...forAllUsers, scopes: ["ToDoList.Read", "ToDoList.Admin"] });
      const bare = scopesAt(GRAPH_RESOURCE_ID, []);
      return { ...samples, scopes: bare, other: api, forAllUsers };
    }
    type Allowed = Awaited<ReturnType<typeof allowed>>;

    const consentFacts = ({ app, user }: Samples, userId = user.id) =>
      store.access.consentFacts({ clientId: app.clientId, userId, resourceId: GRAPH_RESOURCE_ID });

    async function approveDevice(own: Allowed, reach: string[], decidedBy: "user" | "operator" = "user") {
      const { user, scopes } = own;
      const grant = await pendingGrant(store, own);
      const sessionId = await signInBrowser(store, user.id, T0);
      await store.grants.claim(grant.id, { sessionId, userId: user.id, now: T0, audit: sampleAudit("grant") });
      const result = await store.grants.approve(grant.id, {
        ...approvalBy(user.id, sessionId, scopes),
        decidedBy,
        reach,
      });
      assert.equal(result.outcome, "done");
      return grant;
    }
    async function signedInWith(own: Allowed, reach: string[]): Promise<string> {
      const grant = await approveDevice(own, reach);
      assert.deepEqual((await store.grants.findById(grant.id))?.reach, reach);
      const input = redemption(grant, own.user.id);
      const redeemed = await store.tokens.redeem({ ...input, family: { ...input.family, reach } });
      assert.equal(redeemed.outcome, "redeemed");
      assert.deepEqual((await store.tokens.findFamily(input.family.id))?.reach, reach);
      return input.refreshToken.tokenHash;
    }
    const renew = async ({ app }: Allowed, tokenHash: string, scopes: ScopeSet) =>
      answerOf(await store.tokens.rotate(rotation(tokenHash, app.clientId, T0, scopes)));

    test("is stored with the approval of a device and of a program, and with their sign-ins", async () => {
      const own = await allowed();
      const reach = [qualifiedScope(own.other.clientId, "ToDoList.Read")];
      await signedInWith(own, reach);

      const session = await signedInSession(store, own.user.id);
      const request = await pendingRequest(store, own);
      const yes = { ...yesBy(own.user.id, session, own.scopes), reach };
      const approved = await store.authorizations.approve(request.id, yes);
      assert.ok(approved.outcome === "done");
      assert.deepEqual(approved.request.reach, reach);
      const input = codeRedemption({ ...approved.request, codeHash: yes.codeHash }, own.user.id);
      await store.authorizations.redeem({ ...input, family: { ...input.family, reach } });
      assert.deepEqual((await store.tokens.findFamily(input.family.id))?.reach, reach);
    });

    test("is what the page listed: a renewal gets that, and nothing else that has consent, before or after", async () => {
      const own = await allowed();
      const token = await signedInWith(own, [qualifiedScope(own.other.clientId, "ToDoList.Read")]);
      const at = (...names: string[]) => scopesAt(own.other.clientId, names);
      assert.equal(await renew(own, token, at("ToDoList.Admin")), "consent_required");
      assert.equal(await renew(own, token, at("ToDoList.Read", "ToDoList.Admin")), "consent_required");
      const email = { ...own.scopes, oidc: [...own.scopes.oidc, "email"] };
      await seed(store).addConsent({ ...own.forAllUsers, resourceId: GRAPH_RESOURCE_ID, scopes: ["email"] });
      assert.equal(await renew(own, token, email), "consent_required");
      assert.equal(await renew(own, token, at("ToDoList.Read")), "rotated");
    });

    test("ends with the consent, identity included, and returns with it", async () => {
      const own = await allowed();
      const { clientId } = own.app;
      const token = await signedInWith(own, [qualifiedScope(own.other.clientId, "ToDoList.Read")]);
      const at = scopesAt(own.other.clientId);
      await seed(store).removeConsent(clientId, null, own.other.clientId);
      assert.equal(await renew(own, token, at), "consent_required");
      await seed(store).addConsent({ ...own.forAllUsers, scopes: ["ToDoList.Read"] });
      await seed(store).removeConsent(clientId, own.user.id, GRAPH_RESOURCE_ID);
      assert.equal(await renew(own, token, own.scopes), "consent_required");
      assert.equal(await renew(own, token, at), "consent_required");
      const identity = { clientId, userId: own.user.id, resourceId: GRAPH_RESOURCE_ID, scopes: own.scopes.oidc };
      await seed(store).addConsent(identity);
      assert.equal(await renew(own, token, at), "rotated");
    });

    test("a page finds every API that was allowed to the app, and what this user has seen with it", async () => {
      const own = await allowed();
      const before = await consentFacts(own);
      assert.deepEqual(before.shown, []);
      const both = [own.api, own.other].sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
      assert.deepEqual(before.consentedApis, both);
      const seen = qualifiedScope(own.other.clientId, "ToDoList.Read");
      await approveDevice(own, [seen]);
      const after = await consentFacts(own);
      assert.deepEqual(after.shown.sort(), [...qualifiedScopes(own.scopes), seen].sort());
      assert.deepEqual((await consentFacts(own, randomUUID())).shown, [], "another user has seen nothing");
      const [elsewhere, nowhere] = [await allowed(), { clientId: null, userId: own.user.id, resourceId: "x" }];
      assert.deepEqual((await consentFacts(elsewhere, own.user.id)).shown, [], "nor with another app");
      const { consentedApis, shown } = await store.access.consentFacts(nowhere);
      assert.deepEqual([consentedApis, shown], [[], []]);
    });

    test("an operator's approval shows the user nothing", async () => {
      const own = await allowed();
      await approveDevice(own, [qualifiedScope(own.other.clientId, "ToDoList.Read")], "operator");
      assert.deepEqual((await consentFacts(own)).shown, []);
    });

    test("a refused approval shows nothing either", async () => {
      const own = await allowed();
      const grant = await pendingGrant(store, own);
      await store.grants.claim(grant.id, { sessionId: "s", userId: own.user.id, now: T0, audit: sampleAudit("x") });
      await seed(store).putApp({ ...own.app, disabledAt: T0 });
      const refused = await store.grants.approve(grant.id, approvalBy(own.user.id, "s", own.scopes));
      assert.equal(refused.outcome, "refused");
      await seed(store).putApp(own.app);
      assert.deepEqual((await consentFacts(own)).shown, []);
    });

    test("two concurrent approvals with the same scopes in another order remember them once", async () => {
      const own = await allowed();
      const reach = ["ToDoList.Read", "ToDoList.Admin"].map((name) => qualifiedScope(own.other.clientId, name));
      await Promise.all(
        Array.from({ length: 16 }, (_, i) => approveDevice(own, i % 2 === 0 ? reach : [...reach].reverse())),
      );
      const { shown } = await consentFacts(own);
      assert.deepEqual(shown.sort(), [...qualifiedScopes(own.scopes), ...reach].sort());
    });

    test("what is deleted counts as never shown: a scope, an API, an app, a user", async () => {
      const own = await allowed();
      const keys = ["ToDoList.Read", "ToDoList.Admin"].map((name) => qualifiedScope(own.other.clientId, name));
      await approveDevice(own, keys);
      const without = own.other.scopes.filter(({ value }) => value !== "ToDoList.Admin");
      await seed(store).putApi({ ...own.other, scopes: without });
      assert.ok(!(await consentFacts(own)).shown.includes(keys[1]!));
      const remove = async (clientId: string) => {
        const found = await store.registrations.find({ clientId });
        await store.registrations.delete(found!.registration.objectId, T0, sampleAudit("deleted"));
      };
      await remove(own.other.clientId);
      assert.deepEqual((await consentFacts(own)).shown.sort(), qualifiedScopes(own.scopes).sort());
      await remove(own.app.clientId);
      await seed(store).putApp(own.app);
      assert.deepEqual((await consentFacts(own)).shown, []);

      const again = await allowed();
      await approveDevice(again, []);
      await store.administration.users.delete(again.user.id, T0, sampleAudit("deleted"));
      await seed(store).insertUser(again.user);
      assert.deepEqual((await consentFacts(again)).shown, []);
    });
  });
}
