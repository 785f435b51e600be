import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { DEFAULT_USER_FLOW, type UserFlow } from "../../src/directory/user-flow.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { answerOf, rotation, sampleApi, sampleAudit, sampleUserFlow, seedSamples, signedIn, T0 } from "./samples.ts";

/** What a token endpoint reads for a renewal, and what is decided if that is no longer true. */
export function renewalSuite(makeStore: MakeStore): void {
  describe("what a renewal reads", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    const start = async () => {
      const samples = await seedSamples(store);
      return { ...samples, ...(await signedIn(store, samples)) };
    };

    test("is what the single reads return", async () => {
      const { family, tokenHash, app, user, api } = await start();
      const { clientId } = app;
      const renewal = await store.tokens.findRenewal({ tokenHash, clientId });
      assert.deepEqual(renewal.token, await store.tokens.findByRefreshToken(tokenHash));
      assert.deepEqual(renewal.token?.family.id, family.id);
      assert.deepEqual(renewal.app, await store.directory.findApp(clientId));
      assert.deepEqual(renewal.user, await store.directory.findUser(user.id));
      assert.deepEqual(renewal.consents, await store.directory.consentsFor(clientId, user.id));
      assert.deepEqual(renewal.apis, [await store.directory.findApi(api.clientId)]);
      const roles = [...renewal.roles].sort();
      assert.deepEqual(roles, [[api.clientId, await store.directory.rolesFor(api.clientId, user.id)]]);
    });

    test("of an unknown token is the app alone", async () => {
      const { app } = await start();
      const { token, user, ...known } = await store.tokens.findRenewal({ tokenHash: "none", clientId: app.clientId });
      assert.deepEqual([token, user, known.app?.clientId], [undefined, undefined, app.clientId]);
      const nothing = await store.tokens.findRenewal({ tokenHash: "none", clientId: "none" });
      assert.deepEqual([nothing.app, nothing.consents, nothing.apis], [undefined, [], []]);
    });

    test("is current: what is registered, consented to or assigned since the last one is in the next one", async () => {
      const { app, api, user, tokenHash } = await start();
      const { clientId } = app;
      const read = () => store.tokens.findRenewal({ tokenHash, clientId });
      await read();
      await seed(store).putApp({ ...app, name: "Another name" });
      await seed(store).putApi({ ...api, groupClaims: true });
      const other = sampleApi();
      await seed(store).putApi(other);
      await seed(store).addConsent({
        clientId,
        userId: user.id,
        resourceId: other.clientId,
        scopes: ["ToDoList.Read"],
      });
      const renewal = await read();
      assert.equal(renewal.app?.name, "Another name");
      assert.deepEqual(
        renewal.apis,
        [{ ...api, groupClaims: true }, other].sort((a, b) => (a.clientId < b.clientId ? -1 : 1)),
      );
      const { objectId } = (await store.registrations.find({ clientId: other.clientId }))!.registration;
      assert.ok(await store.registrations.delete(objectId, T0, sampleAudit("deleted")));
      assert.deepEqual(
        (await read()).apis.map(({ clientId: id }) => id),
        [api.clientId],
      );
    });

    const policy = { name: "x", enabled: true, groupIds: null, excludedUserIds: [], requires: "mfa" as const };
    /** The app has a user flow of its own. */
    const withFlow = async () => {
      const samples = await seedSamples(store);
      const { attributes } = sampleUserFlow();
      const flow: UserFlow = { ...DEFAULT_USER_FLOW, id: randomUUID(), name: randomUUID(), attributes, createdAt: T0 };
      await seed(store).putUserFlow(flow);
      const app = { ...samples.app, userFlowId: flow.id };
      await seed(store).putApp(app);
      const known = { attributes: { city: "Bern" } };
      await store.administration.users.change(samples.user.id, (was) => ({ ...was, ...known }), T0, sampleAudit("x"));
      return { ...samples, app, flow };
    };
    type WithFlow = Awaited<ReturnType<typeof withFlow>>;
    const terms = { label: "I accept.", url: "https://contoso.example/terms" };
    const changes: Record<string, [answer: string, change: (samples: WithFlow, familyId: string) => Promise<unknown>]> =
      {
        "the user flow requires a second factor": [
          "second_factor_required",
          ({ flow }) => seed(store).putUserFlow({ ...flow, mfaRequired: true }),
        ],
        "the user flow asks for more": [
          "details_required",
          ({ flow }) => {
            const country = { ...flow.attributes[0]!, id: "country", label: "Country" };
            return seed(store).putUserFlow({ ...flow, attributes: [...flow.attributes, country] });
          },
        ],
        "the user flow has terms of use": [
          "details_required",
          ({ flow }) => seed(store).putUserFlow({ ...flow, termsOfUse: terms }),
        ],
        "the app has another user flow": [
          "second_factor_required",
          async ({ app, flow }) => {
            const stricter = { ...flow, id: randomUUID(), name: randomUUID(), mfaRequired: true };
            await seed(store).putUserFlow(stricter);
            await seed(store).putApp({ ...app, userFlowId: stricter.id });
          },
        ],
        "the API's scope is for administrators": [
          "consent_required",
          ({ api }) =>
            seed(store).putApi({
              ...api,
              scopes: api.scopes.map((scope) => ({ ...scope, consent: "Admin" as const })),
            }),
        ],
        "the user is disabled": ["revoked", ({ user }) => seed(store).setUserDisabled(user.id, T0, T0)],
        "the app is disabled": ["app_disabled", ({ app }) => seed(store).putApp({ ...app, disabledAt: T0 })],
        "the app may no longer renew": [
          "grant_not_allowed",
          ({ app }) => seed(store).putApp({ ...app, grantTypes: ["device_code"] }),
        ],
        "the app requires assignment": [
          "not_assigned",
          ({ app }) => seed(store).putApp({ ...app, assignmentRequired: true }),
        ],
        "the app requires a second factor": [
          "second_factor_required",
          ({ app }) => seed(store).putApp({ ...app, requireMfa: true }),
        ],
        "a new policy requires a second factor": [
          "second_factor_required",
          ({ app }) => seed(store).putPolicy({ ...policy, id: randomUUID(), clientIds: [app.clientId], createdAt: T0 }),
        ],
        "the API is disabled": ["scope_unavailable", ({ api }) => seed(store).putApi({ ...api, disabledAt: T0 })],
        "the consent is removed": [
          "consent_required",
          ({ app, user, api }) => seed(store).removeConsent(app.clientId, user.id, api.clientId),
        ],
        "the consent has another scope of the same API": [
          "consent_required",
          async ({ app, user, api }) => {
            await seed(store).removeConsent(app.clientId, user.id, api.clientId);
            const of = { clientId: app.clientId, userId: user.id, resourceId: api.clientId };
            await seed(store).addConsent({ ...of, scopes: ["ToDoList.Admin"] });
          },
        ],
        "the sign-in is ended": [
          "revoked",
          (_, familyId) => store.tokens.revokeFamily(familyId, "signed_out", T0, sampleAudit("revoked")),
        ],
        "the user's data is corrected": [
          "rotated",
          ({ user }) =>
            store.administration.users.change(
              user.id,
              (before) => ({ ...before, displayName: "New" }),
              T0,
              sampleAudit("x"),
            ),
        ],
        "the user lacks what the user flow asks for": [
          "details_required",
          async ({ user }) =>
            store.administration.users.change(
              user.id,
              (before) => ({ ...before, attributes: {} }),
              T0,
              sampleAudit("x"),
            ),
        ],
        // The last one: with such a policy, the usual transaction decides on every renewal.
        "a policy for a group requires a second factor of its members": [
          "second_factor_required",
          async ({ app, user }) => {
            const groupId = randomUUID();
            const of = { clientIds: [app.clientId], groupIds: [groupId], createdAt: T0 };
            await seed(store).putPolicy({ ...policy, ...of, id: randomUUID() });
            await seed(store).addGroupMember(groupId, user.id);
          },
        ],
      };
    for (const [what, [answer, change]] of Object.entries(changes)) {
      for (const [when, readsAfter] of Object.entries({ "after the read": false, "before the read": true })) {
        test(`decides on it once ${what}, ${when}`, async () => {
          const samples = await withFlow();
          const { family, tokenHash } = await signedIn(store, samples);
          const { clientId } = family;
          const read = () => store.tokens.findRenewal({ tokenHash, clientId });
          // What is registered is kept.
          await read();
          let renewal = await read();
          assert.ok(renewal.seen || what.includes("policy for a group"));
          await change(samples, family.id);
          if (readsAfter) renewal = await read();
          const input = { ...rotation(tokenHash, clientId, T0, samples.scopes), renewal };
          assert.equal(answerOf(await store.tokens.rotate(input)), answer);
          const found = await store.tokens.findByRefreshToken(tokenHash);
          assert.equal(found?.usedAt, answer === "rotated" ? T0 : null);
        });
      }
    }
  });
}
